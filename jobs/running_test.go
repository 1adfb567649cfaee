package jobs_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"placeops/jobs"
	"placeops/store"
	"placeops/store/storetest"
	"placeops/uploads"
)

const patience = 30 * time.Second

// work starts a client that works jobs, stopped at the end of the test.
func work(t *testing.T, pool *pgxpool.Pool, running *jobs.RunningSet) *jobs.Client {
	t.Helper()
	files, err := uploads.Open(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	logger := slog.New(slog.DiscardHandler)
	client, err := jobs.NewClient(jobs.Deps{Pool: pool, Uploads: files, Logger: logger}, jobs.Options{Running: running})
	require.NoError(t, err)
	require.NoError(t, client.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() { require.NoError(t, client.Stop(context.WithoutCancel(t.Context()))) })
	return client
}

// drive adds a posted drive, with a deadline if there is one.
func drive(t *testing.T, pool *pgxpool.Pool, deadline *time.Time) int64 {
	t.Helper()
	head, err := store.CreateUser(t.Context(), pool, store.NewUser{Name: "H", Email: "head@college.example", Role: "HEAD"})
	require.NoError(t, err)
	added, err := store.CreateDrive(t.Context(), pool, store.Drive{
		CompanyName: "Acme", JobTitle: "Engineer", PostedBy: head.UserID, RegistrationDeadline: deadline,
	})
	require.NoError(t, err)
	require.NoError(t, store.MarkDrivePublished(t.Context(), pool, added.DriveID, head.UserID, true))
	return added.DriveID
}

func execute(t *testing.T, pool *pgxpool.Pool, statement string, args ...any) {
	t.Helper()
	_, err := pool.Exec(t.Context(), statement, args...)
	require.NoError(t, err)
}

func inState(t *testing.T, pool *pgxpool.Pool, job int64, state string) func() bool {
	t.Helper()
	return func() bool {
		var is string
		err := pool.QueryRow(t.Context(), "SELECT state FROM river_job WHERE id = $1", job).Scan(&is)
		return err == nil && is == state
	}
}

// cutOff inserts a job as a killed process leaves it: running, with nobody who works it.
func cutOff(t *testing.T, pool *pgxpool.Pool, driveID int64, attempt int) int64 {
	t.Helper()
	inserter, err := jobs.NewInserter(pool, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	var id int64
	require.NoError(t, store.InTx(t.Context(), pool, func(tx pgx.Tx) error { // nobody sees it available
		job, err := inserter.InsertTx(t.Context(), tx, jobs.AutoPublishArgs{DriveID: driveID, RequestedBy: 1}, &river.InsertOpts{MaxAttempts: 3})
		if err != nil {
			return err
		}
		id = job.Job.ID
		_, err = tx.Exec(t.Context(), "UPDATE river_job SET state = 'running', attempt = $2, attempted_at = now() - interval '1 second' WHERE id = $1", id, attempt)
		return err
	}))
	return id
}

func TestAJobOfADeadProcessIsResumed(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	job := cutOff(t, pool, drive(t, pool, nil), 1)
	running := jobs.NewRunningSet()
	running.ResumeInterrupted(t.Context(), pool, slog.New(slog.DiscardHandler))
	require.True(t, inState(t, pool, job, "available")(), "what an earlier process left is resumed before this one works")

	work(t, pool, running)
	require.Eventually(t, inState(t, pool, job, "completed"), patience, 5*time.Millisecond)
	var attempt, errors int
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT attempt, cardinality(errors) FROM river_job WHERE id = $1", job).Scan(&attempt, &errors))
	require.Equal(t, 2, attempt)
	require.Equal(t, 1, errors, "the interruption can be seen")
}

func TestAJobLostLaterIsResumedToo(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	id := drive(t, pool, nil)
	running := jobs.Paced(10*time.Millisecond, 100*time.Millisecond)
	running.ResumeInterrupted(t.Context(), pool, slog.New(slog.DiscardHandler))
	work(t, pool, running)
	job := cutOff(t, pool, id, 1)
	require.Eventually(t, inState(t, pool, job, "completed"), patience, 5*time.Millisecond)
}

func TestAJobThatKillsItsProcessIsDiscardedInTheEnd(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	job := cutOff(t, pool, drive(t, pool, nil), 3)
	jobs.NewRunningSet().ResumeInterrupted(t.Context(), pool, slog.New(slog.DiscardHandler))
	require.True(t, inState(t, pool, job, "discarded")())
}

func TestAJobThatThisProcessWorksIsNeverResumed(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	id := drive(t, pool, nil)
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }() // lets a failed test end
	_, err = store.LockDrive(t.Context(), tx, id)                          // the job waits for it
	require.NoError(t, err)
	running := jobs.Paced(time.Millisecond, 250*time.Millisecond)
	running.ResumeInterrupted(t.Context(), pool, slog.New(slog.DiscardHandler))
	client := work(t, pool, running)
	job, err := client.Insert(t.Context(), jobs.AutoPublishArgs{DriveID: id, RequestedBy: 1}, nil)
	require.NoError(t, err)
	require.Eventually(t, somebodyWaits(t, pool), patience, time.Millisecond)                                     // its work has begun
	execute(t, pool, "UPDATE river_job SET attempted_at = now() - interval '1 minute' WHERE id = $1", job.Job.ID) // beyond the grace, below what River itself takes to be lost
	witness := cutOff(t, pool, id, 1)                                                                             // resumed again and again, it shows that the set was looked at
	require.Eventually(t, func() bool { return !inState(t, pool, witness, "running")() || attempts(t, pool, witness) > 1 }, patience, time.Millisecond)

	require.NoError(t, tx.Rollback(t.Context()))
	require.Eventually(t, inState(t, pool, job.Job.ID, "completed"), patience, time.Millisecond)
	require.Equal(t, 1, attempts(t, pool, job.Job.ID))
	require.Eventually(t, inState(t, pool, witness, "completed"), patience, time.Millisecond)
}

// somebodyWaits tells whether a session of the test's database waits for a lock.
func somebodyWaits(t *testing.T, pool *pgxpool.Pool) func() bool {
	t.Helper()
	return func() bool {
		var waits bool
		err := pool.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')").Scan(&waits)
		return err == nil && waits
	}
}

func attempts(t *testing.T, pool *pgxpool.Pool, job int64) int {
	t.Helper()
	var attempt int
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT attempt FROM river_job WHERE id = $1", job).Scan(&attempt))
	return attempt
}

func TestRegistrationsCloseAtTheDeadline(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	deadline := time.Now().Add(time.Second)
	id := drive(t, pool, &deadline)
	client := work(t, pool, nil)
	_, err := client.Insert(t.Context(), jobs.CloseRegistrationsArgs{DriveID: id}, &river.InsertOpts{ScheduledAt: deadline})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return status(t, pool, id) == store.Attending
	}, patience, 10*time.Millisecond)
	require.False(t, time.Now().Before(deadline))
}

func status(t *testing.T, pool *pgxpool.Pool, driveID int64) string {
	t.Helper()
	var found store.Drive
	require.NoError(t, store.InTx(t.Context(), pool, func(tx pgx.Tx) (err error) {
		found, err = store.LockDrive(t.Context(), tx, driveID)
		return err
	}))
	return found.Status
}

func TestACloseJobThatComesTooEarlyWaits(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	later := time.Now().Add(time.Hour)
	id := drive(t, pool, &later)
	job, err := work(t, pool, nil).Insert(t.Context(), jobs.CloseRegistrationsArgs{DriveID: id}, nil)
	require.NoError(t, err)
	require.Eventually(t, inState(t, pool, job.Job.ID, "scheduled"), patience, 5*time.Millisecond)
	require.Equal(t, store.Posted, status(t, pool, id))
}

func TestAnUnknownKindOfJobHarmsNoOther(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	id := drive(t, pool, nil)
	client := work(t, pool, nil)
	execute(t, pool, "INSERT INTO river_job (kind, args, max_attempts, state) VALUES ('of-a-newer-version', '{}', 25, 'available')")
	job, err := client.Insert(t.Context(), jobs.AutoPublishArgs{DriveID: id, RequestedBy: 1}, nil)
	require.NoError(t, err)
	require.Eventually(t, inState(t, pool, job.Job.ID, "completed"), patience, 5*time.Millisecond)
	var state string
	require.Eventually(t, func() bool {
		err := pool.QueryRow(t.Context(), "SELECT state FROM river_job WHERE kind = 'of-a-newer-version'").Scan(&state)
		return err == nil && state == "retryable"
	}, patience, 5*time.Millisecond, "it waits for a process that knows it")
}

func TestStopLetsARunningJobFinish(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	id := drive(t, pool, nil)
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }() // lets a failed test end
	_, err = store.LockDrive(t.Context(), tx, id)
	require.NoError(t, err)
	client := work(t, pool, nil)
	job, err := client.Insert(t.Context(), jobs.EligibilityFilterArgs{DriveID: id}, nil)
	require.NoError(t, err)
	require.Eventually(t, inState(t, pool, job.Job.ID, "running"), patience, time.Millisecond)

	stopped := make(chan error, 1)
	go func() { stopped <- client.Stop(context.WithoutCancel(t.Context())) }()
	require.NoError(t, tx.Rollback(t.Context()))
	require.NoError(t, <-stopped)
	require.True(t, inState(t, pool, job.Job.ID, "completed")())
	require.Equal(t, 1, attempts(t, pool, job.Job.ID))
}
