package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// BaseBackupArgs asks for a base backup of placeops's own PostgreSQL.
type BaseBackupArgs struct {
	// First asks for one only where the archive has none that leads to what is now.
	First bool `json:"first,omitempty"`
}

// Kind names the job.
func (BaseBackupArgs) Kind() string { return "base-backup" }

// InsertOpts lets one base backup wait or run at a time. An archive that is away for some hours is waited for.
func (BaseBackupArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 10, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable,
		rivertype.JobStateScheduled,
	}}}
}

// BaseBackupResult is what a base backup leaves as its result.
type BaseBackupResult struct {
	Base       string    `json:"base"` // "": there was one
	Size       int64     `json:"size"` // bytes
	FinishedAt time.Time `json:"finished_at"`
	Removed    []string  `json:"removed"` // older ones
}

func periodicBaseBackup(schedule river.PeriodicSchedule) *river.PeriodicJob {
	return river.NewPeriodicJob(schedule, func() (river.JobArgs, *river.InsertOpts) { return BaseBackupArgs{}, nil },
		&river.PeriodicJobOpts{ID: BaseBackupArgs{}.Kind()})
}

// errNoArchive is for a job from when there was one.
var errNoArchive = errors.New("this process has no PLACEOPS_ARCHIVE")

type baseBackupWorker struct {
	river.WorkerDefaults[BaseBackupArgs]
	deps Deps
}

func (w *baseBackupWorker) Timeout(*river.Job[BaseBackupArgs]) time.Duration { return backupTimeout }

func (w *baseBackupWorker) Work(ctx context.Context, job *river.Job[BaseBackupArgs]) error {
	if w.deps.BaseBackup == nil {
		return river.JobCancel(errNoArchive)
	}
	result, err := w.deps.BaseBackup(ctx, job.Args)
	if err != nil {
		return err
	}
	if result.Base != "" {
		w.deps.Logger.InfoContext(ctx, "a base backup was taken", "base", result.Base, "bytes", result.Size, "removed", len(result.Removed))
	}
	return river.RecordOutput(ctx, result)
}
