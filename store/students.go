package store

import (
	"context"

	"placeops/store/dbsqlc"
	"placeops/store/decimal"
)

// Student is what the office knows of a student.
type Student = dbsqlc.Student

// StudentRecord is a student together with the account's own fields.
type StudentRecord = dbsqlc.StudentByIDRow

// NewStudent is what CreateStudent stores beside the account.
type NewStudent = dbsqlc.CreateStudentParams

// CreateStudent adds the student's record to an account. A roll number that is taken (ignoring case) is a Conflict.
func CreateStudent(ctx context.Context, tx DBTX, student NewStudent) (Student, error) {
	created, err := queries(tx).CreateStudent(ctx, student)
	return created, constraintError(err)
}

// StudentByID reads one student, or NotFound.
func StudentByID(ctx context.Context, db DBTX, studentID int64) (StudentRecord, error) {
	student, err := queries(db).StudentByID(ctx, studentID)
	return one(student, err, "student")
}

// LockStudent reads one student and keeps the record from changing until the transaction ends.
func LockStudent(ctx context.Context, tx DBTX, studentID int64) (Student, error) {
	student, err := queries(tx).LockStudent(ctx, studentID)
	return one(student, err, "student")
}

// UpdateStudent writes the whole record of a student.
func UpdateStudent(ctx context.Context, tx DBTX, s Student) error {
	return constraintError(queries(tx).UpdateStudent(ctx, dbsqlc.UpdateStudentParams{
		StudentID: s.StudentID, RollNumber: s.RollNumber, Branch: s.Branch, BatchYear: s.BatchYear, CGPA: s.CGPA,
		TenthPercent: s.TenthPercent, TwelfthPercent: s.TwelfthPercent, DiplomaPercent: s.DiplomaPercent,
		ActiveBacklogs: s.ActiveBacklogs, ClearedBacklogs: s.ClearedBacklogs, Gender: s.Gender, GapYears: s.GapYears,
		Debarred: s.Debarred, DebarredReason: s.DebarredReason,
	}))
}

// StudentFilter narrows a list of students; nil fields do not.
type StudentFilter struct {
	Matching         *string // an ILIKE pattern over name, e-mail and roll number, see Matching
	Branch           *string // ignoring case
	BatchYear        *int32
	MinCGPA, MaxCGPA *decimal.Decimal // inclusive
	MaxBacklogs      *int32
	Gender           *string
	Active, Debarred *bool
}

// ListStudents returns at most limit students in the order of their roll numbers, after afterRoll if given.
func ListStudents(ctx context.Context, db DBTX, f StudentFilter, afterRoll *string, limit int32) ([]StudentRecord, error) {
	rows, err := queries(db).ListStudents(ctx, dbsqlc.ListStudentsParams{
		AfterRoll: afterRoll, Matching: f.Matching, Branch: f.Branch, BatchYear: f.BatchYear, MinCGPA: f.MinCGPA,
		MaxCgpa: f.MaxCGPA, MaxBacklogs: f.MaxBacklogs, Gender: f.Gender, Active: f.Active, Debarred: f.Debarred,
		RowLimit: limit,
	})
	if err != nil {
		return nil, err
	}
	students := make([]StudentRecord, len(rows))
	for i, row := range rows {
		students[i] = StudentRecord(row)
	}
	return students, nil
}

// CountStudents counts all students that a filter lets through.
func CountStudents(ctx context.Context, db DBTX, f StudentFilter) (int64, error) {
	return queries(db).CountStudents(ctx, dbsqlc.CountStudentsParams{
		Matching: f.Matching, Branch: f.Branch, BatchYear: f.BatchYear, MinCGPA: f.MinCGPA, MaxCgpa: f.MaxCGPA,
		MaxBacklogs: f.MaxBacklogs, Gender: f.Gender, Active: f.Active, Debarred: f.Debarred,
	})
}
