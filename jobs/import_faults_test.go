package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"placeops/jobs"
	"placeops/sheets"
	"placeops/uploads"
)

// hold keeps everybody from writing students until release is called.
func (o *importOffice) hold() (release func()) {
	o.t.Helper()
	tx, err := o.pool.Begin(o.t.Context())
	require.NoError(o.t, err)
	_, err = tx.Exec(o.t.Context(), "LOCK TABLE students IN EXCLUSIVE MODE")
	require.NoError(o.t, err)
	o.t.Cleanup(func() { _ = tx.Rollback(context.WithoutCancel(o.t.Context())) })
	return func() { require.NoError(o.t, tx.Rollback(o.t.Context())) }
}

// waiting waits until that many sessions wait for a lock.
func (o *importOffice) waiting(sessions int64) {
	o.t.Helper()
	require.Eventually(o.t, func() bool {
		return o.count(`
SELECT count(*)
FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'`) == sessions
	}, time.Minute, 5*time.Millisecond)
}

func TestImportsOfSeveralProcessesDoNotInterleave(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	o.process() // the second; each works one import at a time
	o.given(simpleHeader, "R1,Asha,asha@c.example")
	release := o.hold()
	one := o.upload(sheetOf(simpleHeader, "R1,Asha Rao,asha@c.example", "R2,Béla,bela@c.example", "R3,Chitra,chitra@c.example"), false)
	two := o.upload(sheetOf(simpleHeader, "R4,Dev,dev@c.example", "R3,Chitra,chitra@c.example", "R2,Béla,bela@c.example", "R1,Asha R.,asha@c.example"), false)
	o.waiting(2) // one in the middle of its writing, the other one before its decisions
	release()
	first, second := o.result(one), o.result(two)
	require.True(t, first.OK && second.OK)
	require.EqualValues(t, 3, first.Created+second.Created)
	require.EqualValues(t, 2, first.Updated+second.Updated)
	require.EqualValues(t, 2, first.Unchanged+second.Unchanged)
	require.EqualValues(t, 4, o.count("SELECT count(*) FROM students"))
}

// An account that comes to be between an import's look and its writing makes it look again.
func TestImportLooksAgainWhenAnAddressIsTakenMeanwhile(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	tx, err := o.pool.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = tx.Exec(t.Context(), "INSERT INTO users (name, email, role) VALUES ('New', 'asha@c.example', 'STAFF')")
	require.NoError(t, err)
	job := o.upload(sheetOf(simpleHeader, "R1,Asha,asha@c.example"), false)
	o.waiting(1)
	require.NoError(t, tx.Commit(t.Context()))
	row := o.over(job)
	require.Equal(t, rivertype.JobStateCompleted, row.State)
	require.Empty(t, cmp.Diff([]sheets.CellError{
		{Line: 2, Column: "email", Value: "asha@c.example", Message: "this e-mail address belongs to another account"},
	}, resultOf(t, row).Errors))
}

// The trigger stands for any fault between the merge and the commit; the file stays for the next attempt.
func TestImportThatFailsBeforeItsCommitLeavesNothingAndRunsAgain(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	o.given(simpleHeader, "R1,Asha,asha@c.example")
	before := o.everything()
	o.exec(`
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$`)
	o.exec(`
CREATE TRIGGER fail BEFORE UPDATE ON river_job
FOR EACH ROW WHEN (old.state = 'running' AND new.state = 'completed') EXECUTE FUNCTION fail()`)
	job := o.upload(sheetOf(simpleHeader, "R1,Asha Rao,asha@c.example", "R2,Béla,bela@c.example"), false)
	require.Eventually(t, func() bool {
		return o.count("SELECT count(*) FROM river_job WHERE id = $1 AND cardinality(errors) > 0", job) == 1
	}, time.Minute, 5*time.Millisecond)
	require.Equal(t, before, o.everything())
	o.exec("DROP TRIGGER fail ON river_job")
	row := o.over(job)
	require.Equal(t, rivertype.JobStateCompleted, row.State)
	require.Greater(t, row.Attempt, 1)
	require.Empty(t, cmp.Diff(jobs.ImportResult{OK: true, Rows: 2, Created: 1, Updated: 1, Errors: []sheets.CellError{}}, resultOf(t, row)))
}

func TestImportWhoseConnectionIsKilledRunsAgain(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	before := o.everything()
	release := o.hold()
	job := o.upload(sheetOf(simpleHeader, "R1,Asha,asha@c.example"), false)
	o.waiting(1)
	o.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
	require.Eventually(t, func() bool {
		return o.count("SELECT count(*) FROM river_job WHERE id = $1 AND cardinality(errors) > 0", job) == 1
	}, time.Minute, 5*time.Millisecond)
	require.Equal(t, before, o.everything())
	release()
	row := o.over(job)
	require.Equal(t, rivertype.JobStateCompleted, row.State)
	require.EqualValues(t, 1, resultOf(t, row).Created)
}

func TestImportRunAgainAfterItsEndKeepsItsResult(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	job := o.upload(sheetOf(simpleHeader, "R1,Asha,asha@c.example"), false)
	first, before := o.result(job), o.everything()
	_, err := o.queue.JobRetry(t.Context(), job)
	require.NoError(t, err)
	var again *rivertype.JobRow
	require.Eventually(t, func() bool {
		again = o.over(job)
		return again.Attempt == 2
	}, time.Minute, 5*time.Millisecond)
	require.Equal(t, rivertype.JobStateCompleted, again.State)
	require.Empty(t, cmp.Diff(first, resultOf(t, again)))
	require.Equal(t, before, o.everything())
}

func TestImportWhoseFileIsLostSaysSo(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	o.queue = o.process()
	require.NoError(t, o.queue.QueuePause(t.Context(), "imports", nil))
	job := o.upload(sheetOf(simpleHeader, "R1,Asha,asha@c.example"), true)
	require.NoError(t, o.files.Delete(t.Context(), o.fileOf(job)))
	require.NoError(t, o.queue.QueueResume(t.Context(), "imports", nil))
	require.Empty(t, cmp.Diff(jobs.ImportResult{
		DryRun: true, ErrorCount: 1, Errors: []sheets.CellError{{Message: "the file is no longer there; upload it again"}},
	}, o.result(job)))
}

func (o *importOffice) fileOf(jobID int64) (key string) {
	o.t.Helper()
	require.NoError(o.t, o.pool.QueryRow(o.t.Context(), "SELECT file_key FROM student_imports WHERE job_id = $1", jobID).Scan(&key))
	return key
}

// requireNoFile waits for a file to go: it does so after the job's transaction has been committed.
func (o *importOffice) requireNoFile(key string) {
	o.t.Helper()
	require.Eventually(o.t, func() bool {
		object, err := o.files.Open(o.t.Context(), key)
		if err == nil {
			require.NoError(o.t, object.Close())
		}
		return errors.Is(err, uploads.ErrNotFound)
	}, patience, 5*time.Millisecond)
}

func TestFilesOfImportsThatEndedAreRemoved(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		attempts int
		end      func(o *importOffice, release func(), jobID int64)
		want     rivertype.JobState
	}{
		"completed": {0, func(_ *importOffice, release func(), _ int64) { release() }, rivertype.JobStateCompleted},
		"cancelled in the middle": {0, func(o *importOffice, _ func(), jobID int64) {
			_, err := o.queue.JobCancel(o.t.Context(), jobID)
			require.NoError(o.t, err)
		}, rivertype.JobStateCancelled},
		"failed for the last time": {1, func(o *importOffice, _ func(), _ int64) {
			o.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
		}, rivertype.JobStateDiscarded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newImportOffice(t)
			o.attempts = test.attempts
			release := o.hold()
			job := o.upload(sheetOf(simpleHeader, "R1,Asha,asha@c.example"), false)
			key := o.fileOf(job)
			o.waiting(1)
			test.end(o, release, job)
			require.Equal(t, test.want, o.over(job).State)
			o.requireNoFile(key)
		})
	}
}

// Nobody works a job that is cancelled before it begins, so the next import removes its file.
func TestNextImportRemovesTheFilesThatOthersLeft(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	release := o.hold()
	busy := o.upload(sheetOf(simpleHeader, "R1,Asha,asha@c.example"), false)
	o.waiting(1)
	cancelled := o.upload(sheetOf(simpleHeader, "R2,Béla,bela@c.example"), false)
	queued := o.upload(sheetOf(simpleHeader, "R3,Chitra,chitra@c.example"), false)
	left := o.fileOf(cancelled)
	_, err := o.queue.JobCancel(t.Context(), cancelled)
	require.NoError(t, err)
	release()
	o.result(busy)
	o.requireNoFile(left)
	require.True(t, o.result(queued).OK, "the file of an import to come stays")
}

func TestImportShowsHowFarItIs(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	release := o.hold()
	job := o.upload(sheetOf(simpleHeader, "R1,Asha,asha@c.example", "R2,Béla,bela@c.example"), false)
	o.waiting(1)
	row, err := o.queue.JobGet(t.Context(), job)
	require.NoError(t, err)
	require.Equal(t, rivertype.JobStateRunning, row.State)
	require.EqualValues(t, 1, o.count("SELECT count(*) FROM student_imports WHERE job_id = $1 AND done = 2 AND total = 2", job))
	release()
	o.result(job)
}
