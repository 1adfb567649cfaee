package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

func TestEverybodyReadsTheirOwnProfile(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, role := range auth.Roles() {
		name := strings.ToLower(string(role))
		mine := h.get(name, "/me").is(http.StatusOK)
		require.Equal(t, h.id(name), mine.int("user_id"))
		require.Equal(t, []any{string(role), "Name of " + name, name + "@college.example", nil, nil, true, false},
			mine.values("role", "name", "email", "department", "phone", "active", "must_change_password"))
		if role != auth.Student {
			require.NotContains(t, string(mine.body), "roll_number")
			continue
		}
		require.Equal(t, h.id(name), mine.int("student_id"))
		require.Equal(t, []any{"R-student", "CSE", 2027.0, 8.0, 80.0, 80.0, nil, 0.0, 0.0, nil, 0.0, false, nil}, mine.values(
			"roll_number", "branch", "batch_year", "cgpa", "tenth_percent", "twelfth_percent", "diploma_percent", "active_backlogs",
			"cleared_backlogs", "gender", "gap_years", "debarred", "debarred_reason"))
	}
	require.NotContains(t, string(h.get("head", "/me").body), "password_hash")
}

func TestStudentsChangeTheirContactDataAndNothingElse(t *testing.T) {
	t.Parallel()
	h := start(t)
	before := h.get("student", "/me").is(http.StatusOK)
	changed := h.patch("student", "/me", map[string]any{
		"phone": " +91 98 ", "name": "Somebody Else", "department": "X", "email": "else@college.example", "role": "HEAD", "active": false,
		"user_id": 1, "student_id": 1, "roll_number": "Z", "cgpa": 10, "tenth_percent": 100, "branch": "Z", "active_backlogs": 0,
		"debarred": true, "must_change_password": true,
	}).is(http.StatusOK)
	require.Equal(t, strings.Replace(string(before.body), `"phone":null`, `"phone":"+91 98"`, 1), string(changed.body))
	require.Nil(t, h.patch("student", "/me", `{"phone":null}`).is(http.StatusOK).value("phone"))
	require.JSONEq(t, string(before.body), string(h.get("student", "/me").body))
}

func TestTheOfficeChangesItsOwnProfile(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, as := range []string{"staff", "coordinator", "head"} {
		body := `{"name":" New Name ","phone":"1","department":" Placement ","role":"STUDENT","email":"x@college.example"}`
		changed := h.patch(as, "/me", body).is(http.StatusOK)
		require.Equal(t, []any{"New Name", "1", "Placement", strings.ToUpper(as), as + "@college.example"},
			changed.values("name", "phone", "department", "role", "email"))
		require.Equal(t, "New Name", h.get(as, "/me").is(http.StatusOK).value("name"))
	}
	h.play([]scenario{
		{name: "faults", as: "staff", method: "PATCH", path: "/me", want: 422, faults: []string{"name", "phone", "department"},
			body: map[string]any{"name": " ", "phone": strings.Repeat("1", 41), "department": 1}},
		{name: "null name", as: "staff", method: "PATCH", path: "/me", want: 422, faults: []string{"name"}, body: `{"name":null}`},
		{name: "NUL", as: "staff", method: "PATCH", path: "/me", want: 422, body: `{"phone":"\u0000"}`},
		{name: "no body", as: "staff", method: "PATCH", path: "/me", want: 400},
		{name: "delete", as: "staff", method: "DELETE", path: "/me", want: 405},
	})
}
