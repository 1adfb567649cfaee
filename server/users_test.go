package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

func newUser(change map[string]any) map[string]any {
	body := map[string]any{"name": "New Person", "email": "new@college.example", "role": "STAFF"}
	for name, value := range change {
		body[name] = value
	}
	return body
}

func TestUserWithAPasswordSignsInAtOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	made := h.post("head", "/users", newUser(map[string]any{
		"name": "  Ärjun Ñair ", "email": " New@College.Example ", "password": password, "department": " ", "phone": " +91 1 ",
	})).is(http.StatusCreated)
	require.Equal(t, []any{"Ärjun Ñair", "New@College.Example", "STAFF", nil, "+91 1", true, false}, made.values(
		"name", "email", "role", "department", "phone", "active", "must_change_password"))
	require.NotContains(t, string(made.body), "one_time_code")
	require.Regexp(t, `^\d{4}-\d\d-\d\dT[\d:.]+Z$`, made.value("created_at"))
	in := h.login("new@college.example", password).is(http.StatusOK)
	require.Equal(t, made.int("user_id"), in.int("user", "user_id"))
}

// values are several fields of the answer.
func (r *reply) values(fields ...string) []any {
	r.t.Helper()
	values := make([]any, len(fields))
	for i, field := range fields {
		values[i] = r.value(field)
	}
	return values
}

func TestUserWithoutAPasswordGetsACodeOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	for i, body := range []map[string]any{newUser(nil), newUser(map[string]any{"email": "b@college.example", "password": nil})} {
		made := h.post("head", "/users", body).is(http.StatusCreated)
		code, ok := made.value("one_time_code").(string)
		require.True(t, ok)
		require.Equal(t, true, made.value("must_change_password"))
		require.NotContains(t, string(h.get("head", "/users").is(http.StatusOK).body), code)
		require.Zero(t, h.count("SELECT count(*) FROM users WHERE users::text LIKE '%' || $1 || '%'", code), "%d: kept in plain", i)
		h.login(fmt.Sprint(body["email"]), code).is(http.StatusOK)
	}
}

func TestStudentIsCreatedWithTheirRecord(t *testing.T) {
	t.Parallel()
	h := start(t)
	made := h.post("head", "/users", newUser(map[string]any{
		"role": "STUDENT", "roll_number": " 26cse001 ", "branch": "CSE", "batch_year": 2027, "cgpa": 7.49999, "tenth_percent": 90.5,
		"twelfth_percent": nil, "diploma_percent": 70, "active_backlogs": 1, "cleared_backlogs": 2, "gender": "F", "gap_years": 1,
	})).is(http.StatusCreated)
	student := h.get("staff", at("/students/%d", made.int("user_id"))).is(http.StatusOK)
	require.Equal(t, []any{"26cse001", "CSE", 2027.0, 7.4999, 90.5, nil, 70.0, 1.0, 2.0, "F", 1.0}, student.values("roll_number", "branch",
		"batch_year", "cgpa", "tenth_percent", "twelfth_percent", "diploma_percent", "active_backlogs", "cleared_backlogs", "gender", "gap_years"))
}

func TestUsersThatCannotBeCreated(t *testing.T) {
	t.Parallel()
	h := start(t)
	before := h.count("SELECT count(*) FROM users")
	refused := func(name string, status int, change map[string]any, faults ...string) scenario {
		return scenario{name: name, as: "head", method: "POST", path: "/users", body: newUser(change), want: status, faults: faults}
	}
	h.play([]scenario{
		{name: "nothing", as: "head", method: "POST", path: "/users", body: "{}", want: 422, faults: []string{"name", "email", "role"}},
		{name: "wrong types", as: "head", method: "POST", path: "/users", want: 422, body: `{"name":1,"email":["a@b.example"],"role":null,"phone":12}`,
			faults: []string{"name", "email", "role", "phone"}},
		refused("every fault at once", 422, map[string]any{
			"name": " ", "email": "nothing", "role": "ADMIN", "password": "short", "phone": strings.Repeat("1", 41), "cgpa": 11,
		}, "name", "email", "role", "password", "phone", "cgpa"),
		refused("faults of two sorts", 422, map[string]any{"role": "STUDENT", "cgpa": "high", "roll_number": " ", "email": "nothing"}, "cgpa", "roll_number", "email"),
		refused("a fault before a good field", 422, map[string]any{"role": "STUDENT", "active_backlogs": "none", "roll_number": "R1"}, "active_backlogs"),
		refused("a student without a roll number", 422, map[string]any{"role": "STUDENT"}, "roll_number"),
		refused("a student with roll number null", 422, map[string]any{"role": "STUDENT", "roll_number": nil}, "roll_number"),
		refused("a name with a display part", 422, map[string]any{"email": "A <a@college.example>"}, "email"),
		refused("an address of 255", 422, map[string]any{"email": strings.Repeat("a", 241) + "@college.examp"}, "email"),
		refused("a name of 201", 422, map[string]any{"name": strings.Repeat("ü", 201)}, "name"),
		refused("a common password", 422, map[string]any{"password": "password1"}, "password"),
		refused("NUL in the name", 422, map[string]any{"name": "a\x00b"}),
		refused("NUL in the department", 422, map[string]any{"department": "a\x00b"}),
		refused("NUL in the roll number", 422, map[string]any{"role": "STUDENT", "roll_number": "R\x00"}),
		refused("the address of another", 409, map[string]any{"email": "STAFF@College.Example"}),
		refused("the roll number of another", 409, map[string]any{"role": "STUDENT", "roll_number": "r-STUDENT"}),
		{name: "too large", as: "head", method: "POST", path: "/users", want: 413, body: newUser(map[string]any{"x": strings.Repeat("x", 1<<20)})},
		{name: "not JSON", as: "head", method: "POST", path: "/users", want: 400, body: `{"name":`},
	})
	require.Equal(t, before, h.count("SELECT count(*) FROM users"), "nobody is half-created")
}

func TestLongestFieldsAreTaken(t *testing.T) {
	t.Parallel()
	h := start(t)
	email := strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 46)+".", 4) + "x"
	require.Len(t, email, 254)
	made := h.post("head", "/users", newUser(map[string]any{
		"email": email, "name": strings.Repeat("ü", 200), "department": strings.Repeat("ß", 200), "phone": strings.Repeat("1", 40),
		"password": password, "unknown": map[string]any{"field": true},
	})).is(http.StatusCreated)
	require.Equal(t, strings.Repeat("ü", 200), made.value("name"))
	h.with(h.login(email, password).token(), http.MethodGet, "/me", nil).is(http.StatusOK)
}

// nextPage is the path of rel=next, "" on the last page.
func (r *reply) nextPage() string {
	r.t.Helper()
	link := r.header.Get("Link")
	if link == "" {
		return ""
	}
	found := regexp.MustCompile(`^<([^>]+)>; rel="next"$`).FindStringSubmatch(link)
	require.NotNil(r.t, found, link)
	return found[1]
}

func TestUsersAreListedInPages(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.exec("INSERT INTO users (name, email, role) SELECT 'P ' || n, n || '@many.example', 'STAFF' FROM generate_series(1, 60) n")
	var ids []string
	for id := range h.count("SELECT max(user_id) FROM users") {
		ids = append(ids, at("%d", id+1))
	}
	first := h.get("head", "/users").is(http.StatusOK)
	require.Len(t, first.list(), 50)
	require.Equal(t, "64", first.header.Get("X-Total-Count"))
	for _, path := range []string{"/users", "/api/users?limit=7", "/users?limit=64", "/users?limit=63", "/users?limit=500"} {
		require.Equal(t, ids, h.eachPage("head", path, "user_id"), path)
	}
	require.True(t, strings.HasPrefix(h.get("head", "/api/users?limit=7").nextPage(), "/api/users?"))
	require.Empty(t, h.get("head", "/users?limit=64").nextPage())
	filtered := h.get("head", "/users?role=STAFF&limit=2&q=many").is(http.StatusOK)
	require.Equal(t, "60", filtered.header.Get("X-Total-Count"))
	require.Len(t, h.eachPage("head", "/users?role=STAFF&limit=25&q=many", "user_id"), 60, "the filters go with the link")
}

func TestUsersAreFiltered(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.add("zoë", auth.Staff)
	h.add("100%", auth.Staff)
	h.add("a_b", auth.Staff)
	h.add("axb", auth.Staff)
	h.patch("head", at("/users/%d", h.id("axb")), map[string]any{"active": false}).is(http.StatusOK)
	for query, names := range map[string][]string{
		"role=HEAD":                  {"head"},
		"role=STAFF":                 {"staff", "zoë", "100%", "a_b", "axb"},
		"active=false":               {"axb"},
		"active=true&role=STAFF":     {"staff", "zoë", "100%", "a_b"},
		"q=ZO":                       {"zoë"},
		"q=" + url.QueryEscape("oë"): {"zoë"},
		"q=%25":                      {"100%"},
		"q=_":                        {"a_b"},
		"q=A_B":                      {"a_b"},
		"q=staff@college":            {"staff"},
		"unknown=1&role=COORDINATOR": {"coordinator"},
		"q=":                         {"student", "staff", "coordinator", "head", "zoë", "100%", "a_b", "axb"},
	} {
		var want []string
		for _, name := range names {
			want = append(want, "Name of "+name)
		}
		require.ElementsMatch(t, want, h.eachPage("head", "/users?"+query, "name"), query)
	}
	require.JSONEq(t, "[]", string(h.get("head", "/users?q=%5C").is(http.StatusOK).body), "an empty list is no null")
}

func TestListsRefuseBadQueries(t *testing.T) {
	t.Parallel()
	h := start(t)
	var table []scenario
	for _, path := range []string{"/users", "/students", "/job-domains"} {
		for query, field := range map[string]string{
			"limit=0": "limit", "limit=-1": "limit", "limit=501": "limit", "limit=x": "limit", "limit=99999999999": "limit", "cursor=!": "cursor",
		} {
			table = append(table, scenario{name: path + "?" + query, as: "head", path: path + "?" + query, want: 422, faults: []string{field}})
		}
		table = append(table, scenario{name: path + " NUL cursor", as: "head", path: path + "?cursor=AA", want: 422})
	}
	h.play(append(table, []scenario{
		{name: "role", as: "head", path: "/users?role=KING&active=perhaps", want: 422, faults: []string{"role", "active"}},
		{name: "cursor no id", as: "head", path: "/users?cursor=eA", want: 422, faults: []string{"cursor"}},
		{name: "q too long", as: "head", path: "/users?q=" + strings.Repeat("x", 201), want: 422, faults: []string{"q"}},
		{name: "NUL in q", as: "head", path: "/users?q=%00", want: 422},
		{name: "no UTF-8", as: "head", path: "/students?branch=%ff", want: 422},
	}...))
}

func TestUserIsPatched(t *testing.T) {
	t.Parallel()
	h := start(t)
	path := at("/users/%d", h.id("staff"))
	h.play([]scenario{
		{name: "nothing", as: "head", method: "PATCH", path: path, body: "{}", want: 200, says: `"name":"Name of staff"`},
		{name: "set", as: "head", method: "PATCH", path: path, body: `{"name":" B ","email":"b@college.example","department":"CSE","phone":"1"}`,
			want: 200, says: `"name":"B","email":"b@college.example","role":"STAFF","department":"CSE","phone":"1"`},
		{name: "absent stays", as: "head", method: "PATCH", path: path, body: `{"phone":"2"}`, want: 200, says: `"department":"CSE","phone":"2"`},
		{name: "null removes", as: "head", method: "PATCH", path: path, body: `{"department":null,"phone":"  "}`, want: 200, says: `"department":null,"phone":null`},
		{name: "what must be there", as: "head", method: "PATCH", path: path, body: `{"name":null,"email":null,"role":null,"active":null}`,
			want: 422, faults: []string{"name", "email", "role", "active"}},
		{name: "what does not fit", as: "head", method: "PATCH", path: path, body: `{"name":"  ","email":"b","role":"KING","active":"no","phone":1}`,
			want: 422, faults: []string{"name", "email", "role", "active", "phone"}},
		{name: "taken address", as: "head", method: "PATCH", path: path, body: `{"email":"HEAD@college.example"}`, want: 409},
		{name: "a student without a record", as: "head", method: "PATCH", path: path, body: `{"role":"STUDENT"}`, want: 422, faults: []string{"role"}},
		{name: "NUL", as: "head", method: "PATCH", path: path, body: `{"name":"a\u0000"}`, want: 422},
		{name: "nobody", as: "head", method: "PATCH", path: "/users/999999", body: `{"name":"A"}`, want: 404},
		{name: "no id", as: "head", method: "PATCH", path: "/users/x", body: `{"name":"A"}`, want: 422, faults: []string{"id"}},
		{name: "role", as: "head", method: "PATCH", path: path, body: `{"role":"COORDINATOR"}`, want: 200, says: `"role":"COORDINATOR"`},
	})
}

func TestNewCodeReplacesThePassword(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.givePassword("staff")
	first := h.giveCode("staff")
	second := h.giveCode("staff")
	h.login("staff@college.example", password).is(http.StatusUnauthorized)
	h.login("staff@college.example", first).is(http.StatusUnauthorized)
	h.login("staff@college.example", second).is(http.StatusOK)
}

func TestTheLastActiveHeadStays(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.add("retired", auth.Head)
	h.patch("head", at("/users/%d", h.id("retired")), map[string]any{"active": false}).is(http.StatusOK)
	path := at("/users/%d", h.id("head"))
	h.play([]scenario{
		{name: "deactivated", as: "head", method: "PATCH", path: path, body: `{"active":false}`, want: 409},
		{name: "demoted", as: "head", method: "PATCH", path: path, body: `{"role":"COORDINATOR"}`, want: 409},
		{name: "both", as: "head", method: "PATCH", path: path, body: `{"role":"COORDINATOR","active":false}`, want: 409},
		{name: "renamed", as: "head", method: "PATCH", path: path, body: `{"name":"H","role":"HEAD","active":true}`, want: 200},
	})
	h.add("second", auth.Head)
	h.play([]scenario{
		{name: "to a student without a record", as: "second", method: "PATCH", path: path, body: `{"role":"STUDENT"}`, want: 422, faults: []string{"role"}},
		{name: "with a second one", as: "second", method: "PATCH", path: path, body: `{"role":"COORDINATOR"}`, want: 200},
	})
}

func TestTwoHeadsDemotingEachOtherLeaveOne(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.add("second", auth.Head)
	tx := h.hold("SELECT FROM users WHERE role = 'HEAD' FOR UPDATE")
	first := h.send(h.request("head", http.MethodPatch, at("/users/%d", h.id("second")), `{"active":false}`))
	second := h.send(h.request("second", http.MethodPatch, at("/users/%d", h.id("head")), `{"role":"STAFF"}`))
	h.waiting(2)
	h.letGo(tx)
	require.ElementsMatch(t, []int{http.StatusOK, http.StatusConflict}, []int{first().status, second().status})
	require.Equal(t, int64(1), h.count("SELECT count(*) FROM users WHERE role = 'HEAD' AND active"))
}

func TestSameAddressAtTheSameMomentIsOneUser(t *testing.T) {
	t.Parallel()
	h := start(t)
	statuses := h.together(6, func(i int) *http.Request {
		return h.request("head", http.MethodPost, "/users", newUser(map[string]any{"name": "N" + strconv.Itoa(i)}))
	})
	require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusConflict: 5}, statuses)
}
