package jobs

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"placeops/store"
)

// RefreshMaterializedViewsArgs asks to bring the figures of the analytics routes up to date.
type RefreshMaterializedViewsArgs struct {
	RequestedBy int64 `json:"requested_by,omitempty"` // 0: the clock
}

// Kind names the job.
func (RefreshMaterializedViewsArgs) Kind() string { return "refresh-materialized-views" }

// RefreshResult is what a refresh leaves as its result: false when another one had done the work meanwhile.
type RefreshResult struct {
	Refreshed bool `json:"refreshed"`
}

// periodicRefresh refreshes when a process begins to lead the others, and from then on by the schedule. While one of its
// jobs is waiting or at work it adds no other. What a person asks for is not held back like that: it has to see what was
// changed a moment ago.
func periodicRefresh(schedule river.PeriodicSchedule) *river.PeriodicJob {
	args := RefreshMaterializedViewsArgs{}
	opts := river.InsertOpts{UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable,
		rivertype.JobStateScheduled,
	}}}
	return river.NewPeriodicJob(schedule, func() (river.JobArgs, *river.InsertOpts) { return args, &opts },
		&river.PeriodicJobOpts{ID: args.Kind(), RunOnStart: true})
}

type refreshMaterializedViewsWorker struct {
	river.WorkerDefaults[RefreshMaterializedViewsArgs]
	deps Deps
}

func (w *refreshMaterializedViewsWorker) Work(ctx context.Context, job *river.Job[RefreshMaterializedViewsArgs]) error {
	return store.InTx(ctx, w.deps.Pool, func(tx pgx.Tx) error {
		refreshed, err := store.RefreshAnalytics(ctx, tx, job.CreatedAt)
		if err != nil {
			return err
		}
		if err := river.RecordOutput(ctx, RefreshResult{Refreshed: refreshed}); err != nil {
			return err
		}
		_, err = river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		return err
	})
}
