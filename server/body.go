package server

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"placeops/store"
)

// jsonFormat reads and writes bodies.
var jsonFormat = huma.Format{Marshal: writeJSON, Unmarshal: readJSON}

// writeJSON writes v, unless it is JSON already.
func writeJSON(w io.Writer, v any) error {
	if encoded, ok := v.(interface{ writeJSON(w io.Writer) error }); ok {
		return encoded.writeJSON(w)
	}
	return plainJSON(w, v)
}

func plainJSON(w io.Writer, v any) error { return huma.DefaultJSONFormat.Marshal(w, v) }

// readJSON is json.Unmarshal, except that a field that does not fit does not keep those after it from being read: all
// faults of a body are told at once. The error names the field.
func readJSON(data []byte, v any) error {
	whole := json.Unmarshal(data, v)
	var fields map[string]json.RawMessage
	if _, untyped := v.(*any); whole == nil || untyped || json.Unmarshal(data, &fields) != nil {
		return whole
	}
	for name, value := range fields {
		alone, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err == nil && json.Unmarshal(alone, v) != nil {
			// The schema lets 2027.0 pass as a whole number, and any number of digits.
			whole = fmt.Errorf("%s: is not a plain number", name)
		}
	}
	return whole
}

// bodyFaults makes errors of what an input's Resolve finds beyond the schema.
func bodyFaults(faults []store.FieldError) []error {
	errs := make([]error, len(faults))
	for i, fault := range faults {
		errs[i] = &huma.ErrorDetail{Location: "body." + fault.Field, Message: fault.Message}
	}
	return errs
}
