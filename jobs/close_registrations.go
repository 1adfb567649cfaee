package jobs

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"placeops/store"
)

// CloseRegistrationsArgs asks to close a drive's registrations when its deadline passes. It is scheduled for the deadline;
// when the deadline moves, another one is scheduled, and one that comes too early waits.
type CloseRegistrationsArgs struct {
	DriveID     int64 `json:"drive_id"`
	RequestedBy int64 `json:"requested_by"`
}

// Kind names the job.
func (CloseRegistrationsArgs) Kind() string { return "close-registrations" }

type closeRegistrationsWorker struct {
	river.WorkerDefaults[CloseRegistrationsArgs]
	deps Deps
}

func (w *closeRegistrationsWorker) Work(ctx context.Context, job *river.Job[CloseRegistrationsArgs]) error {
	return store.InTx(ctx, w.deps.Pool, func(tx pgx.Tx) error {
		drive, err := store.LockDrive(ctx, tx, job.Args.DriveID)
		if err != nil && !store.IsKind(err, store.NotFound) {
			return err
		}
		if err == nil && drive.Status == store.Posted && drive.RegistrationDeadline != nil {
			// Too early: the deadline has moved, or the clock of whoever released the job is ahead of this one's.
			if left := time.Until(*drive.RegistrationDeadline); left > 0 {
				return river.JobSnooze(left)
			}
			if err := store.MoveDrive(ctx, tx, drive, store.Attending); err != nil {
				return err
			}
		}
		_, err = river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		return err
	})
}
