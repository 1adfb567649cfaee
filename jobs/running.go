package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// RunningSet knows which jobs this process is working. With the embedded database no other process works jobs, so a job
// that the database calls running and that is not in the set was cut off by a crash.
type RunningSet struct {
	river.MiddlewareDefaults
	every time.Duration // how often it looks for jobs that were cut off
	// grace is how long a job may be called running without being worked: after it was taken, until its work begins, and
	// after its end, until that is written down. The queue tries to write for as long as the database is away.
	grace time.Duration

	mu    sync.Mutex
	ended map[int64]time.Time // when the work on a job ended, by its id; zero while it is worked
}

// NewRunningSet returns an empty set.
func NewRunningSet() *RunningSet {
	return &RunningSet{every: 5 * time.Second, grace: 15 * time.Second, ended: map[int64]time.Time{}}
}

// Work keeps the job in the set while it is worked.
func (s *RunningSet) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	s.set(job.ID, time.Time{})
	defer func() { s.set(job.ID, time.Now()) }()
	return work(ctx)
}

func (s *RunningSet) set(id int64, ended time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended[id] = ended
}

// list returns the jobs that are worked or have ended just now, and forgets the others. The caller holds the lock.
func (s *RunningSet) list() []int64 {
	ids := make([]int64, 0, len(s.ended))
	for id, ended := range s.ended {
		if ended.IsZero() || time.Since(ended) < s.grace {
			ids = append(ids, id)
		} else {
			delete(s.ended, id)
		}
	}
	return ids
}

// ResumeInterrupted makes jobs that a crash cut off available again: those that it finds before it returns, and from then
// on, as long as ctx lives, also those that lost their database (PostgreSQL died and came back). Only for a database
// whose jobs nobody else works; call it before this process starts to work any.
func (s *RunningSet) ResumeInterrupted(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger) {
	s.resume(ctx, pool, logger, 0)
	go s.keepResuming(ctx, pool, logger)
}

func (s *RunningSet) keepResuming(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger) {
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	answersSince := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		switch {
		case !answers(ctx, pool, s.every):
			answersSince = time.Now()
		case time.Since(answersSince) >= s.grace:
			s.resume(ctx, pool, logger, s.grace)
		}
	}
}

func answers(ctx context.Context, pool *pgxpool.Pool, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return pool.Ping(ctx) == nil
}

// An interrupted attempt counts, so that a job that crashes its process does not do so for ever.
const resumeSQL = `
UPDATE river_job
SET state        = CASE WHEN attempt < max_attempts THEN 'available'::river_job_state ELSE 'discarded' END,
    finalized_at = CASE WHEN attempt < max_attempts THEN NULL ELSE now() END,
    scheduled_at = now(),
    errors       = array_append(errors, jsonb_build_object(
                       'at', now(), 'attempt', attempt, 'error', 'interrupted: placeops or its database was killed', 'trace', ''))
WHERE state = 'running'
  AND attempted_at <= now() - make_interval(secs => $1::double precision)
  AND id <> ALL ($2::bigint[])
RETURNING id, kind, state::text`

// resume holds the set still while the database looks at it: a job that begins meanwhile must not meet a list that is
// older than itself, however long the database takes to answer.
func (s *RunningSet) resume(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger, grace time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, s.every+time.Second)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	rows, err := pool.Query(ctx, resumeSQL, grace.Seconds(), s.list())
	if err != nil {
		return // the database is away; the next round looks again
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var kind, state string
		if err := rows.Scan(&id, &kind, &state); err != nil {
			return
		}
		logger.WarnContext(ctx, "a job was interrupted", "job_id", id, "kind", kind, "state", state)
	}
}

// requeueSQL takes the attempt back as well: nothing of it is in the database, and it may have been the last one.
const requeueSQL = `
UPDATE river_job
SET state = 'available', attempt = GREATEST(attempt - 1, 0)
WHERE state = 'running'`

// RequeueRunning makes jobs available again that were being worked when their database was copied: in the copy nobody
// works them. Only for a database that no process works on yet.
func RequeueRunning(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, requeueSQL)
	return err
}
