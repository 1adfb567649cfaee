package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	openFor        = 2500 * time.Millisecond // at most
	selectionPause = 30 * time.Millisecond
)

// runDrives takes one drive after the other through its life.
func (r *run) runDrives(ctx context.Context, number int) {
	o := &officer{run: r, caller: r.newCaller(officerNumber + uint64(number)), number: number} //nolint:gosec // small
	for ctx.Err() == nil {
		if d := o.create(ctx); d != nil {
			o.lead(ctx, d)
		}
	}
}

// officer is one coordinator. Each drive has one.
type officer struct {
	run *run
	*caller
	number, created int
}

func (o *officer) token() string { return o.run.coordinator.token }

func (o *officer) path(format string, d *drive) string { return fmt.Sprintf(format, d.id) }

// send is a POST, ready to be repeated.
func (o *officer) send(kind, path string, body any) func(context.Context) reply {
	return func(ctx context.Context) reply { return o.post(ctx, kind, o.token(), path, body) }
}

// create makes a drive; nil if nobody knows whether it was made, or it was refused as it should be.
func (o *officer) create(ctx context.Context) *drive {
	o.created++
	name := fmt.Sprintf("Company %d-%d", o.number, o.created)
	fields := map[string]any{"company_name": name, "job_title": "Trainee"}
	choosy, faulty := o.oneIn(2), o.oneIn(10)
	if choosy {
		fields["min_cgpa"] = 7.5
	}
	if faulty {
		fields["min_cgpa"] = 11
	}
	answer := o.post(ctx, "create drive", o.token(), "/drives", fields)
	o.run.mu.Lock()
	defer o.run.mu.Unlock()
	switch {
	case faulty || answer.outcome == unsent:
		o.run.names[name] = least{0, 0}
	case answer.outcome == unknown:
		o.run.names[name] = least{0, 1}
	case answer.outcome == acknowledged:
		o.run.names[name] = least{1, 1}
		var made struct {
			ID int64 `json:"drive_id"`
		}
		if answer.into(&made) != nil {
			return nil
		}
		d := newDrive(made.ID, name)
		for _, s := range o.run.students {
			if s.good || !choosy {
				d.selected[s.id] = true
			}
		}
		o.run.drives = append(o.run.drives, d)
		return d
	}
	return nil
}

// lead takes a drive from its creation to its end.
func (o *officer) lead(ctx context.Context, d *drive) {
	if o.oneIn(3) {
		o.refilter(ctx, d)
	}
	if !o.publish(ctx, d) {
		return
	}
	if !o.oneIn(8) && !o.keepOpen(ctx, d) { // else the stop may come before the job of the publish
		return
	}
	if o.stop(ctx, d) && o.oneIn(2) {
		o.export(ctx, d)
	}
	if len(d.atStop) > 0 && o.mark(ctx, d) {
		o.finish(ctx, d)
	}
}

// keepOpen lets students come and go for a while.
func (o *officer) keepOpen(ctx context.Context, d *drive) bool {
	if !o.awaitSelection(ctx, d) {
		return false
	}
	for range 1 + o.rng.IntN(3) {
		wait(ctx, o.upTo(openFor/3))
		switch o.rng.IntN(3) {
		case 0:
			o.refilter(ctx, d)
		default:
			o.export(ctx, d)
		}
	}
	return true
}

// refilter stores the eligible students again, in the request or in a job. It changes nothing, for the criteria stay.
func (o *officer) refilter(ctx context.Context, d *drive) {
	if o.oneIn(2) {
		o.post(ctx, "re-filter", o.token(), o.path("/eligibility/%d/filter", d), nil)
		return
	}
	o.post(ctx, "re-filter by job", o.run.head.token, o.path("/drives/%d/trigger-eligibility", d), nil)
}

// publish opens a drive to everybody eligible or to some.
func (o *officer) publish(ctx context.Context, d *drive) bool {
	kind, body := "publish", map[string]any(nil)
	if o.oneIn(3) {
		kind = "publish to hand-picked"
		body = map[string]any{"selected_students": o.handPick(d)}
	}
	if o.oneIn(8) { // nobody has this id, so nothing may change
		bad := map[string]any{"selected_students": []int64{1 << 40}}
		if r := o.post(ctx, "publish to nobody", o.token(), o.path("/drives/%d/publish", d), bad); r.outcome == acknowledged {
			o.run.violation("drive %d: published to a student who does not exist", d.id)
		}
	}
	return o.move(ctx, d, "posted", o.send(kind, o.path("/drives/%d/publish", d), body))
}

func (o *officer) handPick(d *drive) (picked []int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range o.run.students {
		switch {
		case d.selected[s.id] && (len(picked) == 0 || !o.oneIn(3)):
			picked = append(picked, s.id)
		default:
			delete(d.selected, s.id)
		}
	}
	return picked
}

// move insists on a change of state. A conflict is fine only where an earlier try, whose answer was lost, may have made it.
func (o *officer) move(ctx context.Context, d *drive, state string, send func(context.Context) reply) bool {
	d.attempt(state)
	answer, tried, ok := o.insist(ctx, send)
	switch {
	case !ok:
		return false
	case answer.outcome == acknowledged, answer.status == http.StatusConflict && tried > 0:
		d.reached(state)
		return true
	}
	o.run.violation("drive %d: the move to %s was refused: %s", d.id, state, answer.body)
	return false
}

// awaitSelection waits until the job of the publish has selected everybody.
func (o *officer) awaitSelection(ctx context.Context, d *drive) bool {
	for ctx.Err() == nil {
		answer := o.get(ctx, "list eligible", o.token(), o.path("/eligibility/%d/list", d))
		var listed []struct {
			ID       int64 `json:"student_id"`
			Selected bool  `json:"selected"`
		}
		if answer.outcome == acknowledged && answer.into(&listed) == nil {
			found := 0
			for _, s := range listed {
				if s.Selected && d.selected[s.ID] {
					found++
				}
			}
			if found == len(d.selected) {
				d.mu.Lock()
				d.opened = true
				d.mu.Unlock()
				return true
			}
		}
		wait(ctx, selectionPause)
	}
	return false
}

// stop closes registrations, and asks who has got in.
func (o *officer) stop(ctx context.Context, d *drive) bool {
	d.mu.Lock()
	d.stopBegan = o.run.clock()
	d.mu.Unlock()
	if !o.move(ctx, d, "attending", o.send("stop registrations", o.path("/drives/%d/stop-registrations", d), nil)) {
		return false
	}
	d.mu.Lock()
	d.stopped = o.run.clock()
	d.mu.Unlock()
	answer, _, ok := o.insist(ctx, func(ctx context.Context) reply {
		return o.get(ctx, "list registrations", o.token(), o.path("/registrations/%d/list", d))
	})
	var listed []struct {
		ID int64 `json:"student_id"`
	}
	if !ok || answer.into(&listed) != nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.atStop = []int64{}
	for _, s := range listed {
		d.atStop = append(d.atStop, s.ID)
	}
	slices.Sort(d.atStop)
	return true
}
