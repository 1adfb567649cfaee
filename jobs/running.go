package jobs

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// RunningSet knows which jobs this process is working. With the embedded database no other process works jobs, so a job
// that the database calls running and that is not in the set was cut off by a crash.
type RunningSet struct {
	river.MiddlewareDefaults
	mu  sync.Mutex
	ids map[int64]struct{}
}

// NewRunningSet returns an empty set.
func NewRunningSet() *RunningSet { return &RunningSet{ids: map[int64]struct{}{}} }

// Work keeps the job in the set while it is worked.
func (s *RunningSet) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	s.mu.Lock()
	s.ids[job.ID] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.ids, job.ID)
		s.mu.Unlock()
	}()
	return work(ctx)
}

func (s *RunningSet) list() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.AppendSeq(make([]int64, 0, len(s.ids)), maps.Keys(s.ids))
}

const (
	resumeEvery = 5 * time.Second
	// resumeGrace is how long a job may be running before it is looked at: its own process needs a moment to write down
	// that it has ended.
	resumeGrace = 10 * time.Second
)

// ResumeInterrupted makes jobs that a crash cut off available again: those that it finds before it returns, and from then
// on, as long as ctx lives, also those that lost their database (PostgreSQL died and came back). Only for a database
// whose jobs nobody else works; call it before this process starts to work any.
func (s *RunningSet) ResumeInterrupted(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger) {
	s.resume(ctx, pool, logger, 0)
	go s.keepResuming(ctx, pool, logger)
}

func (s *RunningSet) keepResuming(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger) {
	ticker := time.NewTicker(resumeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.resume(ctx, pool, logger, resumeGrace)
		}
	}
}

const resumeSQL = `
UPDATE river_job
SET state        = CASE WHEN attempt < max_attempts THEN 'available'::river_job_state ELSE 'discarded' END,
    finalized_at = CASE WHEN attempt < max_attempts THEN NULL ELSE now() END,
    scheduled_at = now()
WHERE state = 'running'
  AND attempted_at <= now() - make_interval(secs => $1::double precision)
  AND id <> ALL ($2::bigint[])
RETURNING id, kind`

func (s *RunningSet) resume(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger, grace time.Duration) {
	rows, err := pool.Query(ctx, resumeSQL, grace.Seconds(), s.list())
	if err != nil {
		return // the database is away; the next round looks again
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var kind string
		if err := rows.Scan(&id, &kind); err != nil {
			return
		}
		logger.WarnContext(ctx, "interrupted job runs again", "job_id", id, "kind", kind)
	}
}
