package dbsqlc

import (
	"context"
	"errors"
	"iter"

	"github.com/jackc/pgx/v5"
)

// The functions of this file are written by hand beside the generated ones: the same queries, row by row instead of all at
// once. The loop holds a connection, so its body must not wait for people.

// EachAttendanceOfDrive is AttendanceOfDrive, row by row.
func (q *Queries) EachAttendanceOfDrive(ctx context.Context, arg AttendanceOfDriveParams) iter.Seq2[AttendanceOfDriveRow, error] {
	return each(ctx, q.db, attendanceOfDrive, []any{arg.DriveID, arg.AfterRoll, arg.RowLimit}, func(i *AttendanceOfDriveRow) []any {
		return []any{
			&i.AttendanceID, &i.DriveID, &i.StudentID, &i.Name, &i.Email, &i.RollNumber, &i.Branch, &i.BatchYear, &i.CGPA,
			&i.RegisteredAt, &i.Status, &i.MarkedAt,
		}
	})
}

// EachRegistrationOfDrive is RegistrationsOfDrive, row by row.
func (q *Queries) EachRegistrationOfDrive(ctx context.Context, arg RegistrationsOfDriveParams) iter.Seq2[RegistrationsOfDriveRow, error] {
	return each(ctx, q.db, registrationsOfDrive, []any{arg.DriveID, arg.AfterID, arg.RowLimit}, func(i *RegistrationsOfDriveRow) []any {
		return []any{
			&i.RegistrationID, &i.DriveID, &i.StudentID, &i.RegisteredAt, &i.Name, &i.Email, &i.RollNumber, &i.Branch,
			&i.BatchYear, &i.CGPA,
		}
	})
}

// EachAuditEntry is AuditEntries, row by row.
func (q *Queries) EachAuditEntry(ctx context.Context) iter.Seq2[AuditEntriesRow, error] {
	return each(ctx, q.db, auditEntries, nil, func(i *AuditEntriesRow) []any {
		return []any{
			&i.AuditID, &i.MadeAtUs, &i.Actor, &i.Operation, &i.RequestID, &i.DatabaseRole, &i.Entity, &i.Change,
			&i.DriveIds, &i.UserIds, &i.Before, &i.After,
		}
	})
}

var errUnwanted = errors.New("the rest of the rows is not wanted")

// each runs a query and yields its rows; columns are where the columns of a row go, in their order. The statement is planned
// for its arguments each time: the plan that PostgreSQL would keep for all of them expects a page of rows, and reads 100,000
// one by one.
func each[R any](ctx context.Context, db DBTX, sql string, args []any, columns func(*R) []any) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var row, empty R
		rows, err := db.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
		if err != nil {
			yield(empty, err)
			return
		}
		into := columns(&row)
		_, err = pgx.ForEachRow(rows, into, func() error {
			if !yield(row, nil) {
				return errUnwanted
			}
			row = empty // a pointer that was handed out is not written to again
			return nil
		})
		if err != nil && !errors.Is(err, errUnwanted) {
			yield(empty, err)
		}
	}
}

// PlannedAnew has each query of a list planned for its arguments, as each does.
type PlannedAnew struct{ DBTX }

// Query is DBTX's.
func (p PlannedAnew) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return p.DBTX.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
}
