package jobs

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"placeops/eligibility"
	"placeops/store"
)

// FilterResult is what a job that stores eligible students leaves as its result.
type FilterResult struct {
	Eligible       int64 `json:"eligible"`
	Selected       int64 `json:"selected"`
	Added          int64 `json:"added"`
	Removed        int64 `json:"removed"`
	KeptRegistered int64 `json:"kept_registered"`
}

// refilter locks a drive, stores its eligible students, does what then is left to do, and completes the job, all in one
// transaction: a crash leaves all or nothing. A drive that is gone, or does not want it by now, is left alone.
func refilter[A river.JobArgs](ctx context.Context, deps Deps, job *river.Job[A], driveID int64,
	wanted func(tx pgx.Tx, drive store.Drive) (bool, error), then func(tx pgx.Tx, drive store.Drive) error,
) error {
	var stored eligibility.Stored
	err := store.InTx(ctx, deps.Pool, func(tx pgx.Tx) error {
		drive, err := store.LockDrive(ctx, tx, driveID)
		if err != nil && !store.IsKind(err, store.NotFound) {
			return err
		}
		needed := err == nil
		if needed {
			if needed, err = wanted(tx, drive); err != nil {
				return err
			}
		}
		if needed {
			stored, err = eligibility.Store(ctx, tx, driveID, eligibility.Of(drive), drive.AutoPublished)
			if err != nil {
				return err
			}
			if err := then(tx, drive); err != nil {
				return err
			}
			if err := TellSelected(ctx, river.ClientFromContext[pgx.Tx](ctx), tx, drive, deps.Mail != nil); err != nil {
				return err
			}
			if err := river.RecordOutput(ctx, FilterResult(stored)); err != nil {
				return err
			}
		}
		_, err = river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		return err
	})
	if err == nil {
		tellPlanner(ctx, deps, stored.Added, "drive_students")
	}
	return err
}

// mayStillChange tells whether who is eligible for a drive may still change.
func mayStillChange(drive store.Drive) bool {
	return drive.Status == store.Pending || drive.Status == store.Posted
}
