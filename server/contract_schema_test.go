package server_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// operationOf is one operation of a description.
type operationOf struct {
	t     *testing.T
	tree  map[string]any
	op    map[string]any
	route string
}

func (d operationOf) hasQuery(names string) {
	d.t.Helper()
	var known []string
	for _, p := range asList(d.op["parameters"]) {
		if parameter := p.(map[string]any); parameter["in"] == "query" {
			known = append(known, parameter["name"].(string))
		}
	}
	require.Subset(d.t, known, strings.Fields(names), d.route)
}

func (d operationOf) takes(p promise) {
	d.t.Helper()
	body, ok := d.op["requestBody"].(map[string]any)
	require.True(d.t, ok, "%s takes no body", d.route)
	content := body["content"].(map[string]any)
	if p.sends != "file" {
		require.Contains(d.t, content, "application/json", d.route)
	}
	require.Equal(d.t, p.forms, content["multipart/form-data"] != nil, d.route)
	for kind, media := range content {
		d.has("the body as "+kind, media.(map[string]any)["schema"], optional(p.sends))
	}
}

func (d operationOf) givesWhatIsPromised(p promise) {
	d.t.Helper()
	status := strconv.Itoa(max(p.status, http.StatusOK))
	answer, ok := d.op["responses"].(map[string]any)[status].(map[string]any)
	require.True(d.t, ok, "%s does not answer %s", d.route, status)
	content, _ := answer["content"].(map[string]any)
	switch {
	case status == "204":
		require.Empty(d.t, content, d.route)
	case p.file != "":
		require.Contains(d.t, content, p.file, d.route)
		require.NotContains(d.t, content, "application/json", d.route)
	default:
		require.Contains(d.t, content, "application/json", d.route)
		schema := content["application/json"].(map[string]any)["schema"]
		require.Equal(d.t, p.list, d.resolved(schema)["type"] == "array", "%s: a plain array", d.route)
		d.has("the answer", schema, p.answers)
		if p.list && !slices.Contains(unpaged, p.route) {
			d.hasQuery("limit cursor")
			require.Contains(d.t, answer["headers"], "Link", d.route)
		}
	}
}

// has requires fields of a schema; they are always there, perhaps as null, unless they end in "?".
func (d operationOf) has(what string, schema any, fields string) {
	d.t.Helper()
	for _, field := range strings.Fields(fields) {
		name, mayLack := strings.CutSuffix(field, "?")
		at := schema
		for _, step := range strings.Split(name, ".") {
			object := d.object(at)
			property, ok := object["properties"].(map[string]any)[step]
			require.True(d.t, ok, "%s: %s has no %s", d.route, what, name)
			if !mayLack {
				require.Contains(d.t, object["required"], step, "%s: %s of %s is always there", d.route, name, what)
			}
			at = property
		}
	}
}

// object resolves a schema to that of an object: behind references and arrays, its parts in one.
func (d operationOf) object(schema any) map[string]any {
	d.t.Helper()
	s := d.resolved(schema)
	if items, ok := s["items"]; ok {
		require.Equal(d.t, "array", s["type"], "%s: a list is never null", d.route)
		return d.object(items)
	}
	whole := map[string]any{}
	var required []any
	for _, part := range append(asList(s["allOf"]), map[string]any{"properties": s["properties"], "required": s["required"]}) {
		resolved := d.resolved(part)
		properties, _ := resolved["properties"].(map[string]any)
		for name, property := range properties {
			whole[name] = property
		}
		required = append(required, asList(resolved["required"])...)
	}
	return map[string]any{"properties": whole, "required": required}
}

func (d operationOf) resolved(schema any) map[string]any {
	d.t.Helper()
	s, ok := schema.(map[string]any)
	require.True(d.t, ok, "%s: no schema", d.route)
	ref, ok := s["$ref"].(string)
	if !ok {
		return s
	}
	name := strings.TrimPrefix(ref, "#/components/schemas/")
	return d.resolved(d.tree["components"].(map[string]any)["schemas"].(map[string]any)[name])
}
