package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"placeops/sheets"
	"placeops/store"
)

// AuditFilter narrows the audit trail.
type AuditFilter struct {
	DriveID   int64  `query:"drive_id" minimum:"1" maximum:"9007199254740991" doc:"What was done to this drive."`
	UserID    int64  `query:"user_id" minimum:"1" maximum:"9007199254740991" doc:"What was done to this person, or for this student."`
	ActorID   int64  `query:"actor_id" minimum:"1" maximum:"9007199254740991" doc:"What this person did."`
	Entity    string `query:"entity" enum:"drive,selection,registration,attendance,result,student,user,installation"`
	Operation string `query:"operation" maxLength:"100" doc:"An operation of this description, a kind of job, or a command."`
	StartDate string `query:"start_date" doc:"Such as 2026-11-30, in the office's zone."`
	EndDate   string `query:"end_date" doc:"The last day, itself included."`
}

func (f *AuditFilter) filter(now time.Time) (filter store.AuditFilter, err error) {
	period, err := (&FinishedFilter{StartDate: f.StartDate, EndDate: f.EndDate}).period(now)
	return store.AuditFilter{
		DriveID: optionalID(f.DriveID), UserID: optionalID(f.UserID), ActorID: optionalID(f.ActorID), Entity: optional(f.Entity),
		Operation: optional(f.Operation), Since: period.Since, Until: period.Until,
	}, err
}

func optionalID(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// AuditBody is a line of the audit trail.
type AuditBody struct {
	AuditID      int64                      `json:"audit_id" doc:"The entry: one statement's changes to things of one kind."`
	Line         int64                      `json:"line" doc:"Of the entry, from 1."`
	At           time.Time                  `json:"at"`
	ActorID      *int64                     `json:"actor_id" doc:"Null: placeOps itself, a command, or somebody at the database."`
	ActorName    *string                    `json:"actor_name"`
	Operation    string                     `json:"operation" doc:"An operation of this description, a kind of job, or a command; empty where somebody changed the database by hand."`
	RequestID    string                     `json:"request_id" doc:"The X-Request-Id that it came with, or job-<id>."`
	DatabaseRole string                     `json:"database_role"`
	Entity       string                     `json:"entity" enum:"drive,selection,registration,attendance,result,student,user,installation"`
	Change       string                     `json:"change" enum:"created,changed,deleted,emptied,restored"`
	DriveID      *int64                     `json:"drive_id"`
	CompanyName  *string                    `json:"company_name"`
	UserID       *int64                     `json:"user_id"`
	UserName     *string                    `json:"user_name"`
	Before       map[string]json.RawMessage `json:"before" nullable:"true" doc:"Of a change only what differs."`
	After        map[string]json.RawMessage `json:"after" nullable:"true" doc:"Of a change only what differs."`
}

func auditBodyOf(l store.AuditLine) AuditBody {
	return AuditBody{
		AuditID: l.AuditID, Line: l.Line, At: l.MadeAt, ActorID: l.ActorID, ActorName: l.ActorName, Operation: l.Operation,
		RequestID: l.RequestID, DatabaseRole: l.DatabaseRole, Entity: l.Entity, Change: l.Change, DriveID: l.DriveID,
		CompanyName: l.CompanyName, UserID: l.UserID, UserName: l.UserName, Before: l.Before, After: l.After,
	}
}

type listAuditInput struct {
	Page
	AuditFilter
	Before int64 `query:"before" minimum:"1" maximum:"9007199254740991" doc:"Only entries from before this one: so the other lines of a long entry are passed over."`
}

func (s *Server) listAudit(ctx context.Context, in *listAuditInput) (*list[AuditBody], error) {
	after, err := in.place()
	if err != nil {
		return nil, err
	}
	filter, err := in.filter(s.now())
	if err != nil {
		return nil, err
	}
	lines, err := reading(ctx, s, func(db store.Source) ([]store.AuditLine, error) {
		return store.AuditLines(ctx, db, filter, after, in.rows())
	})
	if err != nil {
		return nil, err
	}
	return listOf(ctx, lines, in.rows(), auditBodyOf, func(l store.AuditLine) string {
		return fmt.Sprintf("%d %d", l.AuditID, l.Line)
	}), nil
}

// place reads the cursor: an entry and a line of it.
func (in *listAuditInput) place() (*store.AuditPlace, error) {
	text, err := in.after()
	if err != nil {
		return nil, err
	}
	if text == nil {
		if in.Before == 0 {
			return nil, nil //nolint:nilnil // from the beginning
		}
		return &store.AuditPlace{AuditID: in.Before - 1}, nil
	}
	entry, line, _ := strings.Cut(*text, " ")
	auditID, err := strconv.ParseInt(entry, 10, 64)
	if err != nil {
		return nil, badCursor()
	}
	number, err := strconv.ParseInt(line, 10, 64)
	if err != nil {
		return nil, badCursor()
	}
	return &store.AuditPlace{AuditID: auditID, Line: number}, nil
}

func (s *Server) downloadAuditCSV(_ context.Context, in *struct{ AuditFilter }) (*fileOutput, error) {
	filter, err := in.filter(s.now())
	if err != nil {
		return nil, err
	}
	return &fileOutput{
		ContentType: "text/csv; charset=utf-8",
		Disposition: download(".csv", "audit", s.today()),
		Body: func(hctx huma.Context) {
			s.sendSpooled(hctx, func(db store.Source, w io.Writer) error { return s.writeAuditCSV(hctx.Context(), db, w, filter) })
		},
	}, nil
}

func (s *Server) writeAuditCSV(ctx context.Context, db store.DBTX, w io.Writer, filter store.AuditFilter) error {
	csv := sheets.NewCSVWriter(w)
	err := csv.Write("audit_id", "line", "at", "actor_id", "actor_name", "operation", "request_id", "database_role", "entity", "change",
		"drive_id", "company_name", "user_id", "user_name", "before", "after")
	if err != nil {
		return err
	}
	for l, err := range store.AuditSheet(ctx, db, filter) {
		if err != nil {
			return err
		}
		err := csv.Write(idCursor(l.AuditID), idCursor(l.Line), l.MadeAt.In(s.zone).Format("2006-01-02 15:04:05"), idText(l.ActorID),
			orZero(l.ActorName), l.Operation, l.RequestID, l.DatabaseRole, l.Entity, l.Change, idText(l.DriveID), orZero(l.CompanyName),
			idText(l.UserID), orZero(l.UserName), stateText(l.Before), stateText(l.After))
		if err != nil {
			return err
		}
	}
	return csv.Flush()
}

func idText(id *int64) string {
	if id == nil {
		return ""
	}
	return strconv.FormatInt(*id, 10)
}

// stateText writes a state as a person reads it: name=value; name=value.
func stateText(state map[string]json.RawMessage) string {
	parts := make([]string, 0, len(state))
	for _, name := range slices.Sorted(maps.Keys(state)) {
		value := string(state[name])
		var text string
		if json.Unmarshal(state[name], &text) == nil && value != "null" {
			value = text
		}
		parts = append(parts, name+"="+value)
	}
	return strings.Join(parts, "; ")
}
