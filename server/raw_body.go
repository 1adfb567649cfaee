package server

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"placeops/store"
)

// RawInput is an input whose body the operation reads by itself, because it may be a file too large for memory.
type RawInput struct {
	contentType string
	body        io.Reader
}

// Resolve keeps the body for the operation.
func (b *RawInput) Resolve(ctx huma.Context) []error {
	b.contentType, b.body = ctx.Header("Content-Type"), ctx.BodyReader()
	// Huma bounds how long a sender may take only where it reads the body. It cannot fail on a connection.
	_ = ctx.SetReadDeadline(time.Now().Add(ctx.Operation().BodyReadTimeout))
	return nil
}

func readLimited(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, brokenBody(err)
	}
	if int64(len(data)) > limit {
		return nil, store.Errorf(store.TooLarge, "the text of this request is larger than %d MB", maxJSONBody>>20)
	}
	return data, nil
}

func brokenBody(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return store.Errorf(store.TooSlow, "the request body came too slowly; try again over a faster connection")
	}
	return store.Errorf(store.Malformed, "the request body could not be read: %s", err)
}

// readFields reads the fields of a body that the schema knows into target. It returns what does not fit the schema; such
// fields are left out, and the others read all the same, so that the operation can name their faults too.
func (s *Server) readFields(data []byte, schema *huma.Schema, target any) ([]store.FieldError, error) {
	var body any
	data = fitTexts(s.schemas, schema, data)
	if err := json.Unmarshal(data, &body); err != nil {
		return nil, store.Errorf(store.Malformed, "the request body is not valid JSON")
	}
	path, result := huma.NewPathBuffer(nil, 0), &huma.ValidateResult{}
	path.Push("body")
	huma.Validate(s.schemas, schema, path, huma.ModeWriteToServer, body, result)
	var faults []store.FieldError
	for _, fault := range result.Errors {
		faults = append(faults, store.FieldError(problemField(fault)))
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(data, &fields) // what is no object has been named
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		value, given := fields[name]
		if !given || isNamed(faults, name) {
			continue
		}
		field, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(field, target); err != nil {
			faults = append(faults, store.FieldError{Field: name, Message: "has too many digits, or is out of range"})
		}
	}
	return faults, nil
}

// isNamed tells whether a fault of the field, or of a part of it such as allowed_batches[0], is among the given ones.
func isNamed(faults []store.FieldError, field string) bool {
	return slices.ContainsFunc(faults, func(f store.FieldError) bool {
		return f.Field == field || strings.HasPrefix(f.Field, field+"[")
	})
}

// together refuses with what does not fit the schema and what breaks the rules, but no second word on a field.
func together(schema, rules []store.FieldError) error {
	faults := slices.Clone(schema)
	for _, fault := range rules {
		if !isNamed(faults, fault.Field) {
			faults = append(faults, fault)
		}
	}
	if len(faults) > 0 {
		return store.InvalidFields(faults...)
	}
	return nil
}
