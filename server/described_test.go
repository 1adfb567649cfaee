package server_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"placeops/server"
)

// described is the API's own description, against which every JSON answer of the tests is held (see harness.do).
type described struct {
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
	paths    map[string]map[string]operationDescribed // by path and method
}

type operationDescribed struct {
	Responses map[string]struct {
		Content map[string]any
	}
}

const descriptionURL = "placeops:openapi.json"

var description = sync.OnceValues(func() (*described, error) {
	s, err := server.New(server.Deps{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	d := &described{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(s.OpenAPI()))
	if err != nil {
		return nil, err
	}
	if err := d.compiler.AddResource(descriptionURL, document); err != nil {
		return nil, err
	}
	var read struct {
		Paths map[string]map[string]operationDescribed
	}
	if err := json.Unmarshal(s.OpenAPI(), &read); err != nil {
		return nil, err
	}
	d.paths = read.Paths
	return d, nil
})

// route finds the described path of a request; "" for what is no operation. A path of letters goes before a placeholder.
func (d *described) route(method, path string) string {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "/api"), "/")
	best, most := "", -1
	for template, methods := range d.paths {
		literal, ok := matches(strings.Split(template, "/"), strings.Split(path, "/"))
		if _, has := methods[method]; ok && has && literal > most {
			best, most = template, literal
		}
	}
	return best
}

func matches(template, path []string) (literal int, ok bool) {
	if len(template) != len(path) {
		return 0, false
	}
	for i, part := range template {
		switch {
		case strings.HasPrefix(part, "{"):
		case part == path[i]:
			literal++
		default:
			return 0, false
		}
	}
	return literal, true
}

// requireDescribed holds a JSON answer against the description of its route.
func requireDescribed(t *testing.T, r *reply, request *http.Request) {
	t.Helper()
	content, _, _ := strings.Cut(r.header.Get("Content-Type"), ";")
	if !strings.HasSuffix(content, "json") || len(r.body) == 0 {
		return
	}
	d, err := description()
	require.NoError(t, err)
	method := strings.ToLower(request.Method)
	path := d.route(method, request.URL.Path)
	if path == "" {
		return
	}
	status := strconv.Itoa(r.status)
	answer, ok := d.paths[path][method].Responses[status]
	require.True(t, ok, "%s %s answers %s, which its description does not know: %s", method, path, status, r.body)
	require.Contains(t, answer.Content, content, "%s %s %s", method, path, status)
	schema, err := d.schema(pointer("paths", path, method, "responses", status, "content", content, "schema"))
	require.NoError(t, err)
	body, err := jsonschema.UnmarshalJSON(bytes.NewReader(r.body))
	require.NoError(t, err, "%s %s: %s", method, path, r.body)
	require.NoError(t, schema.Validate(body), "%s %s %s: %s", method, path, status, r.body)
	for _, moment := range localMoment.FindAllString(string(r.body), -1) {
		require.Fail(t, "a time that is not in UTC", "%s %s %s: %s", method, path, status, moment)
	}
}

// localMoment is a time in JSON that is not given in UTC.
var localMoment = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([^Z.\d][^"]*)?"`)

func (d *described) schema(pointer string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if schema, ok := d.schemas[pointer]; ok {
		return schema, nil
	}
	schema, err := d.compiler.Compile(descriptionURL + "#" + pointer)
	if err == nil {
		d.schemas[pointer] = schema
	}
	return schema, err
}

// pointer is an RFC 6901 pointer as a URL's fragment.
func pointer(steps ...string) string {
	var b strings.Builder
	for _, step := range steps {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D", "+", "%2B").Replace(step))
	}
	return b.String()
}
