package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"placeops/store"
)

// River takes a job for lost when the job's own timeout is over. One that may run for hours says instead that it is alive, in
// its row, and any process makes it available again when it has been silent for some minutes. The database's clock counts.

const (
	aliveEvery  = 20 * time.Second // how often a long job says so
	lookEvery   = 30 * time.Second // how often each process looks for silent ones
	silentAfter = 2 * time.Minute  // then the process that worked it is gone, or as good as
)

// longKinds are the kinds of jobs that say that they are alive.
var longKinds = []string{BackupArgs{}.Kind()}

// Heartbeats let long jobs say that they are alive, and find those that do not.
type Heartbeats struct {
	river.MiddlewareDefaults
	pool   *pgxpool.Pool
	logger *slog.Logger

	alive, look, silent time.Duration
}

// NewHeartbeats returns those of one process on a database.
func NewHeartbeats(pool *pgxpool.Pool, logger *slog.Logger) *Heartbeats {
	return &Heartbeats{pool: pool, logger: logger, alive: aliveEvery, look: lookEvery, silent: silentAfter}
}

const aliveSQL = `
UPDATE river_job SET metadata = jsonb_set(metadata, '{alive_at}', to_jsonb(extract(epoch FROM clock_timestamp())))
WHERE id = $1 AND state = 'running' AND attempt = $2`

// Work says from time to time that a long job is alive, until its work ends.
func (h *Heartbeats) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	if !isLong(job.Kind) {
		return work(ctx)
	}
	beating, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		every(beating, h.alive, func() {
			_, _ = h.pool.Exec(beating, aliveSQL, job.ID, job.Attempt) // the next one may get through
		})
	}()
	defer func() {
		stop()
		<-ended
	}()
	return work(ctx)
}

func isLong(kind string) bool {
	for _, long := range longKinds {
		if kind == long {
			return true
		}
	}
	return false
}

// every runs fn now and then until ctx ends.
func every(ctx context.Context, pause time.Duration, fn func()) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			fn()
		}
	}
}

// Watch makes silent jobs available again until ctx ends.
func (h *Heartbeats) Watch(ctx context.Context) {
	every(ctx, h.look, func() {
		ctx, cancel := context.WithTimeout(ctx, h.look)
		defer cancel()
		if err := resumeSilent(ctx, h.pool, h.silent, h.logger); err != nil && ctx.Err() == nil {
			h.logger.DebugContext(ctx, "could not look for jobs that were cut off", "error", err)
		}
	})
}

// silentSQL counts the attempt, like resumeSQL.
const silentSQL = `
UPDATE river_job
SET state        = CASE WHEN attempt < max_attempts THEN 'available'::river_job_state ELSE 'discarded' END,
    finalized_at = CASE WHEN attempt < max_attempts THEN NULL ELSE now() END,
    scheduled_at = now(),
    errors       = array_append(errors, jsonb_build_object(
                       'at', now(), 'attempt', attempt, 'error', 'interrupted: the process that worked it is gone', 'trace', ''))
WHERE state = 'running' AND kind = ANY ($1)
  AND GREATEST(extract(epoch FROM attempted_at), (metadata ->> 'alive_at')::double precision)
      < extract(epoch FROM clock_timestamp()) - $2::double precision
RETURNING id, kind, state::text`

func resumeSilent(ctx context.Context, pool store.DBTX, after time.Duration, logger *slog.Logger) error {
	rows, err := pool.Query(ctx, silentSQL, longKinds, after.Seconds())
	if err != nil {
		return err
	}
	var id int64
	var kind, state string
	_, err = pgx.ForEachRow(rows, []any{&id, &kind, &state}, func() error {
		logger.WarnContext(ctx, "a job was interrupted", "job_id", id, "kind", kind, "state", state)
		return nil
	})
	return err
}
