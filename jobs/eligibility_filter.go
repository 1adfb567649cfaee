package jobs

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"placeops/store"
)

// EligibilityFilterArgs asks to store again which students are eligible for a drive, after marks have changed.
type EligibilityFilterArgs struct {
	DriveID     int64 `json:"drive_id"`
	RequestedBy int64 `json:"requested_by"`
}

// Kind names the job.
func (EligibilityFilterArgs) Kind() string { return "eligibility-filter" }

type eligibilityFilterWorker struct {
	river.WorkerDefaults[EligibilityFilterArgs]
	deps Deps
}

// Work writes no notice: that of an open drive is for everybody selected, whenever they became so. A drive that has been closed
// since keeps what it has.
func (w *eligibilityFilterWorker) Work(ctx context.Context, job *river.Job[EligibilityFilterArgs]) error {
	wanted := func(_ pgx.Tx, drive store.Drive) (bool, error) { return mayStillChange(drive), nil }
	return refilter(ctx, w.deps, job, job.Args.DriveID, wanted, func(pgx.Tx, store.Drive) error { return nil })
}
