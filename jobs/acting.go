package jobs

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"placeops/store"
)

// acting tells the audit trail whose job makes a change: that of whoever asked for it. What the clock does, placeops does.
type acting struct{ river.MiddlewareDefaults }

// Work is called by the queue around every job.
func (*acting) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	var args struct {
		RequestedBy int64 `json:"requested_by"`
	}
	if job.Kind != (CloseRegistrationsArgs{}).Kind() {
		if err := json.Unmarshal(job.EncodedArgs, &args); err != nil {
			return err
		}
	}
	return work(store.WithActing(ctx, store.Acting{
		UserID: args.RequestedBy, Operation: job.Kind, RequestID: fmt.Sprintf("job-%d", job.ID),
	}))
}
