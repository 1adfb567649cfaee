package main

import (
	"context"
	"fmt"
	"time"
)

type jobBody struct {
	ID    int64  `json:"id"`
	Kind  string `json:"kind"`
	State string `json:"state"`
}

func jobPath(id int64, action string) string { return fmt.Sprintf("/jobs/%d%s", id, action) }

const (
	nudgePause = 500 * time.Millisecond
	drainPause = 100 * time.Millisecond
)

// nudge lets jobs that were cut off run again at once, as a head may: River waits longer after each failure.
func (r *run) nudge(ctx context.Context) {
	c := r.newCaller(nudgeNumber)
	for ctx.Err() == nil {
		r.retryAll(ctx, c)
		wait(ctx, nudgePause)
	}
}

func (r *run) retryAll(ctx context.Context, c *caller) {
	var waiting []jobBody
	answer := c.get(ctx, "list jobs", r.head.token, "/jobs?state=retryable&limit=500")
	if answer.outcome != acknowledged || answer.into(&waiting) != nil {
		return
	}
	for _, job := range waiting {
		c.post(ctx, "retry job", r.head.token, jobPath(job.ID, "/retry"), nil)
	}
}

// interrupted is how long it may take, after the last fault, until a job that was cut off is run again and done, where other
// processes live on; see docs/architecture.md.
const interrupted = 5*time.Minute + 20*time.Second

// drain waits until no job is left.
func (r *run) drain(ctx context.Context) error {
	c := r.newCaller(nudgeNumber)
	c.calm = true
	longest := patience
	if r.config.shape != embedded && !r.config.aged {
		longest = interrupted
	}
	var left map[string]int
	for deadline := time.Now().Add(longest); ctx.Err() == nil && time.Now().Before(deadline); wait(ctx, drainPause) {
		r.retryAll(ctx, c)
		left = nil
		answer := c.get(ctx, "count jobs", r.head.token, "/jobs/counts")
		if answer.outcome != acknowledged {
			continue
		}
		if err := answer.into(&left); err != nil {
			return err
		}
		if left["available"]+left["running"]+left["scheduled"]+left["retryable"] == 0 {
			return nil
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.violation("jobs are left over %v after the last fault: %v", longest, left)
	return nil
}
