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

const nudgePause = 500 * time.Millisecond

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

// drain waits until no job is left.
func (r *run) drain(ctx context.Context) error {
	c := r.newCaller(nudgeNumber)
	c.calm = true
	var left map[string]int
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); wait(ctx, retryPause) {
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
	r.violation("jobs are left over a minute after the last fault: %v", left)
	return ctx.Err()
}
