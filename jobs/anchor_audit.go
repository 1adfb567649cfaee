package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"placeops/store"
)

// AnchorAuditArgs asks to write the anchor of the audit trail into the log, which whoever can alter the database may not
// be able to reach.
type AnchorAuditArgs struct{}

// Kind names the job.
func (AnchorAuditArgs) Kind() string { return "anchor-audit" }

// periodicAnchor anchors when a process begins to lead the others, and from then on every so often.
func periodicAnchor(every time.Duration) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every),
		func() (river.JobArgs, *river.InsertOpts) { return AnchorAuditArgs{}, nil },
		&river.PeriodicJobOpts{ID: AnchorAuditArgs{}.Kind(), RunOnStart: true})
}

// sealPatience is how long it waits for whoever writes at the moment. What is not sealed then is in the next anchor.
const sealPatience = 5 * time.Second

type anchorAuditWorker struct {
	river.WorkerDefaults[AnchorAuditArgs]
	deps Deps
}

func (w *anchorAuditWorker) Work(ctx context.Context, _ *river.Job[AnchorAuditArgs]) error {
	sealing, cancel := context.WithTimeout(ctx, sealPatience)
	err := store.SealAudit(sealing, w.deps.Pool)
	cancel()
	if err != nil && sealing.Err() == nil {
		return err
	}
	anchor, err := store.AuditAnchor(ctx, w.deps.Pool)
	if err != nil || anchor == "" {
		return err
	}
	w.deps.Logger.InfoContext(ctx, "the audit trail is anchored", "anchor", anchor)
	return nil
}
