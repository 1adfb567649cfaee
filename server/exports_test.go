package server_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/jobs"
)

// exportable posts a drive and registers that many students for it, beside the harness's own.
func (h *harness) exportable(students int) (driveID int64) {
	h.t.Helper()
	driveID = h.posted(map[string]any{"company_name": `Æ/.."; rm -rf\`})
	h.exec(`
WITH people AS (
    INSERT INTO users (name, email, role)
    SELECT 'Student ' || n, 'bulk' || n || '@college.example', 'STUDENT' FROM generate_series(1, $2::int) n
    RETURNING user_id, email
), records AS (
    INSERT INTO students (student_id, roll_number, branch, batch_year, cgpa)
    SELECT user_id, upper(split_part(email, '@', 1)), 'CSE', 2027, 7.25 FROM people
    RETURNING student_id
), selected AS (
    INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
    SELECT $1::bigint, student_id, true, now() FROM records
    RETURNING drive_id, student_id
)
INSERT INTO registrations (drive_id, student_id) SELECT drive_id, student_id FROM selected ORDER BY student_id`, driveID, students)
	return driveID
}

// export asks for an export and returns its job.
func (h *harness) export(as string, driveID int64) (jobID int64) {
	h.t.Helper()
	return h.post(as, at("/registrations/%d/export", driveID), nil).is(http.StatusAccepted).int("job_id")
}

// pauseExports holds exports back as soon as they have written more than that many rows, until release.
func (h *harness) pauseExports(rows int) (release func()) {
	h.t.Helper()
	h.exec(`CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END'`)
	h.exec(at(`CREATE TRIGGER pause BEFORE UPDATE ON exports FOR EACH ROW WHEN (NEW.done > %d AND NEW.file_key IS NULL)
		EXECUTE FUNCTION pause()`, rows))
	tx, err := h.pool.Begin(h.t.Context())
	require.NoError(h.t, err)
	_, err = tx.Exec(h.t.Context(), `SELECT pg_advisory_xact_lock(4711)`)
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = tx.Rollback(context.WithoutCancel(h.t.Context())) }) // where the test failed before release
	return func() { require.NoError(h.t, tx.Rollback(h.t.Context())) }
}

// exportPaused waits until an export has come to where pauseExports holds it.
func (h *harness) exportPaused(as string, jobID, done int64) *reply {
	h.t.Helper()
	var last *reply
	require.Eventually(h.t, func() bool {
		last = h.get(as, at("/jobs/%d", jobID)).is(http.StatusOK)
		return last.int("progress", "done") == done
	}, jobTime, 5*time.Millisecond)
	return last
}

// table reads a CSV answer, without its byte order mark.
func (r *reply) table() [][]string {
	r.t.Helper()
	text, marked := strings.CutPrefix(string(r.is(http.StatusOK).body), "\ufeff")
	require.True(r.t, marked)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(r.t, err)
	return rows
}

func TestAnExportOf20000RegistrationsShowsHowFarItIsAndHoldsThemAll(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.exportable(20_000)
	release := h.pauseExports(1_000)
	asked := h.post("staff", at("/registrations/%d/export", drive), nil).is(http.StatusAccepted)
	job := asked.int("job_id")
	require.Equal(t, at("/jobs/%d", job), asked.value("status_url"))
	require.Equal(t, at("/jobs/%d/download", job), asked.value("download_url"))

	running := h.exportPaused("staff", job, 1_000)
	require.EqualValues(t, 20_000, running.int("progress", "total"))
	require.NotContains(t, string(running.body), "download_url")
	h.get("staff", at("/jobs/%d/download", job)).is(http.StatusConflict)
	release()

	done := h.jobDone(job)
	require.EqualValues(t, 20_000, done.int("result", "rows"))
	require.EqualValues(t, 20_000, done.int("progress", "done"))
	require.Equal(t, at("/jobs/%d/download", job), done.value("download_url"))
	file := h.get("staff", at("/jobs/%d/download", job))
	rows := file.table()
	require.Len(t, rows, 20_001)
	require.Equal(t, []string{"roll_number", "name", "email", "branch", "batch_year", "cgpa", "registered_at"}, rows[0])
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		seen[row[0]] = true
	}
	require.Len(t, seen, 20_000)
	require.Equal(t, []string{"BULK1", "Student 1", "bulk1@college.example", "CSE", "2027", "7.25"}, rows[1][:6])
	_, err := time.Parse(time.RFC3339, rows[1][6])
	require.NoError(t, err)
	require.Equal(t, "text/csv; charset=utf-8", file.header.Get("Content-Type"))
	require.Regexp(t, `^attachment; filename="registrations-[A-Za-z0-9.-]+-\d{4}-\d\d-\d\d\.csv"$`, file.header.Get("Content-Disposition"))
	require.Equal(t, at("%d", len(file.body)), file.header.Get("Content-Length"))
	require.Equal(t, 1, h.storedFiles())

	part := h.request("staff", http.MethodGet, at("/jobs/%d/download", job), nil)
	part.Header.Set("Range", "bytes=3-13")
	require.Equal(t, "roll_number", string(h.do(part).is(http.StatusPartialContent).body))
}

func TestWhoMayExport(t *testing.T) {
	t.Parallel()
	h := start(t)
	pending, posted := h.drive(nil), h.posted(nil)
	h.post("student", at("/registrations/%d/register", posted), nil).is(http.StatusCreated)
	cancelled := h.posted(nil)
	h.post("head", at("/drives/%d/cancel", cancelled), nil).is(http.StatusOK)
	for _, test := range []struct {
		as     string
		drive  int64
		status int
	}{
		{"anonymous", posted, http.StatusUnauthorized},
		{"student", posted, http.StatusForbidden},
		{"staff", posted, http.StatusAccepted},
		{"coordinator", posted, http.StatusAccepted},
		{"head", posted, http.StatusAccepted},
		{"staff", pending, http.StatusNotFound},
		{"staff", cancelled, http.StatusNotFound},
		{"coordinator", pending, http.StatusAccepted},
		{"head", cancelled, http.StatusAccepted},
		{"head", 999, http.StatusNotFound},
	} {
		reply := h.post(test.as, at("/registrations/%d/export", test.drive), nil).is(test.status)
		if test.status == http.StatusAccepted {
			h.jobDone(reply.int("job_id"))
		}
	}
	require.EqualValues(t, 5, h.count(`SELECT count(*) FROM exports`), "a refusal leaves nothing")
	require.Equal(t, 5, h.storedFiles())
}

func TestWhoMayDownloadAnExport(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.add("colleague", auth.Staff)
	drive := h.posted(nil)
	h.post("student", at("/registrations/%d/register", drive), nil).is(http.StatusCreated)
	job := h.export("staff", drive)
	h.jobDone(job)
	for as, status := range map[string]int{
		"anonymous": http.StatusUnauthorized, "student": http.StatusNotFound, "colleague": http.StatusNotFound,
		"staff": http.StatusOK, "coordinator": http.StatusOK, "head": http.StatusOK,
	} {
		for _, path := range []string{"/jobs/%d", "/jobs/%d/download", "/jobs/%d/events"} {
			h.get(as, at(path, job)).is(status)
		}
	}
	require.Equal(t, [][]string{{"R-student", "Name of student"}}, [][]string{h.get("staff", at("/jobs/%d/download", job)).table()[1][:2]})
}

func TestAnExpiredExportIsGone(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	job, kept := h.export("staff", drive), h.export("staff", drive)
	h.jobDone(job)
	h.jobDone(kept)
	day := h.count(`SELECT extract(epoch FROM expires_at - now())::bigint FROM exports WHERE job_id = $1`, job)
	require.InDelta(t, 24*3600, day, 60)
	h.exec(`UPDATE exports SET expires_at = now() WHERE job_id = $1`, job)

	h.get("staff", at("/jobs/%d/download", job)).is(http.StatusGone)
	require.NotContains(t, string(h.get("staff", at("/jobs/%d", job)).body), "download_url")
	require.Equal(t, 2, h.storedFiles())
	sweep, err := h.jobs.Insert(t.Context(), jobs.SweepExportsArgs{}, nil)
	require.NoError(t, err)
	require.EqualValues(t, 1, h.jobDone(sweep.Job.ID).int("result", "expired"))
	require.Equal(t, 1, h.storedFiles())
	h.get("staff", at("/jobs/%d/download", job)).is(http.StatusGone)
	h.get("staff", at("/jobs/%d/download", kept)).is(http.StatusOK)
}

func TestAnExportWhoseFileIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	h := start(t)
	empty := h.drive(nil)
	job := h.export("head", empty)
	h.jobDone(job)
	require.Len(t, h.get("head", at("/jobs/%d/download", job)).table(), 1, "the head of the table alone")
	h.delete("head", at("/drives/%d", empty)).is(http.StatusOK)
	h.get("head", at("/jobs/%d/download", job)).is(http.StatusGone)
	require.NotContains(t, h.get("head", at("/jobs/%d", job)).is(http.StatusOK).object(), "download_url")

	lost := h.export("head", h.drive(nil))
	h.jobDone(lost)
	h.exec(`UPDATE exports SET file_key = 'exports/2026/01/' || repeat('0', 32) || '.csv' WHERE job_id = $1`, lost)
	h.get("head", at("/jobs/%d/download", lost)).is(http.StatusGone)
}

// object is the body as a JSON object.
func (r *reply) object() map[string]any {
	r.t.Helper()
	object, ok := r.value().(map[string]any)
	require.True(r.t, ok, "%s", r.body)
	return object
}

func TestACancelledExportLeavesNoFile(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.exportable(2_500)
	release := h.pauseExports(1_000)
	job := h.export("staff", drive)
	h.exportPaused("staff", job, 1_000)
	h.post("head", at("/jobs/%d/cancel", job), nil).is(http.StatusOK)
	require.Eventually(t, func() bool {
		return h.get("head", at("/jobs/%d", job)).value("state") == "cancelled"
	}, jobTime, 5*time.Millisecond)
	release()
	require.Zero(t, h.storedFiles())
	h.get("staff", at("/jobs/%d/download", job)).is(http.StatusConflict)

	h.post("head", at("/jobs/%d/retry", job), nil).is(http.StatusOK)
	require.EqualValues(t, 2_500, h.jobDone(job).int("result", "rows"))
	require.Equal(t, 1, h.storedFiles())
}
