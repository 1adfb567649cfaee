package server_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

// permissions is who may call what by the contract: S student, T staff, C coordinator, H head, "-" everybody, also
// without signing in. It is written down a second time on purpose: a slip in the route table fails here.
var permissions = map[string]string{
	"POST /auth/login":           "-",
	"POST /auth/session":         "-",
	"GET /auth/session":          "STCH",
	"DELETE /auth/session":       "-",
	"POST /auth/change-password": "STCH",
	"GET /me":                    "STCH",
	"PATCH /me":                  "STCH",

	"GET /users":        "H",
	"POST /users":       "H",
	"PATCH /users/{id}": "H",

	"GET /students":         "TCH",
	"POST /students/import": "H",
	"GET /students/{id}":    "TCH",
	"PATCH /students/{id}":  "CH",

	"GET /job-domains":  "STCH",
	"POST /job-domains": "H",

	"GET /drives":                           "STCH",
	"POST /drives":                          "CH",
	"POST /drives/preview-eligibility":      "CH",
	"GET /drives/{id}":                      "STCH",
	"PATCH /drives/{id}":                    "CH",
	"DELETE /drives/{id}":                   "H",
	"GET /drives/{id}/preview-eligibility":  "CH",
	"POST /drives/{id}/publish":             "CH",
	"POST /drives/{id}/stop-registrations":  "CH",
	"POST /drives/{id}/cancel":              "H",
	"POST /drives/{id}/trigger-eligibility": "H",

	"POST /registrations":               "S",
	"POST /registrations/{id}/register": "S",
	"DELETE /registrations/{id}":        "S",
	"GET /registrations/my-list":        "S",
	"GET /registrations/mine":           "S",
	"GET /registrations/{id}/check":     "S",
	"GET /registrations/{id}/list":      "TCH",

	"POST /registrations/{id}/export": "TCH",

	"POST /eligibility/{id}/filter":              "CH",
	"GET /eligibility/{id}/list":                 "CH",
	"GET /eligibility/{id}/ids":                  "CH",
	"GET /eligibility/mine":                      "S",
	"GET /eligibility/{id}/check":                "S",
	"GET /eligibility/{id}/explain/{student_id}": "CH",
	"GET /subfilter/{id}/apply":                  "CH",

	"POST /attendance/{id}/mark":                "CH",
	"DELETE /attendance/{id}/mark/{student_id}": "CH",
	"POST /attendance/{id}/mark-bulk":           "CH",
	"GET /attendance/{id}/list":                 "CH",
	"POST /attendance/{id}/publish":             "CH",
	"GET /attendance/{id}/download-csv":         "CH",

	"GET /finished-drives":                "TCH",
	"GET /finished-drives/{id}/download":  "CH",
	"GET /finished-drives/download-excel": "TCH",
	"GET /finished-drives/download-pdf":   "TCH",

	"GET /jobs":               "CH",
	"GET /jobs/counts":        "CH",
	"GET /jobs/{id}":          "STCH",
	"GET /jobs/{id}/events":   "STCH",
	"GET /jobs/{id}/download": "STCH",
	"POST /jobs/{id}/codes":   "H",
	"POST /jobs/{id}/retry":   "H",
	"POST /jobs/{id}/cancel":  "H",

	"GET /analytics/summary":                 "TCH",
	"GET /analytics/drives-over-time":        "TCH",
	"GET /analytics/registrations-by-drive":  "TCH",
	"GET /analytics/attendance-trend":        "TCH",
	"GET /analytics/registrations-over-time": "TCH",
	"GET /analytics/by-branch":               "TCH",
	"GET /analytics/funnel":                  "TCH",
	"GET /audit":                             "H",
	"GET /audit/download-csv":                "H",
	"POST /analytics/refresh":                "H",

	"GET /notifications/mine":        "STCH",
	"PATCH /notifications/{id}/read": "STCH",
	"POST /notifications/read-all":   "STCH",

	"POST /admin/session": "H",

	"GET /metrics": "H",

	"GET /healthz": "-",
	"GET /health":  "-",
	"GET /readyz":  "-",
}

// whileCodeOnly are the routes for those who have yet to choose a password.
var whileCodeOnly = []string{"POST /auth/change-password", "GET /auth/session", "GET /me", "PATCH /me"}

// operation is a route as the API's description has it.
type operation struct {
	method, path string
	roles        string // x-roles
}

func (o operation) String() string { return o.method + " " + o.path }

func (o operation) mayBeCalledBy(role auth.Role) bool {
	return o.roles == "public" || o.roles == "all roles" || slices.Contains(strings.Split(o.roles, ", "), string(role))
}

// operations reads every route out of the API's description.
func (h *harness) operations() []operation {
	h.t.Helper()
	var document struct {
		Paths map[string]map[string]struct {
			Roles string `json:"x-roles"`
		}
	}
	require.NoError(h.t, json.Unmarshal(h.get("", "/openapi.json").is(http.StatusOK).body, &document))
	var found []operation
	for path, methods := range document.Paths {
		for method, described := range methods {
			found = append(found, operation{method: strings.ToUpper(method), path: path, roles: described.Roles})
		}
	}
	require.NotEmpty(h.t, found)
	return found
}

func TestEveryRouteHasThePermissionOfTheContract(t *testing.T) {
	t.Parallel()
	letters := map[auth.Role]string{auth.Student: "S", auth.Staff: "T", auth.Coordinator: "C", auth.Head: "H"}
	h := start(t)
	described := h.operations()
	for _, route := range described {
		want, ok := permissions[route.String()]
		require.True(t, ok, "%s is new: say in permissions who may call it", route)
		if want == "-" {
			require.Equal(t, "public", route.roles, route)
			continue
		}
		require.NotEqual(t, "public", route.roles, route)
		got := ""
		for _, role := range []auth.Role{auth.Student, auth.Staff, auth.Coordinator, auth.Head} {
			if route.mayBeCalledBy(role) {
				got += letters[role]
			}
		}
		require.Equal(t, want, got, route)
	}
	require.Len(t, described, len(permissions), "a route of permissions is gone")
}

// nobodysID is an id that nothing has, so that a call which is let in changes nothing.
const nobodysID = "9007199254740991"

func (h *harness) callRoute(as string, route operation) *reply {
	h.t.Helper()
	var body any
	if route.method != http.MethodGet {
		body = map[string]any{}
	}
	return h.call(as, route.method, strings.ReplaceAll(route.path, "{id}", nobodysID), body)
}

func TestEveryRouteLetsInWhoMayAndNobodyElse(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, route := range h.operations() {
		require.NotEmpty(t, route.roles, "%s has no x-roles", route)
		anonymous := h.callRoute("anonymous", route)
		if route.roles == "public" {
			require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, anonymous.status, route)
		} else {
			require.NotEmpty(t, anonymous.is(http.StatusUnauthorized).header.Get("WWW-Authenticate"), route)
		}
		for _, role := range auth.Roles() {
			answer := h.callRoute(strings.ToLower(string(role)), route)
			if !route.mayBeCalledBy(role) {
				answer.is(http.StatusForbidden)
				continue
			}
			require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, answer.status, "%s as %s: %s", route, role, answer.body)
			require.Less(t, answer.status, http.StatusInternalServerError, "%s as %s: %s", route, role, answer.body)
		}
	}
}

func TestWhoHasOnlyACodeMayDoNothingButChooseAPassword(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, role := range auth.Roles() {
		h.exec("UPDATE users SET must_change_password = true WHERE user_id = $1", h.id(strings.ToLower(string(role))))
	}
	for _, route := range h.operations() {
		if route.roles == "public" {
			continue
		}
		for _, role := range auth.Roles() {
			answer := h.callRoute(strings.ToLower(string(role)), route)
			if slices.Contains(whileCodeOnly, route.String()) {
				require.NotEqual(t, http.StatusForbidden, answer.status, route)
				continue
			}
			kind, ok := answer.is(http.StatusForbidden).value("type").(string)
			require.True(t, ok && strings.HasSuffix(kind, "password-change-required"), "%s as %s: %s", route, role, answer.body)
		}
	}
}
