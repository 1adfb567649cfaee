package store

import (
	"context"
	"encoding/json"
	"iter"
	"math"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/sql"
)

// AuditLine is a line of the audit trail: what one statement did to one drive, student or user.
type AuditLine struct {
	AuditID      int64     `db:"audit_id"` // the entry; its lines are numbered from 1
	Line         int64     `db:"line"`
	MadeAt       time.Time `db:"made_at"`
	ActorID      *int64    `db:"actor_id"` // nil: placeops itself, a command, or somebody at the database
	ActorName    *string   `db:"actor_name"`
	Operation    string    `db:"operation"`
	RequestID    string    `db:"request_id"`
	DatabaseRole string    `db:"database_role"`
	Entity       string    `db:"entity"`
	Change       string    `db:"change"`
	DriveID      *int64    `db:"drive_id"`
	CompanyName  *string   `db:"company_name"`
	UserID       *int64    `db:"user_id"`
	UserName     *string   `db:"user_name"`
	// Before and After hold what is told of a thing that was created or deleted, and what differs of one that was changed.
	Before map[string]json.RawMessage `db:"before"`
	After  map[string]json.RawMessage `db:"after"`
}

// AuditFilter narrows the audit trail; nil fields do not.
type AuditFilter struct {
	DriveID, UserID, ActorID *int64
	Entity, Operation        *string
	Since, Until             *time.Time // from, and before
}

// AuditPlace is where a page of the audit trail ends.
type AuditPlace struct{ AuditID, Line int64 }

// AuditLines returns at most limit lines of the audit trail, newest entry first, those after a place if given.
func AuditLines(ctx context.Context, db DBTX, filter AuditFilter, after *AuditPlace, limit int32) ([]AuditLine, error) {
	var lines []AuditLine
	for line, err := range auditLines(ctx, db, filter, after, limit) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// AuditSheet goes through all lines that a filter lets through, however many there are. The loop holds a connection, so its body
// must not wait for people.
func AuditSheet(ctx context.Context, db DBTX, filter AuditFilter) iter.Seq2[AuditLine, error] {
	return auditLines(ctx, db, filter, nil, math.MaxInt32)
}

func auditLines(ctx context.Context, db DBTX, filter AuditFilter, after *AuditPlace, limit int32) iter.Seq2[AuditLine, error] {
	args := pgx.NamedArgs{
		"drive_id": filter.DriveID, "user_id": filter.UserID, "actor_id": filter.ActorID, "entity": filter.Entity,
		"operation": filter.Operation, "since": filter.Since, "until": filter.Until,
		"before_id": (*int64)(nil), "before_line": int64(0), "row_limit": limit,
	}
	if after != nil {
		args["before_id"], args["before_line"] = after.AuditID, after.Line
	}
	return func(yield func(AuditLine, error) bool) {
		rows, err := db.Query(ctx, sql.AuditLines, pgx.QueryExecModeCacheDescribe, args)
		if err != nil {
			yield(AuditLine{}, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			line, err := pgx.RowToStructByName[AuditLine](rows)
			writeUTC(line.Before)
			writeUTC(line.After)
			line.dropUnchanged()
			if !yield(line, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(AuditLine{}, err)
		}
	}
}

// dropUnchanged leaves of a change what differs. Whole rows are kept because telling them apart would cost the writer more.
func (l *AuditLine) dropUnchanged() {
	if l.Before == nil || l.After == nil {
		return
	}
	for name, value := range l.Before {
		if string(value) == string(l.After[name]) {
			delete(l.Before, name)
			delete(l.After, name)
		}
	}
}

// utcMoment is a time as PostgreSQL writes it into JSON.
var utcMoment = regexp.MustCompile(`^"\d{4}-\d\d-\d\dT[\d:.]+\+00:00"$`)

// writeUTC makes times end in Z, as they do everywhere else.
func writeUTC(state map[string]json.RawMessage) {
	for name, value := range state {
		if utcMoment.Match(value) {
			state[name] = append(value[:len(value)-len(`+00:00"`):len(value)-len(`+00:00"`)], `Z"`...)
		}
	}
}

// AuditRestored records that what the database holds was restored from an archive.
func AuditRestored(ctx context.Context, tx DBTX, takenAt time.Time) error {
	return queries(tx).AuditRestored(ctx, takenAt)
}
