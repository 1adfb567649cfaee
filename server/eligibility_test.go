package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func roles(of ...string) []string { return of }

// TestEligibilityAndAttendanceRoutesAreForTheirRoles calls every route as everybody; what is let in gets another answer
// than 401 and 403.
func TestEligibilityAndAttendanceRoutesAreForTheirRoles(t *testing.T) {
	t.Parallel()
	h := start(t)
	office, run, student := roles("staff", "coordinator", "head"), roles("coordinator", "head"), roles("student")
	for _, c := range []struct {
		method, path string
		who          []string
	}{
		{http.MethodPost, "/eligibility/999/filter", run},
		{http.MethodGet, "/eligibility/999/list", run},
		{http.MethodGet, "/eligibility/999/ids", run},
		{http.MethodGet, "/eligibility/mine", student},
		{http.MethodGet, "/eligibility/999/check", student},
		{http.MethodGet, at("/eligibility/999/explain/%d", h.id("student")), run},
		{http.MethodGet, "/subfilter/999/apply", run},
		{http.MethodPost, "/attendance/999/mark", run},
		{http.MethodDelete, "/attendance/999/mark/999", run},
		{http.MethodPost, "/attendance/999/mark-bulk", run},
		{http.MethodGet, "/attendance/999/list", run},
		{http.MethodPost, "/attendance/999/publish", run},
		{http.MethodGet, "/attendance/999/download-csv", run},
		{http.MethodGet, "/finished-drives", office},
		{http.MethodGet, "/finished-drives/999/download", run},
		{http.MethodGet, "/finished-drives/download-excel", office},
		{http.MethodGet, "/finished-drives/download-pdf", office},
	} {
		h.call("anonymous", c.method, c.path, nil).is(http.StatusUnauthorized)
		for _, as := range roles("student", "staff", "coordinator", "head") {
			r := h.call(as, c.method, "/api"+c.path, nil)
			let := false
			for _, who := range c.who {
				let = let || who == as
			}
			require.Equal(t, !let, r.status == http.StatusForbidden, "%s as %s: %d %s", r.what, as, r.status, r.body)
		}
	}
}

func TestUnknownDriveIsNotFoundInEligibility(t *testing.T) {
	t.Parallel()
	h := start(t)
	hidden := h.drive(nil)
	h.post("head", "/eligibility/999/filter", nil).is(http.StatusNotFound)
	h.get("head", "/eligibility/999/list").is(http.StatusNotFound)
	h.get("student", "/eligibility/999/check").is(http.StatusNotFound)
	h.get("student", at("/eligibility/%d/check", hidden)).is(http.StatusNotFound)
	h.get("head", at("/eligibility/999/explain/%d", h.id("student"))).is(http.StatusNotFound)
	h.get("head", at("/eligibility/%d/explain/999", hidden)).is(http.StatusNotFound)
	h.get("head", at("/eligibility/%d/explain/%d", hidden, h.id("staff"))).is(http.StatusNotFound)
	h.get("head", "/subfilter/999/apply").is(http.StatusNotFound)
	h.get("head", "/eligibility/x/list").is(http.StatusUnprocessableEntity)
}

func (r *reply) filtered(t *testing.T) (ids []int64, counts [4]int64) {
	t.Helper()
	r.is(http.StatusOK)
	raw, ok := r.value("studentIds").([]any)
	require.True(t, ok)
	for i := range raw {
		ids = append(ids, r.int("studentIds", i))
	}
	return ids, [4]int64{r.int("filtered_count"), r.int("added"), r.int("removed"), r.int("kept_registered")}
}

func TestFilterStoresWhoQualifiesNow(t *testing.T) {
	t.Parallel()
	h := start(t)
	low := h.student("low", cgpa("6.9"))
	drive := h.drive(map[string]any{"min_cgpa": 7})
	path := at("/eligibility/%d/filter", drive)

	ids, counts := h.post("coordinator", path, nil).filtered(t)
	require.Equal(t, []int64{h.id("student")}, ids)
	require.Equal(t, [4]int64{1, 1, 0, 0}, counts)
	_, counts = h.post("coordinator", path, nil).filtered(t)
	require.Equal(t, [4]int64{1, 0, 0, 0}, counts, "again: nothing changes")
	require.EqualValues(t, 1, h.get("head", at("/drives/%d", drive)).int("eligible_count"))

	ids, counts = h.post("head", path, map[string]any{"min_cgpa": 6.5, "unknown": true}).filtered(t)
	require.ElementsMatch(t, []int64{h.id("student"), low}, ids)
	require.Equal(t, [4]int64{2, 1, 0, 0}, counts)
	require.InDelta(t, 6.5, h.get("head", at("/drives/%d", drive)).value("min_cgpa"), 0, "the drive keeps the criteria")

	ids, counts = h.post("head", path, map[string]any{"min_cgpa": nil, "allowed_branches": []string{"ME"}}).filtered(t)
	require.Empty(t, ids)
	require.Equal(t, [4]int64{0, 0, 2, 0}, counts)
	require.Nil(t, h.get("head", at("/drives/%d", drive)).value("min_cgpa"), "null removes a criterion")
}

func TestFilterRefusesBadCriteriaAndKeepsNothing(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.drive(map[string]any{"min_cgpa": 7})
	path := at("/eligibility/%d/filter", drive)
	faults := h.post("head", path, map[string]any{"min_cgpa": 7.005, "max_backlogs": -1, "allowed_genders": []string{"X"}}).faults()
	require.Equal(t, "must have at most 2 decimals", faults["min_cgpa"])
	require.Equal(t, "must be of M, F and O", faults["allowed_genders"])
	require.Contains(t, faults, "max_backlogs")
	require.Len(t, faults, 3)
	h.post("head", path, "{").is(http.StatusBadRequest)
	require.Nil(t, h.get("head", at("/drives/%d", drive)).value("eligible_count"))
}

func TestFilterOfAPostedDriveTakesNoNewCriteriaAndKeepsTheRegistered(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, name := range []string{"registered", "leaving", "later"} {
		h.student(name)
	}
	h.exec("UPDATE students SET cgpa = 5 WHERE student_id = $1", h.id("later"))
	drive := h.posted(map[string]any{"min_cgpa": 7.5})
	path := at("/eligibility/%d/filter", drive)
	h.post("registered", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
	h.exec("UPDATE students SET cgpa = 5 WHERE student_id IN ($1, $2)", h.id("registered"), h.id("leaving"))
	h.exec("UPDATE students SET cgpa = 9 WHERE student_id = $1", h.id("later"))

	h.post("head", path, map[string]any{"min_cgpa": 7}).is(http.StatusConflict)
	ids, counts := h.post("head", path, map[string]any{"min_cgpa": 7.50}).filtered(t)
	require.Equal(t, []int64{h.id("student"), h.id("registered"), h.id("later")}, ids)
	require.Equal(t, [4]int64{3, 1, 1, 1}, counts)
	require.Equal(t, true, h.get("later", at("/eligibility/%d/check", drive)).value("eligible"), "newly eligible, and so selected")

	h.post("head", at("/drives/%d/stop-registrations", drive), nil).is(http.StatusOK)
	h.post("head", path, nil).is(http.StatusConflict)
}

func TestListIsLiveUntilSomethingIsStored(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.drive(map[string]any{"min_cgpa": 7})
	path := at("/eligibility/%d/list", drive)
	h.student("aa", cgpa("7"), branch("ECE"))
	h.student("below", cgpa("6.99"))

	live := h.get("coordinator", path).is(http.StatusOK)
	require.Len(t, live.list(), 2)
	require.Equal(t, map[string]any{
		"student_id": float64(h.id("aa")), "name": "Name of aa", "email": "aa@college.example", "roll_number": "R-aa",
		"branch": "ECE", "batch_year": 2027.0, "cgpa": 7.0, "tenth_percent": 80.0, "twelfth_percent": 80.0,
		"active_backlogs": 0.0, "selected": false,
	}, live.list()[0])
	h.post("head", at("/eligibility/%d/filter", drive), nil).is(http.StatusOK)
	h.student("new")
	stored := h.get("coordinator", path).is(http.StatusOK)
	require.Len(t, stored.list(), 2, "what is stored, not what qualifies now")
	require.Equal(t, "2", stored.header.Get("X-Total-Count"))

	job := h.post("coordinator", at("/drives/%d/publish", drive), map[string]any{"selected_students": []int64{h.id("aa")}}).int("job_id")
	h.jobDone(job)
	picked := h.get("coordinator", path)
	require.Equal(t, []any{true, false, false}, []any{picked.value(0, "selected"), picked.value(1, "selected"), picked.value(2, "selected")})
}

func TestListPagesByRollNumber(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, name := range []string{"b", "A", "c"} {
		h.student(name)
	}
	drive := h.posted(nil)
	var rolls []any
	path := at("/api/eligibility/%d/list?limit=3", drive)
	for path != "" {
		page := h.get("head", path).is(http.StatusOK)
		for i := range page.list() {
			rolls = append(rolls, page.value(i, "roll_number"))
		}
		path = pageAfter(t, page)
	}
	require.Equal(t, []any{"R-A", "R-b", "R-c", "R-student"}, rolls)
}

func pageAfter(t *testing.T, r *reply) string {
	t.Helper()
	link := r.header.Get("Link")
	if link == "" {
		return ""
	}
	require.Regexp(t, `^</api/[^>]+>; rel="next"$`, link)
	return link[1 : len(link)-len(`>; rel="next"`)]
}

func TestMineAndCheckAgreeWithRegistration(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("low", cgpa("6.8"), branch("ME"))
	h.student("unpicked")
	criteria := map[string]any{"min_cgpa": 7.5, "allowed_branches": []string{"CSE"}}
	h.drive(criteria)
	open := h.posted(criteria)
	picked := h.drive(criteria)
	h.jobDone(h.post("head", at("/drives/%d/publish", picked), map[string]any{"selected_students": []int64{h.id("student")}}).int("job_id"))
	past := h.posted(map[string]any{"registration_deadline": "2100-01-01"})
	h.exec("UPDATE drives SET registration_deadline = now() WHERE drive_id = $1", past)
	closed := h.posted(nil)
	h.post("head", at("/drives/%d/stop-registrations", closed), nil).is(http.StatusOK)

	const unselected = "the criteria are met, but the placement office did not select this student for the drive"
	for _, c := range []struct {
		as     string
		drive  int64
		reason any // nil: may register
		rules  []string
	}{
		{"student", open, nil, nil},
		{"student", picked, nil, nil},
		{"low", open, "CGPA 6.8 is below 7.5; branch ME is not CSE", []string{"min_cgpa", "allowed_branches"}},
		{"unpicked", picked, unselected, nil},
		{"student", past, "the registration deadline of this drive has passed", nil},
		{"low", closed, "registrations for this drive are closed; it is attending", nil},
	} {
		check := h.get(c.as, at("/eligibility/%d/check", c.drive)).is(http.StatusOK)
		require.Equal(t, c.reason == nil, check.value("eligible"), "%s %s", c.as, check.body)
		require.Equal(t, c.reason, check.value("reason"), c.as)
		require.Len(t, check.value("failing"), len(c.rules))
		for i, rule := range c.rules {
			require.Equal(t, rule, check.value("failing", i, "rule"))
		}
		mine := false
		drives := h.get(c.as, "/eligibility/mine").is(http.StatusOK)
		for i := range drives.list() {
			mine = mine || drives.int(i, "drive_id") == c.drive
		}
		require.Equal(t, c.reason == nil, mine, "mine of %s: %s", c.as, drives.body)
		registered := h.post(c.as, "/registrations", map[string]any{"drive_id": c.drive})
		require.Equal(t, c.reason == nil, registered.status == http.StatusCreated, "%s: %s", c.as, registered.body)
	}
	failing := h.get("low", at("/eligibility/%d/check", open)).value("failing", 0)
	require.Equal(t, map[string]any{"rule": "min_cgpa", "needed": 7.5, "actual": 6.8, "reason": "below"}, failing)
}

func TestMineIsTheSameAsTheListOfDrives(t *testing.T) {
	t.Parallel()
	h := start(t)
	first, second := h.posted(nil), h.posted(map[string]any{"domain_id": 1})
	mine, all := h.get("student", "/eligibility/mine"), h.get("student", "/drives")
	require.JSONEq(t, string(all.body), string(mine.body))
	page := h.get("student", "/api/eligibility/mine?limit=1")
	require.Equal(t, second, page.int(0, "drive_id"))
	require.Equal(t, first, h.get("student", pageAfter(t, page)).int(0, "drive_id"))
}

func TestCheckOfACancelledDriveIsForItsRegistrants(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("other")
	drive := h.posted(nil)
	h.post("student", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
	h.post("head", at("/drives/%d/cancel", drive), nil).is(http.StatusOK)
	h.get("other", at("/eligibility/%d/check", drive)).is(http.StatusNotFound)
	require.Equal(t, false, h.get("student", at("/eligibility/%d/check", drive)).is(http.StatusOK).value("eligible"))
}

func TestExplainJudgesAnyStudentInAnyState(t *testing.T) {
	t.Parallel()
	h := start(t)
	low := h.student("low", cgpa("6"))
	h.student("unpicked")
	drive := h.drive(map[string]any{"min_cgpa": 7.5})
	explain := func(name string) *reply {
		return h.get("coordinator", at("/eligibility/%d/explain/%d", drive, h.id(name))).is(http.StatusOK)
	}
	says := func(name string, eligible, selected bool, reason any, failing int) {
		t.Helper()
		r := explain(name)
		require.Equal(t, []any{eligible, selected, reason}, []any{r.value("eligible"), r.value("selected"), r.value("reason")})
		require.Len(t, r.value("failing"), failing)
	}
	says("student", true, false, nil, 0)
	says("low", false, false, "CGPA 6 is below 7.5", 1)
	body := map[string]any{"selected_students": []int64{h.id("student")}}
	h.jobDone(h.post("head", at("/drives/%d/publish", drive), body).int("job_id"))
	says("student", true, true, nil, 0)
	says("unpicked", false, false, "the criteria are met, but the placement office did not select this student for the drive", 0)
	h.exec("UPDATE students SET cgpa = 5 WHERE student_id = $1", h.id("student"))
	says("student", false, true, "CGPA 5 is below 7.5; was selected before that and may still take part", 1)
	h.exec("UPDATE students SET debarred = true WHERE student_id = $1", low)
	h.post("head", at("/drives/%d/stop-registrations", drive), nil).is(http.StatusOK)
	says("low", false, false, "debarred; CGPA 6 is below 7.5", 2)
}
