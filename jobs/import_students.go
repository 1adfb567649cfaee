package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"placeops/sheets"
	"placeops/store"
	"placeops/uploads"
)

// ImportStudentsArgs asks to bring an uploaded sheet of students into the database.
type ImportStudentsArgs struct {
	ImportID    int64 `json:"import_id"`
	RequestedBy int64 `json:"requested_by"`
}

// Kind names the job.
func (ImportStudentsArgs) Kind() string { return "import-students" }

// InsertOpts puts imports into their own queue. The importer waits for the answer, so an import that keeps failing ends
// after some 20 minutes and not, as River has it, after weeks.
func (ImportStudentsArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: importQueue, MaxAttempts: 6}
}

const importTimeout = 4 * time.Minute

// ImportResult is what an import leaves as its result. Unless OK, nothing has changed. Created, Updated and Unchanged
// count students: what happened, in a dry run what would happen, and 0 when not OK.
type ImportResult struct {
	OK         bool               `json:"ok"`
	DryRun     bool               `json:"dry_run"`
	Rows       int64              `json:"rows"`
	Created    int64              `json:"created"`
	Updated    int64              `json:"updated"`
	Unchanged  int64              `json:"unchanged"`
	ErrorCount int64              `json:"error_count"`
	Errors     []sheets.CellError `json:"errors"` // the first of them; line 0 is the file as a whole
}

type importStudentsWorker struct {
	river.WorkerDefaults[ImportStudentsArgs]
	deps Deps
}

func (w *importStudentsWorker) Timeout(*river.Job[ImportStudentsArgs]) time.Duration {
	return importTimeout
}

// Work imports, and removes the file once the job is over.
func (w *importStudentsWorker) Work(ctx context.Context, job *river.Job[ImportStudentsArgs]) error {
	err := w.importFile(ctx, job)
	if err == nil || isLastAttempt(ctx, job.JobRow, err) {
		w.removeFiles(ctx, job.Args.ImportID)
	}
	return err
}

func (w *importStudentsWorker) importFile(ctx context.Context, job *river.Job[ImportStudentsArgs]) error {
	imported, err := store.StudentImportByID(ctx, w.deps.Pool, job.Args.ImportID)
	if store.IsKind(err, store.NotFound) {
		return river.JobCancel(err)
	}
	if err != nil {
		return err
	}
	file, err := w.deps.Uploads.ToTempFile(ctx, imported.FileKey)
	if errors.Is(err, uploads.ErrNotFound) {
		return w.completeWithoutFile(ctx, job, imported.DryRun)
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // an unnamed file: closing removes it
	var created int64
	err = store.InTx(ctx, w.deps.Pool, func(tx pgx.Tx) error {
		result, err := w.importSheet(ctx, tx, imported, file)
		if err != nil {
			return err
		}
		if !result.DryRun {
			created = result.Created
		}
		return completeImport(ctx, tx, job, result)
	})
	if err == nil {
		tellPlanner(ctx, w.deps, created, "users", "students")
	}
	return err
}

// importSheet does the whole import in the caller's transaction, or finds out why it cannot be done.
func (w *importStudentsWorker) importSheet(ctx context.Context, tx pgx.Tx, imported store.StudentImport,
	file sheets.Source,
) (*ImportResult, error) {
	sheet := &studentSheet{progress: func(rows int64) { w.showProgress(ctx, imported, rows) }}
	if err := sheet.copyInto(ctx, tx, file); err != nil {
		return nil, err
	}
	if err := sheet.addDatabaseFaults(ctx, tx); err != nil {
		return nil, err
	}
	result := &ImportResult{
		DryRun: imported.DryRun, Rows: sheet.rows, ErrorCount: sheet.faultCount, Errors: sheet.firstFaults(),
	}
	if sheet.faultCount > 0 {
		return result, nil
	}
	planned, err := store.CountPlannedStudents(ctx, tx)
	if err != nil {
		return nil, err
	}
	result.OK, result.Created, result.Updated, result.Unchanged = true, planned.Created, planned.Updated, planned.Unchanged
	if imported.DryRun {
		return result, nil
	}
	return result, store.MergePlannedStudents(ctx, tx, imported.ImportID)
}

// completeWithoutFile ends a job that somebody runs again after it was over: with the result that it had, if any.
func (w *importStudentsWorker) completeWithoutFile(ctx context.Context, job *river.Job[ImportStudentsArgs], dryRun bool) error {
	var result any = &ImportResult{DryRun: dryRun, ErrorCount: 1, Errors: []sheets.CellError{
		{Message: "the file is no longer there; upload it again"},
	}}
	if before := job.Output(); len(before) > 0 {
		result = json.RawMessage(before)
	}
	return store.InTx(ctx, w.deps.Pool, func(tx pgx.Tx) error { return completeImport(ctx, tx, job, result) })
}

func completeImport(ctx context.Context, tx pgx.Tx, job *river.Job[ImportStudentsArgs], result any) error {
	if err := river.RecordOutput(ctx, result); err != nil {
		return err
	}
	_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
	return err
}

// showProgress writes outside of the import's transaction, where others can see it. The import does not depend on it.
func (w *importStudentsWorker) showProgress(ctx context.Context, imported store.StudentImport, rows int64) {
	done := int32(rows) //nolint:gosec // at most sheets.MaxRows
	err := store.SetStudentImportProgress(ctx, w.deps.Pool, imported.ImportID, done, max(done, imported.Total))
	if err != nil {
		w.deps.Logger.WarnContext(ctx, "the progress of an import could not be shown", "import_id", imported.ImportID, "error", err)
	}
}
