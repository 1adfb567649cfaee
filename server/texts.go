package server

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// takeTexts lets a JSON body hold texts where its schema has numbers, lists, yes or no: a web client sends what stands in its
// input fields and addresses.
func (s *Server) takeTexts(hctx huma.Context, next func(huma.Context)) {
	schema, limit := bodySchema(hctx.Operation()), hctx.Operation().MaxBodyBytes
	if schema == nil {
		next(hctx)
		return
	}
	next(fittedBody{hctx, &lazyReader{read: func() ([]byte, error) {
		data, err := io.ReadAll(io.LimitReader(hctx.BodyReader(), limit))
		if err != nil || int64(len(data)) == limit {
			return data, err // too large, which huma finds by the same limit
		}
		if !hctx.Operation().RequestBody.Required && string(bytes.TrimSpace(data)) == "null" {
			return nil, nil
		}
		return fitTexts(s.schemas, schema, data), nil
	}}})
}

func bodySchema(op *huma.Operation) *huma.Schema {
	if op.RequestBody == nil || op.RequestBody.Content[asJSON] == nil {
		return nil
	}
	return op.RequestBody.Content[asJSON].Schema
}

// fittedBody is a request with another body.
type fittedBody struct {
	humaContext
	body io.Reader
}

// humaContext has a name of its own because huma.Context, embedded, would hide its method Context.
type humaContext = huma.Context

// BodyReader is what huma reads the body from.
func (f fittedBody) BodyReader() io.Reader { return f.body }

// Unwrap leads to the web framework's context.
func (f fittedBody) Unwrap() huma.Context { return f.humaContext }

// lazyReader reads when it is first read from: not before huma has set the time that it may take.
type lazyReader struct {
	read func() ([]byte, error)
	data *bytes.Reader
	err  error
}

// Read gives what was read, and then the error that ended it.
func (l *lazyReader) Read(p []byte) (int, error) {
	if l.data == nil {
		data, err := l.read()
		l.data, l.err = bytes.NewReader(data), err
	}
	n, err := l.data.Read(p)
	if err == io.EOF && l.err != nil {
		err = l.err
	}
	return n, err
}

// fitTexts returns a JSON document with the texts in it fitted to their schema, or as it is where there are none.
func fitTexts(schemas huma.Registry, schema *huma.Schema, data []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // every digit stays
	var document any
	if decoder.Decode(&document) != nil || len(bytes.TrimSpace(data[decoder.InputOffset():])) > 0 {
		return data // whoever reads it says what is wrong
	}
	fit := &fitting{schemas: schemas}
	document = fit.value(document, schema)
	if !fit.changed {
		return data
	}
	fitted, err := json.Marshal(document)
	if err != nil {
		return data
	}
	return fitted
}

type fitting struct {
	schemas huma.Registry
	changed bool
}

func (f *fitting) value(value any, schema *huma.Schema) any {
	if schema != nil && schema.Ref != "" {
		schema = f.schemas.SchemaFromRef(schema.Ref)
	}
	if schema == nil {
		schema = &huma.Schema{} // nothing is known of it
	}
	switch v := value.(type) {
	case map[string]any:
		for name := range v {
			if isMisspelt(name, schema.Properties) {
				delete(v, name)
				f.changed = true
				continue
			}
			v[name] = f.value(v[name], schema.Properties[name])
		}
	case []any:
		for i := range v {
			v[i] = f.value(v[i], schema.Items)
		}
	case string:
		return f.text(v, schema)
	case json.Number:
		return f.number(v, schema)
	}
	return value
}

// number keeps 1e999, which is JSON but no number to Go, from making the whole body no JSON: as what its field does not take it
// is refused by name, and in an unknown field it is ignored.
func (f *fitting) number(number json.Number, schema *huma.Schema) any {
	if _, err := number.Float64(); err == nil {
		return number
	}
	f.changed = true
	if schema.Type == huma.TypeString {
		return 0
	}
	return number.String()
}

// isMisspelt tells a field that is unknown only for its upper and lower case, and that Go would take for the known one.
func isMisspelt(name string, known map[string]*huma.Schema) bool {
	if _, ok := known[name]; ok {
		return false
	}
	for other := range known {
		if strings.EqualFold(name, other) {
			return true
		}
	}
	return false
}

// text is the value that a text stands for; an empty one stands for none. What does not fit stays a text, for the schema to
// refuse by name.
func (f *fitting) text(text string, schema *huma.Schema) any {
	trimmed := strings.TrimSpace(text)
	switch schema.Type {
	case huma.TypeNumber, huma.TypeInteger, huma.TypeBoolean, huma.TypeArray:
		f.changed = true
	default:
		return text
	}
	switch {
	case trimmed == "":
		return nil
	case schema.Type == huma.TypeArray:
		return f.value(formList([]string{trimmed}, schema.Items), schema)
	case schema.Type == huma.TypeBoolean && trimmed != "true" && trimmed != "false":
		return text // JSON knows no other words
	}
	value := formValue(trimmed, schema.Type)
	if number, ok := value.(json.Number); ok {
		return f.number(number, schema)
	}
	return value
}
