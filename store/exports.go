package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/store/dbsqlc"
)

// Export is a drive's registrations on their way into a file, and that file.
type Export struct {
	dbsqlc.Export
	Expired bool // its file may not be fetched any more
}

// NewExport is what CreateExport stores.
type NewExport = dbsqlc.CreateExportParams

// CreateExport notes an export; SetExportJob adds the job that makes it, in the same transaction.
func CreateExport(ctx context.Context, tx DBTX, export NewExport) (exportID int64, err error) {
	return queries(tx).CreateExport(ctx, export)
}

// SetExportJob notes which job makes an export.
func SetExportJob(ctx context.Context, tx DBTX, exportID, jobID int64) error {
	return queries(tx).SetExportJob(ctx, dbsqlc.SetExportJobParams{ExportID: exportID, JobID: &jobID})
}

// ExportByID reads an export, or NotFound.
func ExportByID(ctx context.Context, db DBTX, exportID int64) (Export, error) {
	row, err := queries(db).ExportByID(ctx, exportID)
	return one(Export{row.Export, row.Expired}, err, "export")
}

// ExportByJob reads the export that a job makes, or NotFound.
func ExportByJob(ctx context.Context, db DBTX, jobID int64) (Export, error) {
	row, err := queries(db).ExportByJob(ctx, jobID)
	return one(Export{row.Export, row.Expired}, err, "export")
}

// SetExportProgress notes how many of the drive's registrations are written.
func SetExportProgress(ctx context.Context, db DBTX, exportID int64, done, total int32) error {
	return queries(db).SetExportProgress(ctx, dbsqlc.SetExportProgressParams{ExportID: exportID, Done: done, Total: total})
}

// FinishExport gives an export its file of that many rows, for keep. Ok is false when it has one already, or is gone.
func FinishExport(ctx context.Context, tx DBTX, exportID int64, fileKey string, rows int32, keep time.Duration) (ok bool, err error) {
	changed, err := queries(tx).FinishExport(ctx, dbsqlc.FinishExportParams{
		ExportID: exportID, FileKey: fileKey, Done: rows, KeepSeconds: keep.Seconds(),
	})
	return changed > 0, err
}

// ExpiredExport is an export whose file is to be removed.
type ExpiredExport = dbsqlc.ExpiredExportsRow

// ExpiredExports returns at most limit of them, the oldest first.
func ExpiredExports(ctx context.Context, db DBTX, limit int32) ([]ExpiredExport, error) {
	return queries(db).ExpiredExports(ctx, limit)
}

// ForgetExportFile notes that the file of an export has been removed.
func ForgetExportFile(ctx context.Context, db DBTX, exportID int64, fileKey string) error {
	return queries(db).ForgetExportFile(ctx, dbsqlc.ForgetExportFileParams{ExportID: exportID, FileKey: fileKey})
}

// ForgetOldExports removes what is known of exports whose files and jobs are long gone.
func ForgetOldExports(ctx context.Context, db DBTX) error { return queries(db).ForgetOldExports(ctx) }

// FilesWithoutOwner returns those of the keys that nothing in the database refers to.
func FilesWithoutOwner(ctx context.Context, db DBTX, keys []string) ([]string, error) {
	return queries(db).FilesWithoutOwner(ctx, keys)
}

// InstalledSince is when the first account was made, and so the earliest that a file can belong to this database. Ok is
// false while there is no account.
func InstalledSince(ctx context.Context, db DBTX) (since time.Time, ok bool, err error) {
	since, err = queries(db).InstalledSince(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return since, err == nil, err
}

// Snapshot is a Beginner whose transactions only read, and see the database as it was when they began.
type Snapshot struct{ Pool Source }

// Begin begins such a transaction.
func (s Snapshot) Begin(ctx context.Context) (pgx.Tx, error) {
	return s.Pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
}
