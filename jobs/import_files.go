package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"placeops/store"
)

const removeFilesTimeout = 10 * time.Second

// removeFiles removes the file of an import that is over. So that none stays for ever, it also removes those of all other
// imports that ended without coming here: cancelled before they began, or cut off between commit and removal. What cannot
// be removed now is tried again after the next import.
func (w *importStudentsWorker) removeFiles(ctx context.Context, importID int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeFilesTimeout)
	defer cancel()
	imports, err := store.StudentImportsWithFile(ctx, w.deps.Pool)
	if err != nil {
		w.deps.Logger.WarnContext(ctx, "files of imports could not be looked up", "error", err)
	}
	for _, imported := range imports {
		if imported.ImportID != importID && !isOver(ctx, imported.JobID) {
			continue
		}
		err := w.deps.Uploads.Delete(ctx, imported.FileKey)
		if err == nil {
			err = store.ForgetStudentImportFile(ctx, w.deps.Pool, imported.ImportID)
		}
		if err != nil {
			w.deps.Logger.WarnContext(ctx, "the file of an import could not be removed", "import_id", imported.ImportID, "error", err)
		}
	}
}

// isOver tells whether a job will not run again. One that is not known any more was over long ago.
func isOver(ctx context.Context, jobID *int64) bool {
	if jobID == nil {
		return true
	}
	row, err := river.ClientFromContext[pgx.Tx](ctx).JobGet(ctx, *jobID)
	if err != nil {
		return errors.Is(err, rivertype.ErrNotFound)
	}
	return row.FinalizedAt != nil
}

// isLastAttempt tells whether a job that failed with err is over.
func isLastAttempt(ctx context.Context, job *rivertype.JobRow, err error) bool {
	var cancelled *river.JobCancelError
	return job.Attempt >= job.MaxAttempts || errors.As(err, &cancelled) ||
		errors.Is(context.Cause(ctx), rivertype.ErrJobCancelledRemotely)
}
