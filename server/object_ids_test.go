package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// idsElsewhere are the routes that take an id in the query or the body, each held by an attempt of
// TestIDsInQueriesAndBodiesOpenNothingElse; a domain belongs to nobody.
var idsElsewhere = []string{
	"GET /analytics/summary drive_id", "GET /analytics/funnel drive_id", "POST /registrations drive_id", "POST /attendance/{id}/mark student_id",
	"POST /attendance/{id}/mark-bulk student_id", "POST /drives domain_id", "PATCH /drives/{id} domain_id",
	// The audit trail is the heads', who may see everything.
	"GET /audit drive_id", "GET /audit user_id", "GET /audit actor_id",
	"GET /audit/download-csv drive_id", "GET /audit/download-csv user_id", "GET /audit/download-csv actor_id",
}

func TestIDsInQueriesAndBodiesOpenNothingElse(t *testing.T) {
	t.Parallel()
	h := start(t)
	found := []string{}
	for route, body := range h.bodies() {
		fields := body.declared()
		if marks, nested := fields["marks"]; nested {
			fields = body.object(marks)["properties"].(map[string]any)
		}
		for field := range fields {
			if strings.HasSuffix(field, "_id") {
				found = append(found, route+" "+field)
			}
		}
	}
	for _, parameter := range h.queries() {
		if strings.HasSuffix(parameter, "_id") {
			found = append(found, parameter)
		}
	}
	require.ElementsMatch(t, idsElsewhere, found, "say in idsElsewhere, and try below, what a new id opens")

	h.student("stranger")
	pending, attending := h.drive(nil), h.attending(nil, "student")
	mark := map[string]any{"student_id": h.id("stranger"), "status": "PRESENT"}
	before := h.everything()
	h.play([]scenario{
		{name: "figures of a pending drive", as: "staff", path: at("/analytics/summary?drive_id=%d", pending), want: 404},
		{name: "the funnel of a pending drive", as: "staff", path: at("/analytics/funnel?drive_id=%d", pending), want: 404},
		{name: "registering for a pending drive", as: "student", method: "POST", path: "/registrations", body: map[string]any{"drive_id": pending}, want: 404},
		{name: "a mark for somebody not registered", as: "coordinator", method: "POST", path: at("/attendance/%d/mark", attending), body: mark, want: 422},
		{name: "such a mark among others", as: "coordinator", method: "POST", path: at("/attendance/%d/mark-bulk", attending), body: map[string]any{"marks": []any{mark}}, want: 422},
		{name: "no such domain", as: "coordinator", method: "PATCH", path: at("/drives/%d", pending), body: map[string]any{"domain_id": 999999}, want: 422},
	})
	require.Equal(t, before, h.everything())
}

// queries are all parameters of queries, each with its route.
func (h *harness) queries() (found []string) {
	h.t.Helper()
	tree := h.described()
	for _, route := range h.operations() {
		for _, p := range asList(operationAt(tree, route)["parameters"]) {
			if parameter := p.(map[string]any); parameter["in"] == "query" {
				found = append(found, route.String()+" "+parameter["name"].(string))
			}
		}
	}
	require.NotEmpty(h.t, found)
	return found
}

// A URL stands in the logs of proxies and in a browser's history.
func TestOnlyBodiesCarryPasswords(t *testing.T) {
	t.Parallel()
	for _, parameter := range start(t).queries() {
		require.NotRegexp(t, `(?i)(password|token|secret|code)$`, parameter)
	}
	require.Equal(t, http.StatusMethodNotAllowed, start(t).get("", "/auth/login?email=a&password=b").status)
}
