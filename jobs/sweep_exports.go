package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"placeops/store"
	"placeops/uploads"
)

// SweepExportsArgs asks to remove the files that nobody may fetch any more, or that nothing refers to.
type SweepExportsArgs struct{}

// Kind names the job.
func (SweepExportsArgs) Kind() string { return "sweep-exports" }

// InsertOpts lets one sweep wait or run at a time.
func (SweepExportsArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable,
		rivertype.JobStateScheduled,
	}}}
}

// periodicSweep sweeps when a process begins to lead the others, and from then on every so often. One of them does, not each.
func periodicSweep(every time.Duration) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every),
		func() (river.JobArgs, *river.InsertOpts) { return SweepExportsArgs{}, nil },
		&river.PeriodicJobOpts{ID: SweepExportsArgs{}.Kind(), RunOnStart: true})
}

const (
	sweepTimeout = 4 * time.Minute
	sweepPage    = 500
	// orphanedAfter is how old a file must be to be taken for one that nothing will ever refer to: between storing a file
	// and committing its key there are minutes at most.
	orphanedAfter = 24 * time.Hour
)

// SweepResult is what a sweep leaves as its result.
type SweepResult struct {
	Expired  int `json:"expired"`
	Orphaned int `json:"orphaned"`
}

type sweepExportsWorker struct {
	river.WorkerDefaults[SweepExportsArgs]
	deps Deps
}

func (w *sweepExportsWorker) Timeout(*river.Job[SweepExportsArgs]) time.Duration { return sweepTimeout }

func (w *sweepExportsWorker) Work(ctx context.Context, job *river.Job[SweepExportsArgs]) error {
	var result SweepResult
	err := errors.Join(w.removeExpired(ctx, &result), w.removeOrphans(ctx, &result), store.ForgetOldExports(ctx, w.deps.Pool))
	if err != nil {
		return err
	}
	return store.InTx(ctx, w.deps.Pool, func(tx pgx.Tx) error {
		if err := river.RecordOutput(ctx, result); err != nil {
			return err
		}
		_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		return err
	})
}

func (w *sweepExportsWorker) removeExpired(ctx context.Context, result *SweepResult) error {
	for {
		exports, err := store.ExpiredExports(ctx, w.deps.Pool, sweepPage)
		if err != nil || len(exports) == 0 {
			return err
		}
		for _, export := range exports {
			if err := removeExportFile(ctx, w.deps, export.ExportID, export.FileKey); err != nil {
				return err
			}
			result.Expired++
		}
	}
}

// removeExportFile removes the file first: cut off in between, it is simply done again.
func removeExportFile(ctx context.Context, deps Deps, exportID int64, key string) error {
	if err := deps.Uploads.Delete(ctx, key); err != nil {
		return err
	}
	return store.ForgetExportFile(ctx, deps.Pool, exportID, key)
}

// removeOrphans leaves alone what is older than this database: started on another, empty one by mistake, placeops must
// not clear the files of the right one.
func (w *sweepExportsWorker) removeOrphans(ctx context.Context, result *SweepResult) error {
	since, ok, err := store.InstalledSince(ctx, w.deps.Pool)
	if err != nil || !ok {
		return err
	}
	old := uploads.Period{From: since, To: time.Now().Add(-orphanedAfter)}
	return w.deps.Uploads.StoredWithin(ctx, old, sweepPage, func(keys []string) error {
		orphans, err := store.FilesWithoutOwner(ctx, w.deps.Pool, keys)
		if err != nil {
			return err
		}
		for _, key := range orphans {
			if err := w.deps.Uploads.Delete(ctx, key); err != nil {
				return err
			}
			result.Orphaned++
			w.deps.Logger.InfoContext(ctx, "a file that nothing refers to was removed", "key", key)
		}
		return nil
	})
}
