package store

import (
	"context"
	"errors"
	"iter"
	"maps"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"placeops/store/dbsqlc"
)

// Registration is a student's registration for a drive; Created is false when it had been there before.
type Registration = dbsqlc.RegisterForDriveRow

// registerTries bounds how often a registration is tried again after losing to a re-filter at the same moment.
const registerTries = 3

// TryRegister registers a student for a drive, or returns ok false when something stands in the way.
type TryRegister func(ctx context.Context, driveID, studentID int64) (registration Registration, ok bool, err error)

// Register registers a student for a drive, once: a second call returns the same registration. It needs the drive to be
// posted and its deadline not passed (else Conflict) and the student to be selected (else Forbidden); a drive that the
// student may not know of is NotFound.
func Register(ctx context.Context, db DBTX, driveID, studentID int64) (Registration, error) {
	alone := func(ctx context.Context, driveID, studentID int64) (Registration, bool, error) {
		registered, err := RegisterForDrive(ctx, db, driveID, []int64{studentID})
		registration, ok := registered[studentID]
		return registration, ok, err
	}
	return RegisterBy(ctx, alone, db, driveID, studentID)
}

// RegisterBy is Register with another way to try it; db is asked only for the reason of a refusal.
func RegisterBy(ctx context.Context, try TryRegister, db DBTX, driveID, studentID int64) (Registration, error) {
	for range registerTries {
		registration, ok, err := try(ctx, driveID, studentID)
		if ok || err != nil {
			return registration, err
		}
		if err := whyNotRegistered(ctx, db, driveID, studentID); err != nil {
			return Registration{}, err
		}
	}
	return Registration{}, Errorf(Conflict, "the drive is being changed at this moment; try again")
}

// RegisterForDrive registers students for one drive in one statement, which waits while the drive is being changed. The
// answer has no entry for those who may not register, or whose eligibility was taken back at this moment.
func RegisterForDrive(ctx context.Context, db DBTX, driveID int64, studentIDs []int64) (map[int64]Registration, error) {
	rows, err := tryRegister(ctx, db, func(q *dbsqlc.Queries) ([]Registration, error) {
		return q.RegisterForDrive(ctx, dbsqlc.RegisterForDriveParams{DriveID: driveID, StudentIds: studentIDs})
	})
	if lostToRefilter(err) {
		return registerEach(ctx, db, driveID, studentIDs)
	}
	if err != nil {
		return nil, err
	}
	registered := make(map[int64]Registration, len(rows))
	for _, row := range rows {
		registered[row.StudentID] = row
	}
	return registered, nil
}

// registerEach is for the moment at which one of several students has lost to a re-filter, and the others should not.
func registerEach(ctx context.Context, db DBTX, driveID int64, studentIDs []int64) (map[int64]Registration, error) {
	registered := map[int64]Registration{}
	if len(studentIDs) == 1 {
		return registered, nil
	}
	for _, id := range studentIDs {
		one, err := RegisterForDrive(ctx, db, driveID, []int64{id})
		if err != nil {
			return nil, err
		}
		maps.Copy(registered, one)
	}
	return registered, nil
}

// Candidate is a student before a drive.
type Candidate struct {
	DriveID   int64
	StudentID int64
}

// RegisterMany registers students for several drives in one statement, which waits for nobody: the answer has no entry for
// those who may not register, and none for those whose drive is being changed. RegisterForDrive settles that.
func RegisterMany(ctx context.Context, db DBTX, candidates []Candidate) (map[Candidate]Registration, error) {
	var params dbsqlc.RegisterManyParams
	for _, c := range candidates {
		params.DriveIds, params.StudentIds = append(params.DriveIds, c.DriveID), append(params.StudentIds, c.StudentID)
	}
	rows, err := tryRegister(ctx, db, func(q *dbsqlc.Queries) ([]dbsqlc.RegisterManyRow, error) {
		return q.RegisterMany(ctx, params)
	})
	if err != nil && !lostToRefilter(err) {
		return nil, err
	}
	registered := make(map[Candidate]Registration, len(rows))
	for _, row := range rows {
		registered[Candidate{DriveID: row.DriveID, StudentID: row.StudentID}] = Registration(row)
	}
	return registered, nil
}

// tryRegister leaves a transaction usable when it fails.
func tryRegister[R any](ctx context.Context, db DBTX, register func(*dbsqlc.Queries) ([]R, error)) (registered []R, err error) {
	tx, ok := db.(pgx.Tx)
	if !ok {
		return register(queries(db))
	}
	err = InTx(ctx, tx, func(savepoint pgx.Tx) error {
		registered, err = register(queries(savepoint))
		return err
	})
	return registered, err
}

// lostToRefilter tells that the student's eligibility was taken back between the statement's start and its insert.
func lostToRefilter(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == foreignKeyViolation
}

// whyNotRegistered returns the reason, or nil when nothing stands in the way (any more): then it is worth another try.
func whyNotRegistered(ctx context.Context, db DBTX, driveID, studentID int64) error {
	state, err := queries(db).RegistrationState(ctx, dbsqlc.RegistrationStateParams{DriveID: driveID, StudentID: studentID})
	switch {
	case err != nil && !errors.Is(err, pgx.ErrNoRows):
		return err
	case err != nil || state.Status == Pending || state.Status == Cancelled && !state.Selected:
		return Errorf(NotFound, "drive not found") // who was selected for it has been told of it
	case state.Registered:
		return nil
	case state.Status != Posted:
		return Errorf(Conflict, "registrations for this drive are closed; it is %s", state.Status)
	case state.DeadlinePassed:
		return Errorf(Conflict, "the registration deadline of this drive has passed")
	case !state.Selected && state.Eligible:
		return Errorf(Forbidden, "you meet the criteria, but were not selected for this drive; ask the placement office")
	case !state.Selected:
		return Errorf(Forbidden, "you are not selected for this drive")
	}
	return nil
}

// Withdraw removes a student's registration while the drive is posted (else Conflict; NotFound without a registration).
func Withdraw(ctx context.Context, db DBTX, driveID, studentID int64) error {
	for {
		removed, err := queries(db).Withdraw(ctx, dbsqlc.WithdrawParams{DriveID: driveID, StudentID: studentID})
		if err != nil || removed > 0 {
			return err
		}
		state, err := queries(db).RegistrationState(ctx, dbsqlc.RegistrationStateParams{DriveID: driveID, StudentID: studentID})
		switch {
		case errors.Is(err, pgx.ErrNoRows) || err == nil && !state.Registered:
			return Errorf(NotFound, "you are not registered for this drive")
		case err != nil:
			return err
		case state.Status != Posted:
			return Errorf(Conflict, "registrations for this drive are closed; it is %s", state.Status)
		}
		// It was registered, or the drive opened, between the two statements.
	}
}

// IsRegistered tells whether the student is registered for the drive.
func IsRegistered(ctx context.Context, db DBTX, driveID, studentID int64) (bool, error) {
	return queries(db).IsRegistered(ctx, dbsqlc.IsRegisteredParams{DriveID: driveID, StudentID: studentID})
}

// OwnRegistration is a registration as its student sees it: with the drive.
type OwnRegistration = dbsqlc.RegistrationsOfStudentRow

// RegistrationsOfStudent returns at most limit registrations of a student, newest first, those before beforeID if given.
func RegistrationsOfStudent(ctx context.Context, db DBTX, studentID int64, beforeID *int64, limit int32) ([]OwnRegistration, error) {
	return queries(db).RegistrationsOfStudent(ctx, dbsqlc.RegistrationsOfStudentParams{
		StudentID: studentID, BeforeID: beforeID, RowLimit: limit,
	})
}

// RegisteredStudent is a registration as the office sees it: with the student.
type RegisteredStudent = dbsqlc.RegistrationsOfDriveRow

// RegistrationsOfDrive returns at most limit registrations for a drive in the order they came, those after afterID.
func RegistrationsOfDrive(ctx context.Context, db DBTX, driveID, afterID int64, limit int32) ([]RegisteredStudent, error) {
	return queries(db).RegistrationsOfDrive(ctx, dbsqlc.RegistrationsOfDriveParams{
		DriveID: driveID, AfterID: afterID, RowLimit: limit,
	})
}

// SortedRegistration is a registration in a sorted list, and where it stands there.
type SortedRegistration struct {
	RegisteredStudent
	Place Place
}

// SortedRegistrations returns at most limit of a drive's registrations that match (nil: all) in an order, those after the place if
// given, and how many match. Orders are registered_at, roll_number, name, cgpa and branch.
func SortedRegistrations(ctx context.Context, db DBTX, driveID int64, matching *string, o Order, after *Place, limit int32) ([]SortedRegistration, int64, error) {
	last, ok := o.after(after)
	if !ok {
		return nil, 0, errBadCursor
	}
	rows, err := dbsqlc.New(dbsqlc.PlannedAnew{DBTX: db}).SortedRegistrations(ctx, dbsqlc.SortedRegistrationsParams{
		DriveID: driveID, SortedBy: o.By, Descending: o.Descending, Matching: matching, RowLimit: limit,
		AfterID: last.id, AfterText: last.text, AfterNumber: last.number,
	})
	if err != nil {
		return nil, 0, err
	}
	if len(rows) == 0 { // and so nobody says how many there are
		count, err := queries(db).CountMatchingRegistrations(ctx, dbsqlc.CountMatchingRegistrationsParams{DriveID: driveID, Matching: matching})
		return nil, count, err
	}
	sorted := make([]SortedRegistration, len(rows))
	for i, r := range rows {
		sorted[i] = SortedRegistration{Place: placeOf(r.Key, r.StudentID), RegisteredStudent: RegisteredStudent{
			RegistrationID: r.RegistrationID, DriveID: r.DriveID, StudentID: r.StudentID, RegisteredAt: r.RegisteredAt, Name: r.Name,
			Email: r.Email, RollNumber: r.RollNumber, Branch: r.Branch, BatchYear: r.BatchYear, CGPA: r.CGPA,
		}}
	}
	return sorted, rows[0].Total, nil
}

// RegistrationSheet goes through the registrations for a drive in the order they came, however many there are. The loop holds
// a connection, so its body must not wait for people.
func RegistrationSheet(ctx context.Context, db DBTX, driveID int64) iter.Seq2[RegisteredStudent, error] {
	return queries(db).EachRegistrationOfDrive(ctx, dbsqlc.RegistrationsOfDriveParams{DriveID: driveID, RowLimit: math.MaxInt32})
}

// CountRegistrations counts the registrations for a drive.
func CountRegistrations(ctx context.Context, db DBTX, driveID int64) (int64, error) {
	return queries(db).CountRegistrationsOfDrive(ctx, driveID)
}
