package jobs

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"placeops/store"
	"placeops/uploads"
)

// ExportRegistrationsArgs asks to write the registrations of a drive into a CSV file.
type ExportRegistrationsArgs struct {
	ExportID    int64 `json:"export_id"`
	RequestedBy int64 `json:"requested_by"`
}

// Kind names the job.
func (ExportRegistrationsArgs) Kind() string { return "export-registrations-csv" }

// InsertOpts ends an export that keeps failing after some 20 minutes: somebody waits for the answer.
func (ExportRegistrationsArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 6} }

// DefaultExportTTL is how long an export can be fetched unless Deps say otherwise.
const DefaultExportTTL = 24 * time.Hour

// MaxExportTTL is the longest: as long as its job is known.
const MaxExportTTL = keepCompleted

const (
	exportTimeout = 3 * time.Minute
	maxExport     = 1 << 30 // bytes; some five million registrations
)

// ExportResult is what an export leaves as its result.
type ExportResult struct {
	Rows int32 `json:"rows"`
}

type exportRegistrationsWorker struct {
	river.WorkerDefaults[ExportRegistrationsArgs]
	deps Deps
}

func (w *exportRegistrationsWorker) Timeout(*river.Job[ExportRegistrationsArgs]) time.Duration {
	return exportTimeout
}

// Work makes the file, unless an earlier run has. An export that has expired is made anew.
func (w *exportRegistrationsWorker) Work(ctx context.Context, job *river.Job[ExportRegistrationsArgs]) error {
	export, err := store.ExportByID(ctx, w.deps.Pool, job.Args.ExportID)
	if store.IsKind(err, store.NotFound) {
		return river.JobCancel(err) // its drive was deleted
	}
	if err != nil {
		return err
	}
	if export.FileKey != nil && export.Expired {
		if err := removeExportFile(ctx, w.deps, export.ExportID, *export.FileKey); err != nil {
			return err
		}
		export.FileKey = nil
	}
	if export.FileKey != nil {
		return store.InTx(ctx, w.deps.Pool, func(tx pgx.Tx) error { return completeExport(ctx, tx, job, export.Done) })
	}
	key, rows, err := w.write(ctx, export)
	if err != nil {
		return err
	}
	return w.finish(ctx, job, key, rows)
}

// write stores the registrations as they are at this moment.
func (w *exportRegistrationsWorker) write(ctx context.Context, export store.Export) (key string, rows int32, err error) {
	err = w.deps.Reader.Read(ctx, func(db store.Source) error {
		return store.InTx(ctx, store.Snapshot{Pool: db}, func(tx pgx.Tx) error {
			key, rows, err = w.writeFrom(ctx, tx, export)
			return err
		})
	})
	return key, rows, err
}

func (w *exportRegistrationsWorker) writeFrom(ctx context.Context, tx pgx.Tx, export store.Export) (key string, rows int32, err error) {
	total, err := store.CountRegistrations(ctx, tx, export.DriveID)
	if err != nil {
		return "", 0, err
	}
	show := func(done int32) { w.showProgress(ctx, export.ExportID, done, int32(total)) } //nolint:gosec // students of one drive
	table := newRegistrationsCSV(ctx, tx, export.DriveID, zoneOf(w.deps), show)
	defer table.close()
	key, _, err = w.deps.Uploads.Save(ctx, uploads.Export, table, maxExport)
	return key, table.rows, err
}

// finish commits the file and the end of the job together. A file that was not committed is removed before the job ends in
// any other way; only when the commit itself fails nobody can know, and the file stays for the next run or the sweep.
func (w *exportRegistrationsWorker) finish(ctx context.Context, job *river.Job[ExportRegistrationsArgs], key string, rows int32) error {
	taken, committing := false, false
	err := store.InTx(ctx, w.deps.Pool, func(tx pgx.Tx) (err error) {
		if taken, err = store.FinishExport(ctx, tx, job.Args.ExportID, key, rows, exportTTL(w.deps)); err != nil || !taken {
			return err
		}
		if err := completeExport(ctx, tx, job, rows); err != nil {
			return err
		}
		committing = true
		return nil
	})
	if !committing {
		w.drop(ctx, key)
	}
	if taken || err != nil {
		return err
	}
	return w.Work(ctx, job) // another run has made the file, or the drive is gone: end as those do
}

func completeExport(ctx context.Context, tx pgx.Tx, job *river.Job[ExportRegistrationsArgs], rows int32) error {
	if err := river.RecordOutput(ctx, ExportResult{Rows: rows}); err != nil {
		return err
	}
	_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
	return err
}

const dropTimeout = 10 * time.Second

// drop removes a file that nothing refers to. What cannot be removed now, the sweep removes.
func (w *exportRegistrationsWorker) drop(ctx context.Context, key string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTimeout)
	defer cancel()
	if err := w.deps.Uploads.Delete(ctx, key); err != nil {
		w.deps.Logger.WarnContext(ctx, "the file of a failed export could not be removed", "error", err)
	}
}

// showProgress writes outside of the export's own transaction. The export does not depend on it.
func (w *exportRegistrationsWorker) showProgress(ctx context.Context, exportID int64, done, total int32) {
	if err := store.SetExportProgress(ctx, w.deps.Pool, exportID, done, total); err != nil {
		w.deps.Logger.WarnContext(ctx, "the progress of an export could not be shown", "export_id", exportID, "error", err)
	}
}

func exportTTL(deps Deps) time.Duration {
	if deps.ExportTTL > 0 {
		return deps.ExportTTL
	}
	return DefaultExportTTL
}

func zoneOf(deps Deps) *time.Location {
	if deps.Zone != nil {
		return deps.Zone
	}
	return time.UTC
}
