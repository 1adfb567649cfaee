package server_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/store"
)

// openedBy is a route with ids in its path: what each of them names (see objectsOf), and a body that is good otherwise, so that
// a refusal is about the id.
type openedBy struct {
	objects []string
	body    any
}

func naming(object string) openedBy { return openedBy{objects: []string{object}} }

// idsInPaths says of every route with an id in its path whose objects it opens.
var idsInPaths = map[string]openedBy{
	"PATCH /users/{id}":    {[]string{"user"}, map[string]any{"phone": "1"}},
	"GET /students/{id}":   naming("student"),
	"PATCH /students/{id}": {[]string{"student"}, map[string]any{"phone": "1"}},

	"GET /drives/{id}":                      naming("visible drive"),
	"PATCH /drives/{id}":                    {[]string{"any drive"}, map[string]any{"location": "Pune"}},
	"DELETE /drives/{id}":                   naming("any drive"),
	"GET /drives/{id}/preview-eligibility":  naming("any drive"),
	"POST /drives/{id}/publish":             naming("any drive"),
	"POST /drives/{id}/stop-registrations":  naming("any drive"),
	"POST /drives/{id}/cancel":              naming("any drive"),
	"POST /drives/{id}/trigger-eligibility": naming("any drive"),

	"POST /registrations/{id}/register": naming("drive for me"),
	"DELETE /registrations/{id}":        naming("own registration"),
	"GET /registrations/{id}/check":     naming("visible drive"),
	"GET /registrations/{id}/list":      naming("visible drive"),
	"POST /registrations/{id}/export":   naming("visible drive"),

	"POST /eligibility/{id}/filter":              naming("any drive"),
	"GET /eligibility/{id}/list":                 naming("any drive"),
	"GET /eligibility/{id}/ids":                  naming("any drive"),
	"GET /eligibility/{id}/check":                naming("visible drive"),
	"GET /eligibility/{id}/explain/{student_id}": {objects: []string{"any drive", "student"}},
	"GET /subfilter/{id}/apply":                  naming("any drive"),

	"POST /attendance/{id}/mark":                {[]string{"any drive"}, map[string]any{"student_id": 1, "status": "PRESENT"}},
	"POST /attendance/{id}/mark-bulk":           {[]string{"any drive"}, map[string]any{"marks": []any{map[string]any{"student_id": 1, "status": "PRESENT"}}}},
	"DELETE /attendance/{id}/mark/{student_id}": {objects: []string{"any drive", "student"}},
	"GET /attendance/{id}/list":                 naming("any drive"),
	"POST /attendance/{id}/publish":             naming("any drive"),
	"GET /attendance/{id}/download-csv":         naming("any drive"),

	"GET /finished-drives/{id}/download": naming("any drive"),

	"GET /jobs/{id}":          naming("job"),
	"GET /jobs/{id}/download": naming("job"),
	"GET /jobs/{id}/events":   naming("job"),
	"POST /jobs/{id}/codes":   naming("any job"),
	"POST /jobs/{id}/retry":   naming("any job"),
	"POST /jobs/{id}/cancel":  naming("any job"),

	"PATCH /notifications/{id}/read": naming("notice"),
}

// attempt is somebody's try at an object; want is the status that keeps them out of it.
type attempt struct {
	as   string
	id   int64
	want int
}

// objectsOf is a college in which everybody has something that is not for somebody else. Of each kind of object it tells
// who is kept out of which ("not"), and who is not ("yes").
func (h *harness) objectsOf() (not, yes map[string][]attempt) {
	h.t.Helper()
	h.student("stranger", func(s *store.NewStudent) { s.CGPA = number("5") })
	h.add("colleague", auth.Staff)
	drives := h.drivesOfEveryState()
	chosen, cancelled := h.posted(map[string]any{"min_cgpa": 7}), h.posted(map[string]any{"min_cgpa": 7})
	neverOpen := h.drive(nil)
	for _, id := range []int64{cancelled, neverOpen} {
		h.post("head", at("/drives/%d/cancel", id), nil).is(http.StatusOK)
	}
	job := h.jobDone(h.export("staff", drives["posted"])).int("id")
	notice := h.noticeAbout("student", chosen)
	const unknown, forbidden, ok = http.StatusNotFound, http.StatusForbidden, http.StatusOK
	not = map[string][]attempt{
		"visible drive": {
			{"student", drives["pending"], unknown}, {"staff", drives["pending"], unknown}, {"stranger", drives["pending"], unknown},
			{"staff", drives["cancelled"], unknown}, {"stranger", drives["cancelled"], unknown},
		},
		"drive for me": {
			{"stranger", chosen, forbidden}, {"stranger", drives["pending"], unknown}, {"stranger", cancelled, unknown},
			{"student", neverOpen, unknown},
		},
		"student": {{"staff", h.id("head"), unknown}, {"coordinator", h.id("head"), unknown}, {"head", h.id("coordinator"), unknown}},
		"job":     {{"student", job, unknown}, {"stranger", job, unknown}, {"colleague", job, unknown}},
		"notice":  {{"stranger", notice, unknown}, {"staff", notice, unknown}, {"coordinator", notice, unknown}, {"head", notice, unknown}},
	}
	for _, id := range slices.Sorted(maps.Values(drives)) {
		not["own registration"] = append(not["own registration"], attempt{"stranger", id, unknown})
	}
	yes = map[string][]attempt{
		"visible drive": {
			{"student", drives["cancelled"], ok}, {"stranger", drives["posted"], ok}, {"staff", drives["finished"], ok},
			{"coordinator", drives["pending"], ok}, {"head", drives["cancelled"], ok},
		},
		"any drive": {{"coordinator", drives["finished"], ok}, {"head", drives["finished"], ok}},
		"student":   {{"staff", h.id("student"), ok}, {"coordinator", h.id("student"), ok}, {"head", h.id("student"), ok}},
		"job":       {{"staff", job, ok}, {"coordinator", job, ok}, {"head", job, ok}},
		"notice":    {{"student", notice, ok}},
	}
	return not, yes
}

// noticeAbout is the id of what somebody is told about a drive.
func (h *harness) noticeAbout(who string, drive int64) int64 {
	h.t.Helper()
	told := h.get(who, "/notifications/mine").is(http.StatusOK)
	items, ok := told.value("items").([]any)
	require.True(h.t, ok)
	for i := range items {
		if told.int("items", i, "entity_id") == drive {
			return told.int("items", i, "notification_id")
		}
	}
	require.Fail(h.t, "no notice", "%s is told nothing about drive %d: %s", who, drive, told.body)
	return 0
}

func (h *harness) roleOf(name string) auth.Role { return h.people[name].Role }

var placeholder = regexp.MustCompile(`\{\w+\}`)

// pathWith puts ids into a path, one after the other.
func pathWith(path string, ids ...string) string {
	return placeholder.ReplaceAllStringFunc(path, func(string) string {
		id := ids[0]
		ids = ids[1:]
		return id
	})
}

// everything is all rows of the database but those of the queue, by table.
func (h *harness) everything() map[string]string {
	h.t.Helper()
	tables := h.text(`SELECT string_agg(quote_ident(tablename), ' ') FROM pg_tables
		WHERE schemaname = current_schema() AND tablename NOT LIKE 'river%'`)
	rows := map[string]string{}
	for table := range strings.FieldsSeq(tables) {
		rows[table] = h.text(`SELECT coalesce(string_agg(to_jsonb(t)::text, E'\n' ORDER BY to_jsonb(t)), '') FROM ` + table + ` t`)
	}
	require.NotEmpty(h.t, rows["registrations"])
	return rows
}

// untold is an answer without what differs between two requests by itself.
func (r *reply) untold() map[string]any {
	r.t.Helper()
	var body map[string]any
	require.NoError(r.t, json.Unmarshal(r.body, &body), "%s: %s", r.what, r.body)
	delete(body, "instance")
	return body
}

func TestEveryIDInAPathIsSaidWhoseItIs(t *testing.T) {
	t.Parallel()
	h := start(t)
	seen := 0
	for _, route := range h.operations() {
		ids := placeholder.FindAllString(route.path, -1)
		if len(ids) == 0 {
			continue
		}
		seen++
		require.Len(t, idsInPaths[route.String()].objects, len(ids), "%s: say in idsInPaths whose objects its ids open", route)
	}
	require.Len(t, idsInPaths, seen, "a route of idsInPaths is gone")
}

func TestNobodyReachesWhatBelongsToSomebodyElse(t *testing.T) {
	t.Parallel()
	h := start(t)
	not, yes := h.objectsOf()
	before, tried := h.everything(), map[string]int{}
	for _, route := range h.operations() {
		what := idsInPaths[route.String()]
		for i, object := range what.objects {
			fill := func(id string) string {
				ids := []string{id, id}
				for j, other := range what.objects {
					if j != i {
						ids[j] = at("%d", yes[other][0].id)
					}
				}
				return pathWith(route.path, ids...)
			}
			for _, a := range not[object] {
				if !route.mayBeCalledBy(h.roleOf(a.as)) {
					continue
				}
				tried[object]++
				refused := h.call(a.as, route.method, fill(at("%d", a.id)), what.body)
				require.Equal(t, a.want, refused.status, "%s as %s, %s %d: %s", route, a.as, object, a.id, refused.body)
				if a.want == http.StatusNotFound { // and it looks as if there were no such thing
					require.Equal(t, h.call(a.as, route.method, fill(nobodysID), what.body).untold(), refused.untold(), route)
				}
			}
			for _, a := range yes[object] {
				if route.method == http.MethodGet && route.mayBeCalledBy(h.roleOf(a.as)) {
					answer := h.call(a.as, route.method, fill(at("%d", a.id)), nil)
					require.NotContains(t, []int{http.StatusForbidden, http.StatusNotFound}, answer.status, "%s as %s: %s", route, a.as, answer.body)
				}
			}
		}
	}
	for object := range not {
		require.Positive(t, tried[object], "no route opens a %s any more", object)
	}
	require.Equal(t, before, h.everything(), "what is refused changes nothing")
}

// noIDs are no ids of anything, with what they are answered with; path.Clean and routers have their own ideas of some.
var noIDs = []string{
	"0", "-1", "9007199254740991", "9007199254740992", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
	strings.Repeat("9", 400), "abc", "1.5", "1e3", "0x1", "null", "NaN", "'", "1 OR 1=1", "1;DROP TABLE users", "%", "\x00", "\n", "１",
	"../1", "..", "*", "{id}", "\xff", "1,2", "[1]",
}

func TestWhatIsNoIDIsRefusedAndNeverAFault(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.drivesOfEveryState()
	before := h.everything()
	for _, route := range h.operations() {
		what := idsInPaths[route.String()]
		for i := range what.objects {
			for _, role := range auth.Roles() {
				if !route.mayBeCalledBy(role) {
					continue
				}
				for _, id := range noIDs {
					ids := []string{"1", "1"}
					ids[i] = url.PathEscape(id)
					answer := h.call(strings.ToLower(string(role)), route.method, pathWith(route.path, ids...), what.body)
					require.Contains(t, []int{http.StatusNotFound, http.StatusUnprocessableEntity}, answer.status,
						"%s as %s with %q: %s", route, role, id, answer.body)
				}
			}
		}
	}
	require.Equal(t, before, h.everything())
}
