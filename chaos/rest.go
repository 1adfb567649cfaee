package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// comeBack requires that every process is ready again by itself, now that nothing goes wrong any more.
func (r *run) comeBack(ctx context.Context) error {
	c := r.newCaller(nudgeNumber)
	began := r.clock()
	for n, p := range r.in.processes {
		var status int
		var answer []byte
		for deadline := time.Now().Add(patience); status != http.StatusOK && ctx.Err() == nil && time.Now().Before(deadline); wait(ctx, retryPause) {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, *p.url.Load()+"/readyz", nil)
			if err != nil {
				return err
			}
			if status, answer, err = c.exchange(request); err != nil {
				answer = []byte(err.Error())
			}
		}
		if status != http.StatusOK {
			return fmt.Errorf("placeops %d is not ready %v after the last fault: %d %s", n, patience, status, answer)
		}
	}
	r.backAfter = r.clock() - began
	return nil
}

// comeToRest stops everything, in order this time, and starts it again; it is a fence like any other.
func (r *run) comeToRest(ctx context.Context) error {
	if err := r.in.stop(); err != nil {
		return err
	}
	r.unheard.Wait()
	if r.config.shape != embedded {
		if err := r.in.settle(ctx, r.config.aged); err != nil {
			return err
		}
	}
	err := r.restartAll()
	r.counts.mu.Lock()
	defer r.counts.mu.Unlock()
	r.counts.answered = r.clock() // nobody has asked meanwhile
	return err
}
