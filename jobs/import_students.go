package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
)

// ImportStudentsArgs asks to bring an uploaded sheet of students into the database.
type ImportStudentsArgs struct {
	ImportID    int64 `json:"import_id"`
	RequestedBy int64 `json:"requested_by"`
}

// Kind names the job.
func (ImportStudentsArgs) Kind() string { return "import-students" }

// InsertOpts puts imports into their own queue.
func (ImportStudentsArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: importQueue} }

const importTimeout = 4 * time.Minute

type importStudentsWorker struct {
	river.WorkerDefaults[ImportStudentsArgs]
	deps Deps
}

func (w *importStudentsWorker) Timeout(*river.Job[ImportStudentsArgs]) time.Duration {
	return importTimeout
}

func (w *importStudentsWorker) Work(ctx context.Context, job *river.Job[ImportStudentsArgs]) error {
	return errors.New("in work")
}
