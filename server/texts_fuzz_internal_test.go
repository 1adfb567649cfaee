package server

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/decimal"
)

// describing is a server that knows the schemas of bodies and nothing else, with that of a bulk mark.
func describing() (s *Server, marks *huma.Schema) {
	s = &Server{schemas: humaecho.New(echo.New(), apiConfig("test")).OpenAPI().Components.Schemas}
	s.schemas.RegisterTypeAlias(typeOf[decimal.Decimal](), typeOf[float64]())
	s.driveSchemas()
	return s, s.schemas.Schema(typeOf[[]MarkFields](), true, "marks")
}

func addBodies(f *testing.F) {
	for _, body := range []string{
		`{"company_name":"7","min_cgpa":" 7.50 ","allowed_branches":"CSE, ece,","allowed_batches":["2027",2028],"auto_calc":"yes"}`,
		`{"Company_Name":"other letters","company_name":null,"unknown":{"deep":[1e999,-0,"\ud800"]}}`,
		`[{"student_id":"5","status":"present"},{"STUDENT_ID":6},null,"x"]`,
		`{"min_cgpa":"1e400","max_backlogs":"-","domain_id":"0x1","allowed_batches":"` + strings.Repeat("1,", 300) + `"}`,
		`{"interview_date":"2026-11-30T10:00","registration_deadline":"9999-99-99","package_lpa":1e-400}`,
		strings.Repeat("[", 200) + strings.Repeat("]", 200), `{} {}`, `"a,b"`, `null`, ``, "\xff",
	} {
		f.Add([]byte(body))
	}
}

// FuzzFitTexts: fitting a body leaves what is no JSON as it was, and of JSON makes JSON of much the same size, without fields
// in the wrong letters, that it would not fit any further.
func FuzzFitTexts(f *testing.F) {
	addBodies(f)
	s, marks := describing()
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, schema := range []*huma.Schema{s.createOf, marks} {
			fitted := fitTexts(s.schemas, schema, bytes.Clone(body))
			if !json.Valid(body) {
				require.Equal(t, body, fitted)
				continue
			}
			require.True(t, json.Valid(fitted), "%q", fitted)
			require.LessOrEqual(t, len(fitted), 6*len(body)+16)
			require.Equal(t, string(fitted), string(fitTexts(s.schemas, schema, bytes.Clone(fitted))))
			var object map[string]json.RawMessage
			if json.Unmarshal(fitted, &object) == nil {
				for name := range object {
					require.False(t, isMisspelt(name, schema.Properties), name)
				}
			}
		}
	})
}

// FuzzDriveBody: any body is a drive's fields, or is refused as no JSON, or by the names of the fields that do not fit.
func FuzzDriveBody(f *testing.F) {
	addBodies(f)
	s, _ := describing()
	f.Fuzz(func(t *testing.T, body []byte) {
		var fields driveFields
		faults, err := s.readFields(body, s.createOf, &fields)
		var refusal *store.Error
		if err != nil {
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, store.Malformed, refusal.Kind)
			require.False(t, json.Valid(body), "%q is JSON", body)
			return
		}
		require.True(t, json.Valid(body), "%q is no JSON", body)
		for _, fault := range faults {
			require.NotEmpty(t, fault.Field)
			require.NotEmpty(t, fault.Message)
		}
		if len(faults) == 0 {
			require.NotEmpty(t, fields.CompanyName.Value)
			require.LessOrEqual(t, len([]rune(*fields.CompanyName.Value)), 200)
		}
	})
}
