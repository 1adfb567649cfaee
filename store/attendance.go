package store

import (
	"context"
	"iter"
	"math"

	"github.com/jackc/pgx/v5"

	"placeops/store/dbsqlc"
)

// What a mark of attendance says.
const (
	Present = "PRESENT"
	Absent  = "ABSENT"
)

// Attendee is a registered student with the mark, where there is one.
type Attendee = dbsqlc.AttendanceOfDriveRow

// Mark is one student's attendance.
type Mark struct {
	StudentID int64
	Status    string
}

// MarkLine is a line of a bulk mark as somebody wrote it: the student by id or, where that is 0, by roll number.
type MarkLine struct {
	StudentID  int64
	RollNumber string
}

// AttendanceOfDrive returns at most limit registered students in the order of their roll numbers, those after afterRoll
// if given.
func AttendanceOfDrive(ctx context.Context, db DBTX, driveID int64, afterRoll *string, limit int32) ([]Attendee, error) {
	return queries(db).AttendanceOfDrive(ctx, dbsqlc.AttendanceOfDriveParams{
		DriveID: driveID, AfterRoll: afterRoll, RowLimit: limit,
	})
}

// AttendanceSheet goes through everybody registered in the order of roll numbers, however many there are. The loop holds a
// connection, so its body must not wait for people.
func AttendanceSheet(ctx context.Context, db DBTX, driveID int64) iter.Seq2[Attendee, error] {
	return queries(db).EachAttendanceOfDrive(ctx, dbsqlc.AttendanceOfDriveParams{DriveID: driveID, RowLimit: math.MaxInt32})
}

// AttendanceOf reads one registered student's attendance, or NotFound.
func AttendanceOf(ctx context.Context, db DBTX, driveID, studentID int64) (dbsqlc.AttendanceOfStudentRow, error) {
	row, err := queries(db).AttendanceOfStudent(ctx, dbsqlc.AttendanceOfStudentParams{DriveID: driveID, StudentID: studentID})
	return one(row, err, "registration")
}

// CheckAttending returns a Conflict unless a locked drive's attendance can be marked.
func CheckAttending(drive Drive) error {
	switch drive.Status {
	case Attending:
		return nil
	case Finished:
		return Errorf(Conflict, "the attendance of this drive has been published and can no longer be changed")
	case Posted:
		return Errorf(Conflict, "stop the registrations first; attendance can be marked only after that")
	}
	return Errorf(Conflict, "attendance can be marked only while the drive is attending; this one is %s", drive.Status)
}

// MarkedStudents returns, for each line, the registered student that it means; nil where there is none.
func MarkedStudents(ctx context.Context, db DBTX, driveID int64, lines []MarkLine) ([]*int64, error) {
	params := dbsqlc.MarkedStudentsParams{
		DriveID: driveID, StudentIds: make([]int64, len(lines)), RollNumbers: make([]string, len(lines)),
		Lines: make([]int32, len(lines)),
	}
	for i, line := range lines {
		params.StudentIds[i], params.RollNumbers[i], params.Lines[i] = line.StudentID, line.RollNumber, int32(i)
	}
	return queries(db).MarkedStudents(ctx, params)
}

// MarkAttendance records marks of registered students of a locked attending drive. No student may be there twice.
func MarkAttendance(ctx context.Context, tx DBTX, driveID, markedBy int64, marks []Mark) error {
	params := dbsqlc.MarkAttendanceParams{
		DriveID: driveID, MarkedBy: markedBy, StudentIds: make([]int64, len(marks)), Statuses: make([]string, len(marks)),
	}
	for i, mark := range marks {
		params.StudentIds[i], params.Statuses[i] = mark.StudentID, mark.Status
	}
	return queries(tx).MarkAttendance(ctx, params)
}

// TakeBackMarks removes the marks of students, where there are any, from a locked attending drive.
func TakeBackMarks(ctx context.Context, tx DBTX, driveID int64, studentIDs []int64) error {
	if len(studentIDs) == 0 {
		return nil
	}
	_, err := queries(tx).TakeBackMarks(ctx, dbsqlc.TakeBackMarksParams{DriveID: driveID, StudentIds: studentIDs})
	return err
}

// TakeBackMark removes a student's mark from a locked drive. Without one it is NotFound; Conflict unless the drive is attending.
func TakeBackMark(ctx context.Context, tx pgx.Tx, drive Drive, studentID int64) error {
	removed, err := queries(tx).TakeBackMarks(ctx, dbsqlc.TakeBackMarksParams{DriveID: drive.DriveID, StudentIds: []int64{studentID}})
	if err != nil {
		return err
	}
	if removed == 0 {
		return Errorf(NotFound, "this student is not marked")
	}
	return CheckAttending(drive) // a refusal ends the transaction, and the mark stays
}

// PublishAttendance ends a locked drive: everybody unmarked was absent, the figures are kept, and people are told.
// It needs the drive to be attending and at least one mark, else it is a Conflict.
func PublishAttendance(ctx context.Context, tx DBTX, drive Drive, publishedBy int64) error {
	if err := CheckDriveMove(drive, Finished); err != nil {
		return err
	}
	marked, err := queries(tx).DriveHasAttendance(ctx, drive.DriveID)
	if err != nil {
		return err
	}
	if !marked {
		return Errorf(Conflict, "nobody is marked yet; mark at least one student before publishing the attendance")
	}
	err = queries(tx).MarkRestAbsent(ctx, dbsqlc.MarkRestAbsentParams{DriveID: drive.DriveID, MarkedBy: publishedBy})
	if err != nil {
		return err
	}
	err = queries(tx).SummarizeAttendance(ctx, dbsqlc.SummarizeAttendanceParams{DriveID: drive.DriveID, PublishedBy: publishedBy})
	if err != nil {
		return err
	}
	if err := MoveDrive(ctx, tx, drive, Finished); err != nil {
		return err
	}
	return NoticeAttendancePublished(ctx, tx, drive, publishedBy)
}
