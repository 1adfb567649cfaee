package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewInstallationHasTheUsualJobDomains(t *testing.T) {
	t.Parallel()
	h := start(t)
	whole := h.get("student", "/job-domains").is(http.StatusOK)
	require.Len(t, whole.list(), 12)
	names := h.eachPage("student", "/job-domains", "domain_name")
	require.Contains(t, names, "Software Development")
	require.True(t, slices.IsSortedFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }), "%v", names)
	require.Positive(t, whole.int(0, "domain_id"))
}

func TestJobDomainsAreAddedOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	added := func(name, body string, want int, faults ...string) scenario {
		return scenario{name: name, as: "head", method: "POST", path: "/job-domains", body: body, want: want, faults: faults}
	}
	h.play([]scenario{
		added("new", `{"domain_name":" Ökonomie "}`, 201),
		added("again", `{"domain_name":"Ökonomie"}`, 409),
		added("in another case", `{"domain_name":"SOFTWARE development"}`, 409),
		added("blank", `{"domain_name":"  "}`, 422, "domain_name"),
		added("empty", `{"domain_name":""}`, 422, "domain_name"),
		added("missing", `{}`, 422, "domain_name"),
		added("null", `{"domain_name":null}`, 422, "domain_name"),
		added("a number", `{"domain_name":7}`, 422, "domain_name"),
		added("too long", `{"domain_name":"`+strings.Repeat("ö", 201)+`"}`, 422, "domain_name"),
		added("longest", `{"domain_name":"`+strings.Repeat("ö", 200)+`"}`, 201),
		added("NUL", `{"domain_name":"a\u0000"}`, 422),
		{name: "by a coordinator", as: "coordinator", method: "POST", path: "/job-domains", body: `{"domain_name":"X"}`, want: 403},
	})
	require.Contains(t, h.eachPage("staff", "/job-domains", "domain_name"), "Ökonomie")
	statuses := h.together(5, func(int) *http.Request {
		return h.request("head", http.MethodPost, "/job-domains", `{"domain_name":"At once"}`)
	})
	require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusConflict: 4}, statuses)
}

func TestJobDomainsPageWhenAsked(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, name := range []string{"operations 2", "Operations 1", "zoology", "Ärzte"} {
		h.post("head", "/job-domains", map[string]any{"domain_name": name}).is(http.StatusCreated)
	}
	whole := h.eachPage("student", "/job-domains", "domain_name")
	require.Len(t, whole, 16)
	for _, limit := range []string{"1", "5", "15", "16"} {
		require.Equal(t, whole, h.eachPage("student", "/api/job-domains?limit="+limit, "domain_name"), limit)
	}
}
