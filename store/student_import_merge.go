package store

import (
	"context"
	"errors"
	"io"

	"github.com/jackc/pgx/v5"

	"placeops/sql"
	"placeops/store/dbsqlc"
)

// An import goes through these steps, all in one transaction: CopySheetStudents, PlanStudentImport, StudentImportFaults,
// CountPlannedStudents, and MergePlannedStudents if there are no faults. Each is a fixed number of statements, however
// many rows there are.

// SheetStudent is one row of a file. Nil is an empty cell, or a column that the file does not have.
type SheetStudent = dbsqlc.SheetStudent

var sheetStudentColumns = []string{
	"line", "roll_number", "name", "email", "phone", "branch", "batch_year", "cgpa", "tenth_percent", "twelfth_percent",
	"diploma_percent", "active_backlogs", "cleared_backlogs", "gender", "gap_years",
}

// CopySheetStudents makes the import's temporary tables and streams the file's rows into them: those that next returns
// until io.EOF.
func CopySheetStudents(ctx context.Context, tx pgx.Tx, next func() (SheetStudent, error)) error {
	if _, err := tx.Exec(ctx, sql.StudentImport); err != nil {
		return err
	}
	values := make([]any, len(sheetStudentColumns))
	rows := pgx.CopyFromFunc(func() ([]any, error) {
		s, err := next()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		values = append(values[:0], s.Line, s.RollNumber, s.Name, s.Email, s.Phone, s.Branch, s.BatchYear, s.CGPA,
			s.TenthPercent, s.TwelfthPercent, s.DiplomaPercent, s.ActiveBacklogs, s.ClearedBacklogs, s.Gender, s.GapYears)
		return values, err
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"sheet_students"}, sheetStudentColumns, rows)
	return err
}

// PlanStudentImport works out what each of the copied rows would change, given the columns that the file has. Imports of
// other transactions wait from here until this one ends.
func PlanStudentImport(ctx context.Context, tx pgx.Tx, columns []string) error {
	if err := queries(tx).LockStudentImports(ctx); err != nil {
		return err
	}
	return queries(tx).PlanStudentImport(ctx, columns)
}

// StudentImportFault is what the database knows to be wrong with a row. Total is how many faults there are in all.
type StudentImportFault = dbsqlc.StudentImportFaultsRow

// StudentImportFaults returns the first faults of the planned rows, at most that many, in the order of their lines.
func StudentImportFaults(ctx context.Context, tx pgx.Tx, most int32) ([]StudentImportFault, error) {
	return queries(tx).StudentImportFaults(ctx, most)
}

// PlannedStudents counts what MergePlannedStudents does to the students of a file.
type PlannedStudents = dbsqlc.CountPlannedStudentsRow

// CountPlannedStudents counts the plan.
func CountPlannedStudents(ctx context.Context, tx pgx.Tx) (PlannedStudents, error) {
	return queries(tx).CountPlannedStudents(ctx)
}

// MergePlannedStudents writes the plan: what differs of the students there are, then the new ones, whose one-time codes
// belong to that import. Students are locked before their accounts, in the order that everybody else has.
func MergePlannedStudents(ctx context.Context, tx pgx.Tx, importID int64) error {
	q := queries(tx)
	for _, step := range []func(context.Context) error{
		q.UpdatePlannedStudents, q.VacatePlannedEmails, q.UpdatePlannedAccounts,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return q.CreatePlannedStudents(ctx, importID)
}
