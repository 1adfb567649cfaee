package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// attending makes a drive whose registrations are closed, with the named students registered.
func (h *harness) attending(fields map[string]any, students ...string) int64 {
	h.t.Helper()
	drive := h.posted(fields)
	for _, name := range students {
		h.post(name, "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
	}
	h.post("coordinator", at("/drives/%d/stop-registrations", drive), nil).is(http.StatusOK)
	return drive
}

func (h *harness) mark(as string, drive int64, student, status string) *reply {
	h.t.Helper()
	return h.post(as, at("/attendance/%d/mark", drive), map[string]any{"student_id": h.id(student), "status": status})
}

// finished makes a drive that is over; the students are marked PRESENT, the absent ones not at all.
func (h *harness) finished(fields map[string]any, present []string, absent ...string) int64 {
	h.t.Helper()
	drive := h.attending(fields, append(absent, present...)...)
	for _, name := range present {
		h.mark("coordinator", drive, name, "present").is(http.StatusOK)
	}
	h.post("coordinator", at("/attendance/%d/publish", drive), nil).is(http.StatusOK)
	return drive
}

func TestMarksReplaceEachOther(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.attending(nil, "student")
	marked := h.mark("coordinator", drive, "student", "present").is(http.StatusOK)
	require.Equal(t, map[string]any{
		"attendance_id": marked.value("attendance_id"), "drive_id": float64(drive), "student_id": float64(h.id("student")),
		"name": "Name of student", "roll_number": "R-student", "status": "PRESENT",
	}, marked.value())
	again := h.mark("head", drive, "student", " Absent ").is(http.StatusOK)
	require.Equal(t, "ABSENT", again.value("status"))
	require.Equal(t, marked.value("attendance_id"), again.value("attendance_id"))
	require.EqualValues(t, 1, h.count("SELECT count(*) FROM attendance"))
	require.Equal(t, h.id("head"), h.count("SELECT marked_by FROM attendance"))
}

func TestMarkRefuses(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("unregistered")
	drive := h.attending(nil, "student")
	posted := h.posted(nil)
	cancelled := h.posted(nil)
	h.post("head", at("/drives/%d/cancel", cancelled), nil).is(http.StatusOK)
	finished := h.finished(nil, []string{"student"})
	good := map[string]any{"student_id": h.id("student"), "status": "PRESENT"}
	for _, c := range []struct {
		drive  int64
		body   any
		status int
		word   string
	}{
		{drive, map[string]any{"student_id": h.id("unregistered"), "status": "PRESENT"}, 422, "student_id: is not registered"},
		{drive, map[string]any{"student_id": 99999, "status": "PRESENT"}, 422, "student_id: is not registered"},
		{drive, map[string]any{"student_id": h.id("student"), "status": "LATE"}, 422, "status: must be PRESENT or ABSENT"},
		{drive, map[string]any{"status": "PRESENT"}, 422, "student_id"},
		{drive, map[string]any{"student_id": h.id("student")}, 422, "status"},
		{drive, map[string]any{"student_id": "x", "status": "PRESENT"}, 422, "student_id"},
		{drive, "{", 400, "JSON"},
		{drive, "", 400, "body"},
		{99999, good, 404, "drive not found"},
		{h.drive(nil), good, 409, "pending"},
		{posted, good, 409, "stop the registrations first"},
		{cancelled, good, 409, "cancelled"},
		{finished, good, 409, "has been published"},
	} {
		r := h.post("coordinator", at("/attendance/%d/mark", c.drive), c.body).is(c.status)
		require.Contains(t, r.value("message"), c.word)
		if c.status == 409 || c.status == 404 {
			h.post("coordinator", at("/attendance/%d/mark-bulk", c.drive), map[string]any{"marks": []any{good}}).is(c.status)
		}
	}
	require.EqualValues(t, 1, h.count("SELECT count(*) FROM attendance"), "the finished drive's only")
	both := h.post("head", at("/attendance/%d/mark", drive), map[string]any{"student_id": 0, "status": "LATE"}).faults()
	require.Contains(t, both, "student_id")
	require.Contains(t, both, "status")
}

func TestAMarkIsTakenBack(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("other")
	drive, done := h.attending(nil, "student", "other"), h.finished(nil, []string{"student"}, "other")
	marks := func() string {
		return h.text(`SELECT string_agg(concat_ws(' ', drive_id, student_id, status), ', ' ORDER BY drive_id, student_id) FROM attendance WHERE drive_id = $1`, drive)
	}
	back := func(as string, drive int64, student string) *reply {
		return h.delete(as, at("/attendance/%d/mark/%d", drive, h.id(student)))
	}
	require.Contains(t, back("coordinator", drive, "student").is(http.StatusNotFound).value("message"), "not marked")
	h.mark("coordinator", drive, "student", "ABSENT").is(http.StatusOK)
	h.mark("coordinator", drive, "other", "PRESENT").is(http.StatusOK)
	require.Empty(t, back("head", drive, "student").is(http.StatusNoContent).body)
	require.Equal(t, at("%d %d PRESENT", drive, h.id("other")), marks())
	list := h.get("head", at("/attendance/%d/list", drive)).is(http.StatusOK)
	require.Equal(t, []any{"PRESENT", nil}, []any{list.value(0, "status"), list.value(1, "status")})
	back("coordinator", drive, "student").is(http.StatusNotFound)
	back("coordinator", drive, "coordinator").is(http.StatusNotFound)
	back("coordinator", 999999, "student").is(http.StatusNotFound)
	for _, name := range []string{"student", "other"} { // the one was marked, the other absent for lack of a mark
		require.Contains(t, back("coordinator", done, name).is(http.StatusConflict).value("message"), "has been published")
	}
	require.EqualValues(t, 2, h.count("SELECT count(*) FROM attendance WHERE drive_id = $1", done))
	h.mark("coordinator", drive, "student", "PRESENT").is(http.StatusOK)

	back("coordinator", drive, "student").is(http.StatusNoContent)
	back("coordinator", drive, "other").is(http.StatusNoContent)
	require.Contains(t, h.post("coordinator", at("/attendance/%d/publish", drive), nil).is(http.StatusConflict).value("message"), "nobody is marked")
}

func TestAttendanceListShowsEverybodyRegistered(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, name := range []string{"b", "A", "unregistered"} {
		h.student(name)
	}
	drive := h.attending(nil, "student", "b", "A")
	h.mark("head", drive, "b", "PRESENT").is(http.StatusOK)
	all := h.get("coordinator", at("/attendance/%d/list", drive)).is(http.StatusOK)
	require.Equal(t, "3", all.header.Get("X-Total-Count"))
	var seen []string
	for i := range all.list() {
		seen = append(seen, fmt.Sprint(all.value(i, "roll_number"), " ", all.value(i, "status"), " ", all.value(i, "attendance_id") == nil))
	}
	require.Equal(t, []string{"R-A <nil> true", "R-b PRESENT false", "R-student <nil> true"}, seen)
	page := h.get("head", at("/api/attendance/%d/list?limit=2", drive))
	require.Len(t, page.list(), 2)
	rest := h.get("head", pageAfter(t, page))
	require.Len(t, rest.list(), 1)
	require.Empty(t, pageAfter(t, rest))
	h.get("head", "/attendance/999/list").is(http.StatusNotFound)
	require.Empty(t, h.get("head", at("/attendance/%d/list", h.drive(nil))).is(http.StatusOK).list())
}

func TestPublishedAttendanceIsFinal(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("silent")
	drive := h.attending(nil, "student", "silent")
	publish := at("/attendance/%d/publish", drive)
	h.post("head", publish, nil).is(http.StatusConflict)
	h.mark("head", drive, "student", "PRESENT").is(http.StatusOK)
	require.Nil(t, h.get("student", "/registrations/mine").value(0, "attendance"), "not before it is published")

	require.Contains(t, h.post("coordinator", publish, nil).is(http.StatusOK).value("message"), "Acme")
	d := h.get("staff", at("/drives/%d", drive))
	require.Equal(t, []any{"finished", true}, []any{d.value("status"), d.value("attendance_published")})
	h.post("head", publish, nil).is(http.StatusConflict)
	h.mark("head", drive, "student", "ABSENT").is(http.StatusConflict)
	require.Equal(t, "PRESENT", h.get("student", "/registrations/mine").value(0, "attendance"))
	require.Equal(t, "ABSENT", h.get("silent", "/registrations/my-list").value(0, "attendance"))
	for _, notice := range []struct {
		audience string
		roles    int64
	}{{"registered", 0}, {"roles", 3}} {
		require.EqualValues(t, 1, h.count(`SELECT count(*) FROM notices WHERE drive_id = $1 AND event = 'attendance-published'
			AND audience = $2 AND cardinality(roles) = $3 AND actor_id = $4`, drive, notice.audience, notice.roles, h.id("coordinator")))
	}
	h.post("head", at("/attendance/%d/publish", h.drive(nil)), nil).is(http.StatusConflict)
	h.post("head", "/attendance/999/publish", nil).is(http.StatusNotFound)
}

func TestAttendanceIsPublishedOnceUnderConcurrency(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.attending(nil, "student")
	h.mark("head", drive, "student", "PRESENT").is(http.StatusOK)
	statuses := together(8, func(int) int { return h.post("head", at("/attendance/%d/publish", drive), nil).status })
	won := 0
	for _, status := range statuses {
		if status == http.StatusOK {
			won++
			continue
		}
		require.Equal(t, http.StatusConflict, status)
	}
	require.Equal(t, 1, won)
	require.EqualValues(t, 1, h.count("SELECT count(*) FROM finished_drives"))
}

// A mark that was answered with 200 is in the summary, and none gets in after it.
func TestMarksAndPublishDoNotMix(t *testing.T) {
	t.Parallel()
	h := start(t)
	names := make([]string, 12)
	for i := range names {
		names[i] = fmt.Sprintf("s%d", i)
		h.student(names[i])
	}
	drive := h.attending(nil, append(names, "student")...)
	h.mark("head", drive, "student", "PRESENT").is(http.StatusOK)
	present := make([]int64, len(names))
	together(len(names)+1, func(i int) int {
		if i == len(names) {
			return h.post("head", at("/attendance/%d/publish", drive), nil).is(http.StatusOK).status
		}
		r := h.mark("coordinator", drive, names[i], "PRESENT")
		if r.status == http.StatusOK {
			present[i] = 1
		}
		return r.status
	})
	want := int64(1)
	for _, one := range present {
		want += one
	}
	require.Equal(t, want, h.count("SELECT total_present FROM finished_drives"))
	require.Equal(t, want, h.count("SELECT count(*) FROM attendance WHERE status = 'PRESENT'"))
	require.EqualValues(t, 13, h.count("SELECT total_registered FROM finished_drives"))
}

// together runs n calls at the same moment and returns what they returned.
func together(n int, call func(i int) int) []int {
	results := make([]int, n)
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-gate
			results[i] = call(i)
		})
	}
	ready.Wait()
	close(gate)
	done.Wait()
	return results
}

func TestAttendanceCSV(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("b", branch("=cmd"))
	drive := h.attending(map[string]any{"company_name": "Tata & Söhne \"Pune\""}, "student", "b")
	h.mark("head", drive, "b", "ABSENT").is(http.StatusOK)
	csv := h.get("coordinator", at("/attendance/%d/download-csv", drive)).is(http.StatusOK)
	require.Equal(t, "text/csv; charset=utf-8", csv.header.Get("Content-Type"))
	require.Regexp(t, `^attachment; filename="Tata-S-hne-Pune-attendance-\d{4}-\d\d-\d\d\.csv"; `+
		`filename\*=UTF-8''Tata-S%C3%B6hne-Pune-attendance-\d{4}-\d\d-\d\d\.csv$`, csv.header.Get("Content-Disposition"))
	require.Equal(t, "\ufeffroll_number,name,email,branch,batch_year,status\r\n"+
		"R-b,Name of b,b@college.example,\"'=cmd\",2027,ABSENT\r\n"+
		"R-student,Name of student,student@college.example,CSE,2027,\r\n", string(csv.body))
	h.get("head", "/attendance/999/download-csv").is(http.StatusNotFound)
	empty := h.get("head", at("/attendance/%d/download-csv", h.drive(nil))).is(http.StatusOK)
	require.Equal(t, 1, strings.Count(string(empty.body), "\r\n"))
}
