package server

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"

	"placeops/sheets"
	"placeops/store"
)

// AttendanceBody is a registered student with the mark; null while there is none.
type AttendanceBody struct {
	AttendanceID *int64  `json:"attendance_id"`
	DriveID      int64   `json:"drive_id"`
	StudentID    int64   `json:"student_id"`
	Name         string  `json:"name"`
	RollNumber   string  `json:"roll_number"`
	Status       *string `json:"status" doc:"PRESENT or ABSENT; null while the student is not marked."`
}

func attendanceBodyOf(a store.Attendee) AttendanceBody {
	return AttendanceBody{
		AttendanceID: a.AttendanceID, DriveID: a.DriveID, StudentID: a.StudentID, Name: a.Name, RollNumber: a.RollNumber,
		Status: a.Status,
	}
}

// markStatus reads a mark in any case; "" is none.
func markStatus(text string) string {
	switch status := strings.ToUpper(strings.TrimSpace(text)); status {
	case store.Present, store.Absent:
		return status
	}
	return ""
}

const markStatusFault = "must be PRESENT or ABSENT"

type markInput struct {
	IDInput
	Body struct {
		StudentID int64  `json:"student_id" minimum:"1" maximum:"9007199254740991"`
		Status    string `json:"status" doc:"PRESENT or ABSENT, in any case."`
	}
}

// Resolve finds what the schema cannot say.
func (in *markInput) Resolve(huma.Context) []error {
	if markStatus(in.Body.Status) == "" {
		return bodyFaults([]store.FieldError{{Field: "status", Message: markStatusFault}})
	}
	return nil
}

type markOutput struct {
	Body AttendanceBody
}

// markAttendance marks one registered student; a later mark replaces an earlier one.
func (s *Server) markAttendance(ctx context.Context, in *markInput) (*markOutput, error) {
	var out markOutput
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if err := lockAttending(ctx, tx, in.ID); err != nil {
			return err
		}
		registered, err := store.MarkedStudents(ctx, tx, in.ID, []store.MarkLine{{StudentID: in.Body.StudentID}})
		if err != nil {
			return err
		}
		if registered[0] == nil {
			return store.InvalidFields(store.FieldError{Field: "student_id", Message: notRegistered})
		}
		marks := []store.Mark{{StudentID: in.Body.StudentID, Status: markStatus(in.Body.Status)}}
		if err := store.MarkAttendance(ctx, tx, in.ID, me(ctx).UserID, marks); err != nil {
			return err
		}
		marked, err := store.AttendanceOf(ctx, tx, in.ID, in.Body.StudentID)
		out.Body = AttendanceBody(marked)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

const notRegistered = "is not registered for this drive"

// lockAttending keeps a drive's attendance from being published until the transaction ends.
func lockAttending(ctx context.Context, tx pgx.Tx, driveID int64) error {
	drive, err := store.LockDrive(ctx, tx, driveID)
	if err != nil {
		return err
	}
	return store.CheckAttending(drive)
}

type takeBackMarkInput struct {
	IDInput
	StudentID int64 `path:"student_id" minimum:"1" maximum:"9007199254740991"`
}

// takeBackMark undoes a mark, as if the student had not been marked.
func (s *Server) takeBackMark(ctx context.Context, in *takeBackMarkInput) (*struct{}, error) {
	return nil, store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		drive, err := store.LockDrive(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		return store.TakeBackMark(ctx, tx, drive, in.StudentID)
	})
}

func (s *Server) listAttendance(ctx context.Context, in *driveListInput) (*list[AttendanceBody], error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	return reading(ctx, s, func(db store.Source) (*list[AttendanceBody], error) {
		drive, err := store.DriveFor(ctx, db, viewer(me(ctx)), in.ID)
		if err != nil {
			return nil, err
		}
		rows, err := store.AttendanceOfDrive(ctx, db, in.ID, after, in.rows())
		if err != nil {
			return nil, err
		}
		out := listOf(ctx, rows, in.rows(), attendanceBodyOf, func(a store.Attendee) string { return a.RollNumber })
		out.TotalCount = total(drive.RegisteredCount)
		return out, nil
	})
}

// publishAttendance ends a drive, exactly once.
func (s *Server) publishAttendance(ctx context.Context, in *IDInput) (*messageOutput, error) {
	var out messageOutput
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		drive, err := store.LockDrive(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		out.Body.Message = fmt.Sprintf("the attendance of %s has been published", drive.CompanyName)
		if err := store.PublishAttendance(ctx, tx, drive, me(ctx).UserID); err != nil {
			return err
		}
		return s.mail(ctx, tx, in.ID, store.EventAttendancePublished)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

func (s *Server) downloadAttendanceCSV(ctx context.Context, in *IDInput) (*fileOutput, error) {
	drive, err := store.DriveFor(ctx, s.pool, viewer(me(ctx)), in.ID)
	if err != nil {
		return nil, err
	}
	return &fileOutput{
		ContentType: "text/csv; charset=utf-8",
		Disposition: download(".csv", drive.Drive.CompanyName, "attendance", s.today()),
		Body: func(hctx huma.Context) {
			s.sendSpooled(hctx, func(db store.Source, w io.Writer) error { return writeAttendanceCSV(hctx.Context(), db, w, in.ID) })
		},
	}, nil
}

// now is what the office's clock shows.
func (s *Server) now() time.Time { return s.clock().In(s.zone) }

// today is the date in the office, for file names.
func (s *Server) today() string { return s.now().Format(time.DateOnly) }

func writeAttendanceCSV(ctx context.Context, db store.DBTX, w io.Writer, driveID int64) error {
	csv := sheets.NewCSVWriter(w)
	if err := csv.Write("roll_number", "name", "email", "branch", "batch_year", "status"); err != nil {
		return err
	}
	for a, err := range store.AttendanceSheet(ctx, db, driveID) {
		if err != nil {
			return err
		}
		batch := ""
		if a.BatchYear != nil {
			batch = strconv.Itoa(int(*a.BatchYear))
		}
		if err := csv.Write(a.RollNumber, a.Name, a.Email, orZero(a.Branch), batch, orZero(a.Status)); err != nil {
			return err
		}
	}
	return csv.Flush()
}
