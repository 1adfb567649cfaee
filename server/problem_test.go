package server_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProblemsHaveEveryFieldOfTheContract(t *testing.T) {
	t.Parallel()
	h := start(t)
	full := h.drive(nil)
	for _, c := range []struct {
		as, method, path string
		body             any
		want             int
		kind             string
	}{
		{"head", "POST", "/users", `{`, 400, "bad-request"},
		{"", "GET", "/me", nil, 401, "unauthorized"},
		{"", "POST", "/auth/login", `{"email":"a","password":"b"}`, 401, "wrong-login"},
		{"student", "GET", "/users", nil, 403, "forbidden"},
		{"head", "PATCH", "/users/999999", `{}`, 404, "not-found"},
		{"head", "GET", "/nowhere", nil, 404, "not-found"},
		{"", "GET", "/api/", nil, 404, "not-found"},
		{"head", "PUT", "/users", nil, 405, "method-not-allowed"},
		{"head", "POST", "/job-domains", `{"domain_name":"Research"}`, 409, "conflict"},
		{"head", "POST", "/drives", strings.Repeat(" ", 1<<20+1), 413, "request-entity-too-large"},
		{"head", "POST", "/users", strings.Repeat(" ", 1<<20+1), 413, "request-entity-too-large"},
		{"head", "POST", "/users", `{}`, 422, "unprocessable-entity"},
		{"head", "PATCH", at("/drives/%d", full), `{"min_cgpa":11}`, 422, "unprocessable-entity"},
	} {
		answer := h.call(c.as, c.method, c.path, c.body).is(c.want)
		require.Equal(t, "application/problem+json", answer.header.Get("Content-Type"), answer.what)
		problem, ok := answer.value().(map[string]any)
		require.True(t, ok)
		fields := []string{"type", "title", "status", "detail", "instance", "message"}
		if c.want == http.StatusUnprocessableEntity {
			fields = append(fields, "errors")
			require.NotEmpty(t, answer.value("errors", 0, "message"))
		}
		require.ElementsMatch(t, fields, slices.Collect(maps.Keys(problem)), answer.what)
		require.Equal(t, "urn:placeops:problem:"+c.kind, problem["type"])
		require.Equal(t, http.StatusText(c.want), problem["title"])
		require.EqualValues(t, c.want, problem["status"])
		require.Equal(t, c.path, problem["instance"])
		require.NotEmpty(t, problem["detail"])
		require.Equal(t, problem["detail"], problem["message"])
	}
}

func TestWrongMethodsNameTheRightOnes(t *testing.T) {
	t.Parallel()
	h := start(t)
	for path, allow := range map[string][]string{
		"/users": {"GET", "POST"}, "/api/users": {"GET", "POST"}, "/me": {"GET", "PATCH"}, "/auth/login": {"POST"}, "/auth/session": {"GET", "POST", "DELETE"}, "/users/1": {"PATCH"},
	} {
		answer := h.call("head", http.MethodPut, path, nil).is(http.StatusMethodNotAllowed)
		allowed := strings.Split(answer.header.Get("Allow"), ", ")
		require.Subset(t, allowed, allow, path)
		require.NotContains(t, allowed, "PUT")
	}
}

// A fault of the system tells the request's id, and nothing of the cause.
func TestFaultsTellTheRequestIDAndNothingElse(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.exec("ALTER TABLE job_domains RENAME TO hidden_from_the_server")
	request := h.request("student", http.MethodGet, "/job-domains", nil)
	request.Header.Set("X-Request-Id", "case-42")
	answer := h.do(request).is(http.StatusInternalServerError)
	require.Contains(t, answer.value("detail"), "case-42")
	for _, cause := range []string{"job_domains", "hidden", "relation", "SQLSTATE", "42P01"} {
		require.NotContains(t, string(answer.body), cause)
	}
}

func TestOtherContentTypesAreRefused(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, path := range []string{"/auth/login", "/users", "/job-domains", "/drives", "/registrations"} {
		for _, content := range []string{"text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense"} {
			as := "head"
			if path == "/registrations" {
				as = "student"
			}
			request := h.request(as, http.MethodPost, path, `{"domain_name":"X","company_name":"A","job_title":"B","drive_id":1}`)
			request.Header.Set("Content-Type", content)
			h.do(request).is(http.StatusUnsupportedMediaType)
		}
	}
}

func TestLargestBodiesAreTakenAndNoLarger(t *testing.T) {
	t.Parallel()
	h := start(t)
	body := func(size int) string {
		start, end := `{"domain_name":"X`+at("%d", size%10)+`","ignored":"`, `"}`
		return start + strings.Repeat("x", size-len(start)-len(end)) + end
	}
	h.post("head", "/job-domains", body(1<<20-1)).is(http.StatusCreated)
	h.post("head", "/job-domains", body(1<<20)).is(http.StatusCreated)
	tooLarge := h.post("head", "/job-domains", body(1<<20+1)).is(http.StatusRequestEntityTooLarge)
	require.Equal(t, "the request body is larger than 1 MB", tooLarge.value("message"))
}
