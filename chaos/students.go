package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

const (
	idlePause  = 10 * time.Millisecond
	thinkPause = 6 * time.Millisecond
)

// comeAndGo registers and withdraws students, each of whom belongs to one worker.
func (r *run) comeAndGo(ctx context.Context, number int) {
	c := r.newCaller(studentNumber + uint64(number)) //nolint:gosec // small
	for ctx.Err() == nil {
		d := r.pick(c)
		if d == nil {
			wait(ctx, idlePause)
			continue
		}
		own := (len(r.students) - number + r.config.studentWorkers - 1) / r.config.studentWorkers
		s := r.students[number+r.config.studentWorkers*c.rng.IntN(own)]
		if c.rng.IntN(10) < 6 {
			r.register(ctx, c, d, s)
		} else {
			r.withdraw(ctx, c, d, s)
		}
		if c.oneIn(4) {
			r.look(ctx, c, d, s)
		}
		wait(ctx, c.upTo(thinkPause))
	}
}

func (r *run) register(ctx context.Context, c *caller, d *drive, s *student) {
	answer := c.post(ctx, "register", s.token, fmt.Sprintf("/registrations/%d/register", d.id), nil)
	d.mu.Lock()
	defer d.mu.Unlock()
	what := fmt.Sprintf("drive %d, student %d: register answered %d at %v", d.id, s.id, answer.status, answer.begin)
	switch {
	case answer.outcome == unknown:
		r.perhaps(d, s, in, answer)
	case answer.status == http.StatusCreated:
		if answer.begin > d.stopped {
			r.violation("%s, after the stop was acknowledged at %v", what, d.stopped)
		}
		if !d.selected[s.id] {
			r.violation("%s, and the student is not selected", what)
		}
		r.observe(d, s, out, in, answer, what)
	case answer.status == http.StatusOK:
		r.observe(d, s, in, in, answer, what)
	case answer.status == http.StatusForbidden:
		if d.selected[s.id] && d.opened { // a drive may be stopped before its job has selected anybody
			r.violation("%s, and the student is selected: %s", what, answer.body)
		}
	case answer.status == http.StatusConflict:
		if answer.end < d.stopBegan {
			r.violation("%s, and nobody has stopped it: %s", what, answer.body)
		}
	case answer.outcome != unsent:
		r.violation("%s: %s", what, answer.body)
	}
}

func (r *run) withdraw(ctx context.Context, c *caller, d *drive, s *student) {
	answer := c.call(ctx, "withdraw", s.token, http.MethodDelete, fmt.Sprintf("/registrations/%d", d.id), "", nil)
	d.mu.Lock()
	defer d.mu.Unlock()
	what := fmt.Sprintf("drive %d, student %d: withdraw answered %d at %v", d.id, s.id, answer.status, answer.begin)
	switch {
	case answer.outcome == unknown:
		r.perhaps(d, s, out, answer)
	case answer.status == http.StatusNoContent:
		if answer.begin > d.stopped {
			r.violation("%s, after the stop was acknowledged at %v", what, d.stopped)
		}
		r.observe(d, s, in, out, answer, what)
	case answer.status == http.StatusNotFound:
		r.observe(d, s, out, out, answer, what)
	case answer.status == http.StatusConflict:
		if answer.end < d.stopBegan {
			r.violation("%s, and nobody has stopped it: %s", what, answer.body)
		}
	case answer.outcome != unsent:
		r.violation("%s: %s", what, answer.body)
	}
}

// look asks for the office's list, from whatever process and server: it has to show what the student has just been told.
func (r *run) look(ctx context.Context, c *caller, d *drive, s *student) {
	answer := c.get(ctx, "look into the list", r.coordinator.token, fmt.Sprintf("/registrations/%d/list", d.id))
	var listed []struct {
		ID int64 `json:"student_id"`
	}
	if answer.outcome != acknowledged || answer.into(&listed) != nil {
		return
	}
	value := out
	for _, registered := range listed {
		if registered.ID == s.id {
			value = in
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	r.observe(d, s, value, value, answer, fmt.Sprintf("drive %d, student %d: the list asked for at %v", d.id, s.id, answer.begin))
}

// perhaps notes a request whose answer was lost. One that began after an acknowledged stop cannot have changed anything.
func (r *run) perhaps(d *drive, s *student, value string, answer reply) {
	if answer.begin < d.stopped {
		line(d.registrations, s.id, out).add(value, answer.begin, answer.end, false)
	}
}

// observe notes what an answer says: that a student was registered or not before, and is now.
func (r *run) observe(d *drive, s *student, before, now string, answer reply, what string) {
	l := line(d.registrations, s.id, out)
	if !l.can(before, answer.end, r.fence) {
		r.violation("%s: the student was taken to be %s, which contradicts acknowledged requests: %+v", what, before, l.changes)
	}
	l.add(now, answer.begin, answer.end, true)
}
