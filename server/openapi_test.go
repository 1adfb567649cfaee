package server_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// described is the API's description, as a tree.
func (h *harness) described() map[string]any {
	h.t.Helper()
	var document map[string]any
	answer := h.get("", "/openapi.json").is(http.StatusOK)
	require.Equal(h.t, "application/json", answer.header.Get("Content-Type"))
	require.NoError(h.t, json.Unmarshal(answer.body, &document))
	return document
}

// eachNode visits every object of a JSON tree.
func eachNode(node any, visit func(map[string]any)) {
	switch n := node.(type) {
	case map[string]any:
		visit(n)
		for _, child := range n {
			eachNode(child, visit)
		}
	case []any:
		for _, child := range n {
			eachNode(child, visit)
		}
	}
}

func TestEveryReferenceOfTheDescriptionResolves(t *testing.T) {
	t.Parallel()
	document := start(t).described()
	require.Regexp(t, `^3\.1\.\d+$`, document["openapi"])
	require.NotEmpty(t, document["info"].(map[string]any)["title"])
	references := 0
	eachNode(document, func(node map[string]any) {
		ref, ok := node["$ref"].(string)
		if !ok {
			return
		}
		references++
		var target any = document
		for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
			object, ok := target.(map[string]any)
			require.True(t, ok, ref)
			target, ok = object[step]
			require.True(t, ok, ref)
		}
	})
	require.Greater(t, references, 50)
}

func TestEveryOperationIsDescribed(t *testing.T) {
	t.Parallel()
	h := start(t)
	document := h.described()
	seen := map[string]bool{}
	for path, item := range document["paths"].(map[string]any) {
		for method, described := range item.(map[string]any) {
			op, name := described.(map[string]any), method+" "+path
			id, _ := op["operationId"].(string)
			require.NotEmpty(t, id, name)
			require.False(t, seen[id], "%s is there twice", id)
			seen[id] = true
			require.NotEmpty(t, op["summary"], name)
			require.NotEmpty(t, op["tags"], name)
			secured := len(asList(op["security"])) > 0
			require.NotEqual(t, secured, op["x-roles"] == "public", "%s: %v", name, op["x-roles"])
			requireParameters(t, path, op)
			requireResponses(t, name, op, secured)
			if method == "post" || method == "patch" {
				requireBody(t, name, op)
			}
		}
	}
	require.Greater(t, len(seen), 30)
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

// requireParameters holds the parameters in a path against those that are described.
func requireParameters(t *testing.T, path string, op map[string]any) {
	t.Helper()
	var inPath, described []string
	for _, match := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
		inPath = append(inPath, match[1])
	}
	for _, p := range asList(op["parameters"]) {
		parameter := p.(map[string]any)
		require.NotEmpty(t, parameter["schema"], path)
		if parameter["in"] == "path" {
			require.Equal(t, true, parameter["required"], path)
			described = append(described, parameter["name"].(string))
		}
	}
	require.ElementsMatch(t, inPath, described, path)
}

func requireResponses(t *testing.T, name string, op map[string]any, secured bool) {
	t.Helper()
	responses := op["responses"].(map[string]any)
	var good int
	for status, response := range responses {
		require.NotEmpty(t, response.(map[string]any)["description"], "%s %s", name, status)
		if strings.HasPrefix(status, "2") {
			good++
			continue
		}
		require.Contains(t, response.(map[string]any)["content"], "application/problem+json", "%s %s", name, status)
	}
	require.NotZero(t, good, "%s: %v", name, responses) // registering again answers 200 instead of 201
	if secured {
		require.Contains(t, responses, "401", name)
		require.Contains(t, responses, "403", name)
	}
}

// requireBody wants a schema behind every body, and none at all where nothing is sent.
func requireBody(t *testing.T, name string, op map[string]any) {
	t.Helper()
	body, ok := op["requestBody"].(map[string]any)
	if !ok {
		return
	}
	content := body["content"].(map[string]any)
	require.NotEmpty(t, content, name)
	for kind, media := range content {
		require.NotEmpty(t, media.(map[string]any)["schema"], "%s %s", name, kind)
	}
}

func TestDriveBodiesAreDescribed(t *testing.T) {
	t.Parallel()
	document := start(t).described()
	body := func(path, method string) map[string]any {
		op := document["paths"].(map[string]any)[path].(map[string]any)[method].(map[string]any)
		return op["requestBody"].(map[string]any)["content"].(map[string]any)
	}
	schemas := document["components"].(map[string]any)["schemas"].(map[string]any)
	fields := schemas["NewDrive"].(map[string]any)
	require.Equal(t, []any{"company_name", "job_title"}, fields["required"])
	for field := range wholeDrive {
		if field != "unknown" {
			require.Contains(t, fields["properties"], field)
		}
	}
	for path, method := range map[string]string{"/drives": "post", "/drives/{id}": "patch"} {
		content := body(path, method)
		require.Contains(t, content, "application/json")
		require.Contains(t, content, "multipart/form-data")
		require.True(t, slices.ContainsFunc(content["multipart/form-data"].(map[string]any)["schema"].(map[string]any)["allOf"].([]any), func(part any) bool {
			properties, _ := part.(map[string]any)["properties"].(map[string]any)
			return properties["pdf"] != nil
		}), path)
	}
	require.Contains(t, body("/drives/preview-eligibility", "post"), "application/json")
	require.Contains(t, schemas["CriteriaFields"].(map[string]any)["properties"], "min_cgpa")
}

func TestTheDescriptionIsTheSameUnderAPI(t *testing.T) {
	t.Parallel()
	h := start(t)
	require.JSONEq(t, string(h.get("", "/openapi.json").is(http.StatusOK).body), string(h.get("head", "/api/openapi.json").is(http.StatusOK).body))
}
