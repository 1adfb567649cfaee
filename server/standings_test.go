package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/store"
)

// polls are a student and drives in which everything occurs that a posted drive can be to a student.
func polls(t *testing.T) (h *harness, drives map[string]int64) {
	t.Helper()
	h = start(t)
	other := h.student("other")
	h.exec(`UPDATE students SET gap_years = 3, twelfth_percent = NULL WHERE student_id = $1`, h.id("student"))
	drives = map[string]int64{
		"for all":      h.posted(nil),
		"above":        h.posted(map[string]any{"min_cgpa": 9, "max_gap_years": 2, "allowed_branches": []string{"ECE", "MEC"}}),
		"missing":      h.posted(map[string]any{"min_12th": 60, "allowed_batches": []int{2020, 2021}}),
		"hand-picked":  h.drive(nil),
		"not yet":      h.posted(map[string]any{"min_cgpa": 5}),
		"met too late": h.posted(map[string]any{"min_10th": 90}),
	}
	h.jobDone(h.post("coordinator", at("/drives/%d/publish", drives["hand-picked"]), map[string]any{"selected_students": []int64{other}}).int("job_id"))
	h.exec(`DELETE FROM drive_students WHERE drive_id = $1`, drives["not yet"])
	h.exec(`UPDATE drives SET eligible_count = NULL WHERE drive_id = $1`, drives["not yet"])
	h.patch("coordinator", at("/students/%d", h.id("student")), map[string]any{"tenth_percent": 95}).is(http.StatusOK)
	return h, drives
}

// The polled answer comes from a statement for all posted drives and many students, explain from one for a single student.
func TestAPolledVerdictIsTheExplainedOne(t *testing.T) {
	t.Parallel()
	h, drives := polls(t)
	for name, drive := range drives {
		explained := h.get("coordinator", at("/eligibility/%d/explain/%d", drive, h.id("student"))).is(http.StatusOK)
		checked := h.get("student", at("/eligibility/%d/check", drive)).is(http.StatusOK)
		require.Equal(t, explained.value("failing"), checked.value("failing"), name)
		require.Equal(t, explained.value("eligible"), checked.value("eligible"), name)
		require.Equal(t, explained.value("reason"), checked.value("reason"), name)
		require.Equal(t, name == "for all", checked.value("eligible"), name)
	}
	require.Len(t, h.get("student", at("/eligibility/%d/check", drives["above"])).value("failing"), 3)
}

func TestWhatHappensHereIsPolledAtOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"min_cgpa": 7})
	path := at("/registrations/%d", drive)
	may := func() any {
		return h.get("student", at("/eligibility/%d/check", drive)).is(http.StatusOK).value("eligible")
	}
	registered := func() any { return h.get("student", path+"/check").is(http.StatusOK).value("registered") }
	listed := func() int { return len(h.get("student", "/drives").is(http.StatusOK).list()) }

	require.Equal(t, []any{true, false, 1}, []any{may(), registered(), listed()})
	h.post("student", path+"/register", nil).is(http.StatusCreated)
	require.Equal(t, true, registered())
	h.delete("student", path).is(http.StatusNoContent)
	require.Equal(t, false, registered())

	h.patch("coordinator", at("/students/%d", h.id("student")), map[string]any{"cgpa": 6}).is(http.StatusOK)
	require.Equal(t, true, may(), "once selected, a student stays so until somebody filters again")
	job := h.post("head", at("/drives/%d/trigger-eligibility", drive), nil).is(http.StatusAccepted).int("job_id")
	h.jobDone(job)
	require.Eventually(t, func() bool { return may() == false }, jobTime, time.Millisecond, "the job has committed, and says so")

	h.patch("coordinator", at("/drives/%d", drive), map[string]any{"location": "Pune"}).is(http.StatusOK)
	require.Equal(t, "Pune", h.get("student", "/drives").value(0, "location"))
	h.posted(nil)
	require.Equal(t, 2, listed())
	h.post("coordinator", at("/drives/%d/stop-registrations", drive), nil).is(http.StatusOK)
	require.Contains(t, h.get("student", at("/eligibility/%d/check", drive)).value("reason"), "closed")
}

func TestWhatHappensElsewhereIsPolledSoon(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	other := h.another()
	path := at("/registrations/%d", drive)
	check := func() any { return other.get("student", path+"/check").is(http.StatusOK).value("registered") }
	list := func() int { return len(other.get("student", "/drives").is(http.StatusOK).list()) }
	require.Equal(t, []any{false, 1}, []any{check(), list()})
	h.post("student", path+"/register", nil).is(http.StatusCreated)
	h.posted(nil)
	require.Eventually(t, func() bool { return check() == true && list() == 2 }, jobTime, 10*time.Millisecond)
	other.post("student", path+"/register", nil).is(http.StatusOK)
}

func TestADeadlineIsSeenWhileTheDriveIsStillPosted(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	h.exec(`UPDATE drives SET registration_deadline = now() WHERE drive_id = $1`, drive) // no job closes it
	answer := h.get("student", at("/eligibility/%d/check", drive)).is(http.StatusOK)
	require.Equal(t, false, answer.value("eligible"))
	require.Contains(t, answer.value("reason"), "deadline")
}

func TestWhoHasTheListIsToldSo(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.posted(nil)
	ask := func(as, tag string) *reply {
		request := h.request(as, http.MethodGet, "/api/drives", nil)
		request.Header.Set("If-None-Match", tag)
		return h.do(request)
	}
	for _, as := range []string{"student", "staff", "coordinator", "head"} {
		first := h.get(as, "/api/drives").is(http.StatusOK)
		tag := first.header.Get("ETag")
		require.NotEmpty(t, tag)
		require.Equal(t, "private, no-cache", first.header.Get("Cache-Control"), "kept by this browser, and asked for again each time")
		for _, given := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			require.Empty(t, ask(as, given).is(http.StatusNotModified).body)
		}
		require.Equal(t, string(first.body), string(ask(as, `"other"`).is(http.StatusOK).body))
	}
	tag := h.get("student", "/drives").header.Get("ETag")
	require.NotEqual(t, tag, h.get("coordinator", "/drives").header.Get("ETag"), "who sees more has another list")
	h.posted(nil)
	require.Len(t, ask("student", tag).is(http.StatusOK).list(), 2)
}

func TestACancelledDriveIsListedOnlyForWhoHadRegistered(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("other")
	drive, stays := h.posted(nil), h.posted(nil)
	h.post("student", at("/registrations/%d/register", drive), nil).is(http.StatusCreated)
	h.post("head", at("/drives/%d/cancel", drive), nil).is(http.StatusOK)
	for as, want := range map[string][]int64{"student": {stays, drive}, "other": {stays}, "staff": {stays}, "head": {stays, drive}} {
		var listed []int64
		for i, item := range h.get(as, "/drives").is(http.StatusOK).list() {
			listed = append(listed, int64(item.(map[string]any)["drive_id"].(float64))) //nolint:forcetypeassert // a panic fails the test too
			require.Equal(t, want[i], listed[i], as)
		}
		require.Equal(t, want, listed, as)
	}
	require.Equal(t, "cancelled", h.get("student", "/drives?status=cancelled").value(0, "status"))
	require.Empty(t, h.get("other", "/drives?status=cancelled").list())
}

// Registrations that come together go together, and each is answered for itself.
func TestACrowdIsRegisteredOneByOne(t *testing.T) {
	t.Parallel()
	h := start(t)
	const crowd = 40
	var weak []string
	for i := range crowd {
		h.student(at("s%d", i), func(s *store.NewStudent) {
			if i%4 == 0 {
				s.CGPA = number("5")
				weak = append(weak, at("s%d", i))
			}
		})
	}
	drive, second := h.posted(map[string]any{"min_cgpa": 7}), h.posted(nil)
	var requests []*http.Request
	for i := range crowd {
		for _, d := range []int64{drive, second, drive} {
			requests = append(requests, h.request(at("s%d", i), http.MethodPost, at("/registrations/%d/register", d), nil))
		}
	}
	answers, statuses := h.atOnce(requests)
	eligible := crowd - len(weak)
	require.Equal(t, map[int]int{
		http.StatusCreated: eligible + crowd, http.StatusOK: eligible, http.StatusForbidden: 2 * len(weak),
	}, statuses)
	for i, answer := range answers {
		if answer.status == http.StatusForbidden {
			require.Contains(t, strings.Join(weak, " "), at("s%d", i/3))
			continue
		}
		require.EqualValues(t, 1, h.count(`SELECT count(*) FROM registrations WHERE registration_id = $1 AND drive_id = $2 AND student_id = $3`,
			answer.int("registration_id"), answer.int("drive_id"), h.id(at("s%d", i/3))), "the answer is the caller's own")
	}
	require.EqualValues(t, eligible+crowd, h.count(`SELECT count(*) FROM registrations`))
}
