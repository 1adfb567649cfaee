package server_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"placeops/jobs"
)

// fast is how often a test looks again for what it waits for.
const fast = 5 * time.Millisecond

// row is a drive's whole row.
func (h *harness) row(drive int64) string {
	return h.text(`SELECT to_jsonb(d) FROM drives d WHERE drive_id = $1`, drive)
}

// text runs a query that returns one text.
func (h *harness) text(query string, args ...any) string {
	h.t.Helper()
	var text string
	require.NoError(h.t, h.pool.QueryRow(h.t.Context(), query, args...).Scan(&text))
	return text
}

// selection is all that is stored about who is eligible and selected, and who was told what.
func (h *harness) selection(drive int64) string {
	h.t.Helper()
	return h.text(`SELECT concat((SELECT jsonb_agg(ds ORDER BY student_id) FROM drive_students ds WHERE drive_id = $1),
		(SELECT jsonb_agg(n ORDER BY notice_id) FROM notices n WHERE drive_id = $1))`, drive)
}

// insertJobs inserts one job of each kind that concerns a drive, and returns their ids.
func (h *harness) insertJobs(drive int64) []int64 {
	h.t.Helper()
	var ids []int64
	for _, args := range []river.JobArgs{
		jobs.AutoPublishArgs{DriveID: drive, RequestedBy: h.id("coordinator")},
		jobs.EligibilityFilterArgs{DriveID: drive, RequestedBy: h.id("head")},
		jobs.CloseRegistrationsArgs{DriveID: drive, RequestedBy: h.id("coordinator")},
	} {
		inserted, err := h.jobs.Insert(h.t.Context(), args, nil)
		require.NoError(h.t, err)
		ids = append(ids, inserted.Job.ID)
	}
	return ids
}

// failCommits makes the commit of every later transaction with such an event fail, which everything before it did not.
func (h *harness) failCommits(event string) {
	h.t.Helper()
	h.exec(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no commit'; END $$`)
	h.exec(`CREATE CONSTRAINT TRIGGER refuse AFTER ` + event + ` DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`)
}

func (h *harness) publish(drive int64, picked ...int64) *reply {
	h.t.Helper()
	return h.post("coordinator", at("/drives/%d/publish", drive), map[string]any{"selected_students": picked})
}

func TestPublishedDriveCanBeRegisteredFor(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"min_cgpa": 7.5})
	h.post("student", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
	list := h.get("staff", at("/registrations/%d/list", drive)).is(http.StatusOK).list()
	require.Len(t, list, 1)
}

// TestMovesOfADrive tries every action in every state: what is allowed leads to the new state, what is not is a conflict
// and changes nothing.
func TestMovesOfADrive(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, action := range []struct {
		name, as, method, path string
		body                   any
		allowed                map[string]string // state → the state after it
	}{
		{"publish", "coordinator", http.MethodPost, "/drives/%d/publish", nil, map[string]string{"pending": "posted"}},
		{"stop", "coordinator", http.MethodPost, "/drives/%d/stop-registrations", nil, map[string]string{"posted": "attending"}},
		{"cancel", "head", http.MethodPost, "/drives/%d/cancel", nil, map[string]string{"pending": "cancelled", "posted": "cancelled"}},
		{"trigger", "head", http.MethodPost, "/drives/%d/trigger-eligibility", nil, map[string]string{"pending": "pending", "posted": "posted"}},
		{"patch", "coordinator", http.MethodPatch, "/drives/%d", map[string]any{"location": "Goa"}, map[string]string{"pending": "pending", "posted": "posted"}},
		{"patch criteria", "coordinator", http.MethodPatch, "/drives/%d", map[string]any{"min_cgpa": 6}, map[string]string{"pending": "pending"}},
		{"delete", "head", http.MethodDelete, "/drives/%d", nil, nil},
		{"withdraw", "student", http.MethodDelete, "/registrations/%d", nil, map[string]string{"posted": "posted"}},
	} {
		drives := h.drivesOfEveryState()
		delete(drives, "pending")
		if action.allowed["pending"] != "" {
			drives["pending"] = h.drive(nil)
		}
		for state, drive := range drives {
			what := action.name + " while " + state
			before, told := h.row(drive), h.selection(drive)
			queued := h.count(`SELECT count(*) FROM river_job`)
			answer := h.call(action.as, action.method, at(action.path, drive), action.body)
			if next := action.allowed[state]; next != "" {
				require.Less(t, answer.status, 300, "%s: %s", what, answer.body)
				require.Equal(t, next, h.text(`SELECT status FROM drives WHERE drive_id = $1`, drive), what)
				continue
			}
			require.Equal(t, http.StatusConflict, answer.status, "%s: %s", what, answer.body)
			require.Equal(t, before, h.row(drive), what)
			require.Equal(t, told, h.selection(drive), what)
			require.Equal(t, queued, h.count(`SELECT count(*) FROM river_job`), what)
		}
	}
	for _, path := range []string{"publish", "stop-registrations", "cancel", "trigger-eligibility"} {
		h.post("head", at("/drives/99999/%s", path), nil).is(http.StatusNotFound)
	}
}

func TestPublishToEverybodyEligible(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("weak", cgpa("5"))
	for _, body := range []any{nil, `{}`, `{"selected_students":null}`, `{"selected_students":[]}`} {
		drive := h.drive(map[string]any{"min_cgpa": 7})
		published := h.post("coordinator", at("/drives/%d/publish", drive), body).is(http.StatusOK)
		require.Equal(t, "posted", published.value("status"))
		require.Equal(t, true, published.value("auto_published"))
		require.Equal(t, h.id("coordinator"), published.int("published_by"))
		require.NotNil(t, published.value("published_at"))
		result := h.jobDone(published.int("job_id"))
		require.EqualValues(t, 1, result.int("result", "eligible"))
		require.EqualValues(t, 1, result.int("result", "selected"))
		after := h.get("coordinator", at("/drives/%d", drive))
		require.EqualValues(t, 1, after.int("eligible_count"))
		require.EqualValues(t, 1, after.int("selected_count"))
		require.EqualValues(t, 0, after.int("registered_count"))
	}
}

func TestABodyThatNeedNotBeThereMayBeNull(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, body := range []string{"", "null", " null\n", "{}", `{"selected_students":null}`, `{"selected_students":[]}`, `{"selected_students":""}`} {
		drive := h.drive(nil)
		h.post("coordinator", at("/eligibility/%d/filter", drive), body).is(http.StatusOK) // which knows no selected_students
		require.Equal(t, true, h.post("coordinator", at("/drives/%d/publish", drive), body).is(http.StatusOK).value("auto_published"), body)
	}
	h.post("coordinator", at("/drives/%d/publish", h.drive(nil)), `[]`).is(http.StatusUnprocessableEntity)
	h.post("coordinator", "/drives/preview-eligibility", "null").is(http.StatusUnprocessableEntity)
}

func TestPublishByHand(t *testing.T) {
	t.Parallel()
	h := start(t)
	picked, weak := h.student("picked"), h.student("weak", cgpa("5"))
	drive := h.drive(map[string]any{"min_cgpa": 7})
	before := h.row(drive)
	for _, c := range []struct {
		picks []int64
		names []string
	}{
		{[]int64{picked, weak}, []string{at("%d", weak), "not eligible"}},
		{[]int64{picked, 9998, -4, h.id("staff")}, []string{"9998", "-4", at("%d", h.id("staff")), "no such student"}},
		{[]int64{9998, weak}, []string{"9998", "no such student", at("%d", weak), "not eligible"}},
	} {
		faults := h.publish(drive, c.picks...).faults()
		for _, name := range c.names {
			require.Contains(t, faults["selected_students"], name)
		}
		require.NotContains(t, faults["selected_students"], at("%d,", picked))
	}
	h.post("coordinator", at("/drives/%d/publish", drive), `{"selected_students":["x",1.5]}`).is(http.StatusUnprocessableEntity)
	require.Equal(t, before, h.row(drive), "nothing has changed")
	require.Zero(t, h.count(`SELECT count(*) FROM river_job`)+h.count(`SELECT count(*) FROM drive_students`))

	published := h.publish(drive, picked, picked).is(http.StatusOK)
	require.Equal(t, false, published.value("auto_published"))
	result := h.jobDone(published.int("job_id"))
	require.EqualValues(t, 2, result.int("result", "eligible"))
	require.EqualValues(t, 1, result.int("result", "selected"))
	h.post("picked", at("/registrations/%d/register", drive), nil).is(http.StatusCreated)
	require.Contains(t, string(h.post("student", at("/registrations/%d/register", drive), nil).is(http.StatusForbidden).body), "were not selected")
}

func TestRefilterAfterMarksChanged(t *testing.T) {
	t.Parallel()
	for _, byHand := range []bool{false, true} {
		t.Run(at("by hand %v", byHand), func(t *testing.T) {
			t.Parallel()
			h := start(t)
			stays, goes, kept, comes := h.student("stays"), h.student("goes"), h.student("kept"), h.student("comes", cgpa("5"))
			drive := h.drive(map[string]any{"min_cgpa": 7})
			var picks []int64
			if byHand {
				picks = []int64{stays, goes, kept}
			}
			h.jobDone(h.publish(drive, picks...).is(http.StatusOK).int("job_id"))
			h.post("kept", at("/registrations/%d/register", drive), nil).is(http.StatusCreated)
			h.exec(`UPDATE students SET cgpa = 5 WHERE student_id IN ($1, $2)`, goes, kept)
			h.exec(`UPDATE students SET cgpa = 9 WHERE student_id = $1`, comes)
			job := h.post("head", at("/drives/%d/trigger-eligibility", drive), nil).is(http.StatusAccepted).int("job_id")
			result := h.jobDone(job)
			for key, want := range map[string]int64{"added": 1, "removed": 1, "kept_registered": 1, "eligible": 4} {
				require.Equal(t, want, result.int("result", key), key) // beside the four, "student" is eligible
			}
			h.post("goes", at("/registrations/%d/register", drive), nil).is(http.StatusForbidden)
			h.post("kept", at("/registrations/%d/register", drive), nil).is(http.StatusOK)
			h.post("stays", at("/registrations/%d/register", drive), nil).is(http.StatusCreated)
			want := http.StatusCreated
			if byHand {
				want = http.StatusForbidden
			}
			h.post("comes", at("/registrations/%d/register", drive), nil).is(want)
		})
	}
}

func TestJobsRunTwiceChangeNothing(t *testing.T) {
	t.Parallel()
	h := start(t)
	picked := h.student("picked")
	for _, picks := range [][]int64{nil, {picked}} {
		drive := h.drive(map[string]any{"min_cgpa": 7, "registration_deadline": "2099-01-01"})
		h.jobDone(h.publish(drive, picks...).is(http.StatusOK).int("job_id"))
		row, selection := h.row(drive), h.selection(drive)
		for _, job := range h.insertJobs(drive)[:2] {
			h.jobDone(job)
		}
		require.Equal(t, row, h.row(drive))
		require.Equal(t, selection, h.selection(drive))
	}
}

func TestNoticesOfADrive(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	h.post("head", at("/drives/%d/cancel", drive), nil).is(http.StatusOK)
	require.Equal(t, `drive-cancelled registered {} head
drive-created roles {COORDINATOR} coordinator
drive-published roles {STAFF,COORDINATOR} coordinator
drive-published selected {} coordinator
registered registered {} coordinator`, h.text(`
		SELECT string_agg(concat_ws(' ', event, audience, n.roles::text, split_part(u.email, '@', 1)), E'\n' ORDER BY event, audience)
		FROM notices n JOIN users u ON u.user_id = n.actor_id WHERE drive_id = $1`, drive))
}

func TestAPublishThatDoesNotCommitLeavesNothing(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.drive(map[string]any{"registration_deadline": "2099-01-01"})
	h.failCommits("UPDATE ON drives")
	before := h.row(drive)
	require.NotContains(t, string(h.publish(drive, h.id("student")).is(http.StatusInternalServerError).body), "no commit")
	require.Equal(t, before, h.row(drive))
	require.Zero(t, h.count(`SELECT count(*) FROM river_job`)+h.count(`SELECT count(*) FROM drive_students`))
}

// Right after a publish everybody registers.
func TestThePlannerKnowsOfAFreshSelection(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.exec("ALTER TABLE drive_students SET (autovacuum_enabled = false)")
	drive := h.posted(nil)
	selected := h.count("SELECT count(*) FROM drive_students WHERE drive_id = $1", drive)
	require.Positive(t, selected)
	require.Eventually(t, func() bool {
		return h.count("SELECT reltuples::bigint FROM pg_class WHERE relname = 'drive_students'") == selected
	}, jobTime, fast)
}

// publishedLate is a drive that was published, then moved on by what, and only then had its publishing job run.
func (h *harness) publishedLate(drive int64, picked []int64, what func()) {
	h.t.Helper()
	require.NoError(h.t, h.jobs.Stop(h.t.Context()))
	job := h.publish(drive, picked...).is(http.StatusOK).int("job_id")
	what()
	require.NoError(h.t, h.jobs.Start(context.WithoutCancel(h.t.Context())))
	h.jobDone(job)
}

// A publish that was answered has its effect, also when registrations are stopped, or all is over, before its job runs.
func TestAPublishHasItsEffectThoughTheStopCameFirst(t *testing.T) {
	t.Parallel()
	h := start(t)
	picked := h.student("picked")
	h.student("weak", cgpa("5"))
	var drive int64
	stop := func() { h.post("coordinator", at("/drives/%d/stop-registrations", drive), nil).is(http.StatusOK) }
	finish := func() {
		h.post("picked", at("/registrations/%d/register", drive), nil).is(http.StatusCreated)
		stop()
		mark := map[string]any{"student_id": picked, "status": "PRESENT"}
		h.post("coordinator", at("/attendance/%d/mark", drive), mark).is(http.StatusOK)
		h.post("coordinator", at("/attendance/%d/publish", drive), nil).is(http.StatusOK)
	}
	for _, c := range []struct {
		name     string
		filtered bool // before the publish, so there are counts already
		picked   []int64
		what     func()
		status   string
		selected int64
	}{
		{"everybody eligible", false, nil, stop, "attending", 2},
		{"everybody eligible, filtered before", true, nil, stop, "attending", 2},
		{"by hand", false, []int64{picked}, stop, "attending", 1},
		{"by hand, and over", false, []int64{picked}, finish, "finished", 1},
	} {
		drive = h.drive(map[string]any{"min_cgpa": 7})
		if c.filtered {
			h.post("coordinator", at("/eligibility/%d/filter", drive), nil).is(http.StatusOK)
		}
		h.publishedLate(drive, c.picked, c.what)
		after := h.get("coordinator", at("/drives/%d", drive))
		require.Equal(t, c.status, after.value("status"), c.name)
		require.EqualValues(t, 2, after.int("eligible_count"), c.name)
		require.Equal(t, c.selected, after.int("selected_count"), c.name)
		for who, told := range map[string]string{"picked": "You were selected", "staff": "Drive published", "weak": "", "coordinator": ""} {
			text := h.text(`SELECT coalesce(string_agg(n.title || ': ' || n.message, ';'), '') FROM notice_readers r JOIN notices n USING (notice_id)
				WHERE n.drive_id = $1 AND n.event = 'drive-published' AND r.user_id = $2`, drive, h.id(who))
			if told == "" {
				require.Empty(t, text, "%s: %s", c.name, who)
				continue
			}
			require.Contains(t, text, told+": ", "%s: %s", c.name, who)
			require.Contains(t, text, "are closed", "%s: %s: nobody is called to register", c.name, who)
		}

		// What has had its effect does not change any more.
		row, selection := h.row(drive), h.selection(drive)
		late := h.student(at("late%d", drive))
		for _, job := range h.insertJobs(drive) {
			h.jobDone(job)
		}
		require.Equal(t, row, h.row(drive), c.name)
		require.Equal(t, selection, h.selection(drive), c.name)
		h.exec(`UPDATE students SET debarred = true WHERE student_id = $1`, late)
	}
}

func TestACancelledDriveStaysSilentThoughItsJobRunsLater(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, picked := range [][]int64{nil, {h.id("student")}} {
		drive := h.drive(nil)
		var row, selection string
		h.publishedLate(drive, picked, func() {
			h.post("head", at("/drives/%d/cancel", drive), nil).is(http.StatusOK)
			row, selection = h.row(drive), h.selection(drive)
		})
		require.Equal(t, row, h.row(drive))
		require.Equal(t, selection, h.selection(drive))
	}
}
