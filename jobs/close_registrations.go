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
// when the deadline moves, another one is scheduled and the old one finds nothing to do.
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
		if err == nil && deadlinePassed(drive, time.Now()) {
			if err := store.MoveDrive(ctx, tx, drive, store.Attending); err != nil {
				return err
			}
		}
		_, err = river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		return err
	})
}

func deadlinePassed(drive store.Drive, now time.Time) bool {
	deadline := drive.RegistrationDeadline
	return drive.Status == store.Posted && deadline != nil && !deadline.After(now)
}
