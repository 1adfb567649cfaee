package server

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"placeops/store"
)

type healthOutput struct {
	Body struct {
		Status string `json:"status"`
	}
}

// healthz tells that the process answers; it asks nothing of the database.
func (s *Server) healthz(context.Context, *struct{}) (*healthOutput, error) {
	var out healthOutput
	out.Body.Status = "ok"
	return &out, nil
}

// readiness remembers what does not change back: once migrated, a schema stays current for this process.
type readiness struct {
	migrated atomic.Bool
	stopping atomic.Bool
}

const readyTimeout = 3 * time.Second

// queueStuck is how long a job may wait before the queue counts as not working. Workers take a job within milliseconds
// of its insert, and the longest queue of ordinary work is over within seconds.
const queueStuckSQL = `
SELECT EXISTS (
    SELECT
    FROM river_job
    WHERE state = 'available' AND queue = 'default' AND scheduled_at < now() - interval '2 minutes'
)`

// readyz tells whether requests can be served: database reachable, schema current, queue working.
func (s *Server) readyz(ctx context.Context, _ *struct{}) (*healthOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := s.checkReady(ctx); err != nil {
		return nil, &store.Error{Kind: store.Unavailable, Slug: "not-ready", Message: err.Error(), RetryAfter: 2 * time.Second}
	}
	var out healthOutput
	out.Body.Status = "ready"
	return &out, nil
}

func (s *Server) checkReady(ctx context.Context) error {
	if s.ready.stopping.Load() {
		return errors.New("this process is stopping")
	}
	if err := s.pool.Ping(ctx); err != nil {
		return errors.New("the database does not answer")
	}
	if !s.ready.migrated.Load() {
		current, err := s.migrated(ctx)
		if err != nil || !current {
			return errors.New("the database schema is not current; run placeops migrate")
		}
		s.ready.migrated.Store(true)
	}
	var stuck bool
	if err := s.pool.QueryRow(ctx, queueStuckSQL).Scan(&stuck); err != nil || stuck {
		return errors.New("the job queue is not working")
	}
	return nil
}
