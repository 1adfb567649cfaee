package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store"
)

// cgpa and branch change a student whom add makes.
func cgpa(mark string) func(*store.NewStudent) {
	return func(s *store.NewStudent) { s.CGPA = number(mark) }
}

func branch(name string) func(*store.NewStudent) {
	return func(s *store.NewStudent) { s.Branch = &name }
}

func TestRegisteringTwiceIsTheSameRegistration(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	first := h.post("student", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
	require.Equal(t, drive, first.int("drive_id"))
	require.Equal(t, h.id("student"), first.int("student_id"))
	for _, again := range []*reply{
		h.post("student", "/registrations", map[string]any{"drive_id": drive}),
		h.post("student", at("/registrations/%d/register", drive), nil),
		h.post("student", at("/api/registrations/%d/register", drive), nil),
	} {
		require.JSONEq(t, string(first.body), string(again.is(http.StatusOK).body))
	}
}

func TestWhoMayRegister(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("weak", cgpa("5"))
	other := h.student("other")
	open := h.posted(map[string]any{"min_cgpa": 7})
	picked := h.drive(map[string]any{"min_cgpa": 7})
	h.jobDone(h.post("coordinator", at("/drives/%d/publish", picked), map[string]any{"selected_students": []int64{other}}).int("job_id"))
	late := h.posted(nil)
	h.exec(`UPDATE drives SET registration_deadline = now() WHERE drive_id = $1`, late) // no job closes it
	pending := h.drive(nil)
	states := map[string]int64{}
	for _, state := range []string{"attending", "finished", "cancelled"} {
		states[state] = h.posted(nil)
		h.exec(`UPDATE drives SET status = $2 WHERE drive_id = $1`, states[state], state)
	}
	path := func(drive int64) string { return at("/registrations/%d/register", drive) }
	h.play([]scenario{
		{name: "not eligible", as: "weak", method: http.MethodPost, path: path(open), want: http.StatusForbidden, says: "not selected"},
		{name: "eligible but not picked", as: "student", method: http.MethodPost, path: path(picked), want: http.StatusForbidden, says: "were not selected"},
		{name: "picked", as: "other", method: http.MethodPost, path: path(picked), want: http.StatusCreated},
		{name: "after the deadline", as: "student", method: http.MethodPost, path: path(late), want: http.StatusConflict, says: "deadline"},
		{name: "not published", as: "student", method: http.MethodPost, path: path(pending), want: http.StatusNotFound},
		{name: "no such drive", as: "student", method: http.MethodPost, path: path(99999), want: http.StatusNotFound},
		{name: "attending", as: "student", method: http.MethodPost, path: path(states["attending"]), want: http.StatusConflict, says: "attending"},
		{name: "finished", as: "student", method: http.MethodPost, path: path(states["finished"]), want: http.StatusConflict, says: "finished"},
		{name: "cancelled", as: "student", method: http.MethodPost, path: path(states["cancelled"]), want: http.StatusConflict, says: "cancelled"},
		{name: "no drive named", as: "student", method: http.MethodPost, path: "/registrations", body: map[string]any{}, want: http.StatusUnprocessableEntity, faults: []string{"drive_id"}},
		{name: "drive is a word", as: "student", method: http.MethodPost, path: "/registrations", body: `{"drive_id":"x"}`, want: http.StatusUnprocessableEntity, faults: []string{"drive_id"}},
		{name: "drive zero", as: "student", method: http.MethodPost, path: "/registrations", body: `{"drive_id":0}`, want: http.StatusUnprocessableEntity, faults: []string{"drive_id"}},
		{name: "no JSON", as: "student", method: http.MethodPost, path: "/registrations", body: `{`, want: http.StatusBadRequest, says: "JSON"},
		{name: "no number in the path", as: "student", method: http.MethodPost, path: "/registrations/x/register", want: http.StatusUnprocessableEntity, faults: []string{"id"}},
	})
	require.EqualValues(t, 1, h.count(`SELECT count(*) FROM registrations`))
}

func TestWithdrawing(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	path := at("/registrations/%d", drive)
	register := path + "/register"
	h.delete("student", path).is(http.StatusNotFound)
	first := h.post("student", register, nil).is(http.StatusCreated).int("registration_id")
	require.Empty(t, h.delete("student", path).is(http.StatusNoContent).body)
	h.delete("student", path).is(http.StatusNotFound)
	require.Equal(t, false, h.get("student", path+"/check").is(http.StatusOK).value("registered"))
	again := h.post("student", register, nil).is(http.StatusCreated).int("registration_id")
	require.NotEqual(t, first, again, "a new registration")
	h.post("coordinator", at("/drives/%d/stop-registrations", drive), nil).is(http.StatusOK)
	h.delete("student", path).is(http.StatusConflict)
	require.Equal(t, true, h.get("student", path+"/check").value("registered"))
	h.delete("student", "/registrations/99999").is(http.StatusNotFound)
}

func TestOwnRegistrationsShowTheDrive(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("other")
	require.Equal(t, "[]\n", string(h.get("student", "/registrations/my-list").is(http.StatusOK).body))
	var drives []int64
	for _, company := range []string{"One", "Two", "Three"} {
		drive := h.posted(map[string]any{"company_name": company, "location": "Pune", "domain_id": 1})
		h.post("student", at("/registrations/%d/register", drive), nil).is(http.StatusCreated)
		drives = append(drives, drive)
	}
	h.post("other", at("/registrations/%d/register", drives[0]), nil).is(http.StatusCreated)
	mine := h.get("student", "/registrations/my-list").is(http.StatusOK)
	require.Len(t, mine.list(), 3)
	require.Equal(t, "Three", mine.value(0, "company_name"), "newest first")
	for field, want := range h.get("student", at("/drives/%d", drives[2])).is(http.StatusOK).object() {
		require.Equal(t, want, mine.value(0, field), field)
	}
	require.Nil(t, mine.value(0, "attendance"))
	require.NotContains(t, string(mine.body), "_count", "how many others there are is not a student's affair")
	require.JSONEq(t, string(mine.body), string(h.get("student", "/registrations/mine").is(http.StatusOK).body))
	require.Equal(t, []string{"Three", "Two", "One"}, h.eachPage("student", "/registrations/mine?limit=1", "company_name"))

	h.post("head", at("/drives/%d/cancel", drives[1]), nil).is(http.StatusOK)
	require.Equal(t, "cancelled", h.get("student", "/registrations/mine").value(1, "status"))
}

func TestCheckTellsOnlyOfVisibleDrives(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.get("student", at("/registrations/%d/check", h.drive(nil))).is(http.StatusNotFound)
	h.get("student", "/registrations/99999/check").is(http.StatusNotFound)
	require.Equal(t, false, h.get("student", at("/registrations/%d/check", h.posted(nil))).is(http.StatusOK).value("registered"))
}

func TestTheOfficeSeesWhoRegistered(t *testing.T) {
	t.Parallel()
	h := start(t)
	names := []string{"a", "b", "c", "d", "e"}
	for _, name := range names {
		h.student(name)
	}
	drive := h.posted(nil)
	for _, name := range names {
		h.post(name, at("/registrations/%d/register", drive), nil).is(http.StatusCreated)
	}
	path := at("/registrations/%d/list", drive)
	for _, as := range []string{"staff", "coordinator", "head"} {
		all := h.get(as, path).is(http.StatusOK)
		require.Len(t, all.list(), 5, as)
		require.Equal(t, "5", all.header.Get("X-Total-Count"), as)
		require.Empty(t, all.header.Get("Link"))
		require.Equal(t, h.id("a"), all.int(0, "student_id"), "in the order they came")
		require.Equal(t, "R-a", all.value(0, "roll_number"))
		require.Equal(t, "Name of a", all.value(0, "name"))
		require.Equal(t, "a@college.example", all.value(0, "email"))
		require.Equal(t, "CSE", all.value(0, "branch"))
		require.EqualValues(t, 2027, all.int(0, "batch_year"))
		require.EqualValues(t, 8, all.int(0, "cgpa"))
	}
	require.Equal(t, []string{"R-a", "R-b", "R-c", "R-d", "R-e"}, h.eachPage("staff", path+"?limit=2", "roll_number"))
	require.Equal(t, []string{"R-a", "R-b", "R-c", "R-d", "R-e"}, h.eachPage("staff", path+"?limit=5", "roll_number"), "no empty last page")
	h.get("staff", at("/registrations/%d/list", h.drive(nil))).is(http.StatusNotFound)
	h.get("coordinator", at("/registrations/%d/list", h.drive(nil))).is(http.StatusOK)
}

// eachPage follows the Link headers from path to the last page and returns what the rows have under key. No page may be empty.
func (h *harness) eachPage(as, path, key string) []string {
	h.t.Helper()
	var found []string
	for path != "" {
		page := h.get(as, path).is(http.StatusOK)
		require.NotEmpty(h.t, page.list())
		for i := range page.list() {
			found = append(found, at("%v", page.value(i, key)))
		}
		path = ""
		if link := page.header.Get("Link"); link != "" {
			target, ok := strings.CutSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
			require.True(h.t, ok, "%s", link)
			_, err := url.Parse(target)
			require.NoError(h.t, err)
			path = target
		}
	}
	return found
}
