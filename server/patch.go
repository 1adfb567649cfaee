package server

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// patch is a field of a PATCH body: absent leaves the value, null removes it.
type patch[T any] struct {
	Set   bool
	Value *T
}

// UnmarshalJSON is called only for fields that are there.
func (p *patch[T]) UnmarshalJSON(data []byte) error {
	p.Set = true
	p.Value = nil
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	return json.Unmarshal(data, &p.Value)
}

// Schema is T's, and null.
func (patch[T]) Schema(r huma.Registry) *huma.Schema {
	schema := *r.Schema(reflect.TypeFor[T](), true, "")
	schema.Nullable = true
	return &schema
}

// removal is a field of a PATCH body of which only null counts: it removes the value.
type removal bool

// UnmarshalJSON is called only for fields that are there.
func (r *removal) UnmarshalJSON(data []byte) error {
	*r = removal(bytes.Equal(data, []byte("null")))
	return nil
}

// Schema is that of anything.
func (removal) Schema(huma.Registry) *huma.Schema { return &huma.Schema{} }

// into writes the value where the field was given; null removes it.
func (p patch[T]) into(target **T) {
	if p.Set {
		*target = p.Value
	}
}

// keep writes the value where the field was given and not null.
func (p patch[T]) keep(target *T) {
	if p.Value != nil {
		*target = *p.Value
	}
}

// or0 writes the value where the field was given; null is T's zero value.
func (p patch[T]) or0(target *T) {
	if p.Set {
		var zero T
		*target = zero
		p.keep(target)
	}
}
