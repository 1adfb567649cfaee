package jobs

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"placeops/store"
)

// AutoPublishArgs asks to select the students of a drive that has just been published, and to tell people.
type AutoPublishArgs struct {
	DriveID     int64 `json:"drive_id"`
	RequestedBy int64 `json:"requested_by"`
}

// Kind names the job.
func (AutoPublishArgs) Kind() string { return "auto-publish" }

type autoPublishWorker struct {
	river.WorkerDefaults[AutoPublishArgs]
	deps Deps
}

// Work gives a publish its effect, once, also when registrations have been stopped since: the office has its counts, and those
// selected learn of it. Nobody is told of a drive that has been cancelled.
func (w *autoPublishWorker) Work(ctx context.Context, job *river.Job[AutoPublishArgs]) error {
	wanted := func(tx pgx.Tx, drive store.Drive) (bool, error) {
		if mayStillChange(drive) || drive.Status == store.Cancelled {
			return mayStillChange(drive), nil
		}
		told, err := store.PublicationIsTold(ctx, tx, drive.DriveID)
		return !told, err
	}
	return refilter(ctx, w.deps, job, job.Args.DriveID, wanted, func(tx pgx.Tx, drive store.Drive) error {
		return store.NoticeDrivePublished(ctx, tx, drive, job.Args.RequestedBy)
	})
}
