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

// SortedStudent is a student in a sorted list, and where he stands there.
type SortedStudent struct {
	StudentRecord
	Place Place
}

// SortedStudents is ListStudents in an order, after the place if given, and CountStudents. Orders are roll_number, name, cgpa, branch
// and batch_year.
func SortedStudents(ctx context.Context, db DBTX, f StudentFilter, o Order, after *Place, limit int32) ([]SortedStudent, int64, error) {
	last, ok := o.after(after)
	if !ok {
		return nil, 0, errBadCursor
	}
	rows, err := dbsqlc.New(dbsqlc.PlannedAnew{DBTX: db}).SortedStudents(ctx, dbsqlc.SortedStudentsParams{
		SortedBy: o.By, Descending: o.Descending, AfterID: last.id, AfterText: last.text, AfterNumber: last.number, RowLimit: limit,
		Matching: f.Matching, Branch: f.Branch, BatchYear: f.BatchYear, MinCGPA: f.MinCGPA, MaxCgpa: f.MaxCGPA,
		MaxBacklogs: f.MaxBacklogs, Gender: f.Gender, Active: f.Active, Debarred: f.Debarred,
	})
	if err != nil {
		return nil, 0, err
	}
	if len(rows) == 0 {
		count, err := CountStudents(ctx, db, f)
		return nil, count, err
	}
	students := make([]SortedStudent, len(rows))
	for i, r := range rows {
		students[i] = SortedStudent{
			StudentRecord: StudentRecord{Student: r.Student, Name: r.Name, Email: r.Email, Phone: r.Phone, Active: r.Active},
			Place:         placeOf(r.Key, r.Student.StudentID),
		}
	}
	return students, rows[0].Total, nil
}

// CountStudents counts all students that a filter lets through.
func CountStudents(ctx context.Context, db DBTX, f StudentFilter) (int64, error) {
	return queries(db).CountStudents(ctx, dbsqlc.CountStudentsParams{
		Matching: f.Matching, Branch: f.Branch, BatchYear: f.BatchYear, MinCGPA: f.MinCGPA, MaxCgpa: f.MaxCGPA,
		MaxBacklogs: f.MaxBacklogs, Gender: f.Gender, Active: f.Active, Debarred: f.Debarred,
	})
}
