package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// BackupArgs asks to take a backup as the schedule wants it.
type BackupArgs struct{}

// Kind names the job.
func (BackupArgs) Kind() string { return "backup" }

// InsertOpts lets one backup wait or run at a time. What failed is tried again a few times, until the next one comes anyway.
func (BackupArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable,
		rivertype.JobStateScheduled,
	}}}
}

// BackupResult is what a backup leaves as its result.
type BackupResult struct {
	File    string    `json:"file"`
	Size    int64     `json:"size"` // bytes
	TakenAt time.Time `json:"taken_at"`
	Removed []string  `json:"removed"` // older ones
}

// backupTimeout is for the largest installations. River waits so long for one whose process has vanished; Heartbeats do not.
const backupTimeout = 4 * time.Hour

// periodicBackup is by the schedule alone: a start must not take a backup of what was just broken.
func periodicBackup(schedule river.PeriodicSchedule) *river.PeriodicJob {
	return river.NewPeriodicJob(schedule, func() (river.JobArgs, *river.InsertOpts) { return BackupArgs{}, nil },
		&river.PeriodicJobOpts{ID: BackupArgs{}.Kind()})
}

// errNoBackups is for a process that is set up differently from the one that asked.
var errNoBackups = errors.New("this process has no PLACEOPS_BACKUP_CRON: give all processes of an installation the same settings")

type backupWorker struct {
	river.WorkerDefaults[BackupArgs]
	deps Deps
}

func (w *backupWorker) Timeout(*river.Job[BackupArgs]) time.Duration { return backupTimeout }

func (w *backupWorker) Work(ctx context.Context, _ *river.Job[BackupArgs]) error {
	if w.deps.Backup == nil {
		return river.JobCancel(errNoBackups)
	}
	result, err := w.deps.Backup(ctx)
	if err != nil {
		return err
	}
	w.deps.Logger.InfoContext(ctx, "a backup was taken", "file", result.File, "bytes", result.Size, "removed", len(result.Removed))
	return river.RecordOutput(ctx, result)
}
