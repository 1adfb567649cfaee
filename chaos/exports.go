package main

import (
	"context"
	"time"
)

// export is an acknowledged request for a CSV of a drive's registrations.
type export struct {
	drive      *drive
	job        int64
	begin, end moment // the request, and when its file was first seen to be there; never: not during the load
}

const (
	exportPause = 50 * time.Millisecond
	exportLooks = 40 // then the load goes on; the file is judged as one that came at the end
)

// export asks for a file and looks when it is there.
func (o *officer) export(ctx context.Context, d *drive) {
	answer := o.post(ctx, "export", o.token(), o.path("/registrations/%d/export", d), nil)
	if answer.outcome == refused {
		o.run.violation("drive %d: an export was refused: %s", d.id, answer.body)
	}
	var accepted struct {
		Job int64 `json:"job_id"`
	}
	if answer.outcome != acknowledged || answer.into(&accepted) != nil {
		return
	}
	e := &export{drive: d, job: accepted.Job, begin: answer.begin, end: never}
	o.run.mu.Lock()
	o.run.exports = append(o.run.exports, e)
	o.run.mu.Unlock()
	for range exportLooks {
		var job jobBody
		if answer := o.get(ctx, "read job", o.token(), jobPath(e.job, "")); answer.outcome == acknowledged && answer.into(&job) == nil &&
			job.State == "completed" {
			e.end = answer.end
			return
		}
		wait(ctx, exportPause)
	}
}
