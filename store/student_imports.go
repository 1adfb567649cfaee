package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"placeops/store/dbsqlc"
)

// StudentImport is one uploaded student file and how far its job is.
type StudentImport = dbsqlc.StudentImport

// CreateStudentImport notes an uploaded file; SetStudentImportJob adds the job that works it, in the same transaction.
func CreateStudentImport(ctx context.Context, tx DBTX, requestedBy int64, fileKey string, dryRun bool) (int64, error) {
	return queries(tx).CreateStudentImport(ctx, dbsqlc.CreateStudentImportParams{
		RequestedBy: requestedBy, FileKey: fileKey, DryRun: dryRun,
	})
}

// SetStudentImportJob notes which job works an import.
func SetStudentImportJob(ctx context.Context, tx DBTX, importID, jobID int64) error {
	return queries(tx).SetStudentImportJob(ctx, dbsqlc.SetStudentImportJobParams{ImportID: importID, JobID: &jobID})
}

// StudentImportByID reads an import, or NotFound.
func StudentImportByID(ctx context.Context, db DBTX, importID int64) (StudentImport, error) {
	row, err := queries(db).StudentImportByID(ctx, importID)
	return one(row, err, "import")
}

// StudentImportByJob reads the import that a job works, or NotFound.
func StudentImportByJob(ctx context.Context, db DBTX, jobID int64) (StudentImport, error) {
	row, err := queries(db).StudentImportByJob(ctx, jobID)
	return one(row, err, "import")
}

// SetStudentImportProgress notes how many of the file's rows are done.
func SetStudentImportProgress(ctx context.Context, db DBTX, importID int64, done, total int32) error {
	return queries(db).SetStudentImportProgress(ctx, dbsqlc.SetStudentImportProgressParams{
		ImportID: importID, Done: done, Total: total,
	})
}

// TakeCodes lets the list of one-time codes be fetched once; it is Gone afterwards.
func TakeCodes(ctx context.Context, tx DBTX, importID int64) error {
	_, err := queries(tx).TakeCodes(ctx, importID)
	if errors.Is(err, pgx.ErrNoRows) {
		return TakenCodes()
	}
	return err
}

// TakenCodes is the refusal to give the list of codes a second time.
func TakenCodes() error {
	return Errorf(Gone, "the list of codes can be fetched once; give a student a new code with PATCH /users/{id}")
}

// AccountWithoutCode is a new account that nobody can open yet.
type AccountWithoutCode = dbsqlc.AccountsWithoutCodeRow

// AccountsWithoutCode returns the accounts that an import created and that have neither code nor password, locked.
func AccountsWithoutCode(ctx context.Context, tx DBTX, importID int64) ([]AccountWithoutCode, error) {
	return queries(tx).AccountsWithoutCode(ctx, importID)
}

// SetCodes stores the hash of one one-time code for each of the accounts.
func SetCodes(ctx context.Context, tx DBTX, userIDs []int64, codeHashes [][]byte) error {
	return queries(tx).SetCodes(ctx, dbsqlc.SetCodesParams{UserIds: userIDs, CodeHashes: codeHashes})
}

// HasAccountsWithoutCode tells whether AccountsWithoutCode would return any.
func HasAccountsWithoutCode(ctx context.Context, db DBTX, importID int64) (bool, error) {
	return queries(db).HasAccountsWithoutCode(ctx, importID)
}

// StudentImportsWithFile returns the imports whose files nobody has removed yet.
func StudentImportsWithFile(ctx context.Context, db DBTX) ([]StudentImport, error) {
	return queries(db).StudentImportsWithFile(ctx)
}

// ForgetStudentImportFile notes that the file of an import has been removed.
func ForgetStudentImportFile(ctx context.Context, db DBTX, importID int64) error {
	return queries(db).ForgetStudentImportFile(ctx, importID)
}
