package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"placeops/store/dbsqlc"
)

// Registration is a student's registration for a drive; Created is false when it had been there before.
type Registration = dbsqlc.RegisterRow

// registerTries bounds how often Register looks again after losing to a re-filter at the same moment.
const registerTries = 3

// Register registers a student for a drive, once: a second call returns the same registration. It needs the drive to be
// posted and its deadline not passed (else Conflict) and the student to be selected (else Forbidden); a drive that the
// student may not know of is NotFound.
func Register(ctx context.Context, db DBTX, driveID, studentID int64) (Registration, error) {
	for range registerTries {
		registration, err := tryRegister(ctx, db, dbsqlc.RegisterParams{DriveID: driveID, StudentID: studentID})
		if err == nil {
			return registration, nil
		}
		if !errors.Is(err, pgx.ErrNoRows) && !lostToRefilter(err) {
			return Registration{}, err
		}
		if err := whyNotRegistered(ctx, db, driveID, studentID); err != nil {
			return Registration{}, err
		}
	}
	return Registration{}, Errorf(Conflict, "the drive is being changed at this moment; try again")
}

// tryRegister leaves a transaction usable when it fails.
func tryRegister(ctx context.Context, db DBTX, params dbsqlc.RegisterParams) (registration Registration, err error) {
	tx, ok := db.(pgx.Tx)
	if !ok {
		return queries(db).Register(ctx, params)
	}
	err = InTx(ctx, tx, func(savepoint pgx.Tx) error {
		registration, err = queries(savepoint).Register(ctx, params)
		return err
	})
	return registration, err
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
	case errors.Is(err, pgx.ErrNoRows) || err == nil && state.Status == Pending:
		return Errorf(NotFound, "drive not found")
	case err != nil:
		return err
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
	removed, err := queries(db).Withdraw(ctx, dbsqlc.WithdrawParams{DriveID: driveID, StudentID: studentID})
	if err != nil || removed > 0 {
		return err
	}
	state, err := queries(db).RegistrationState(ctx, dbsqlc.RegistrationStateParams{DriveID: driveID, StudentID: studentID})
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !state.Registered {
		return Errorf(NotFound, "you are not registered for this drive")
	}
	if err != nil {
		return err
	}
	return Errorf(Conflict, "registrations for this drive are closed; it is %s", state.Status)
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

// CountRegistrations counts the registrations for a drive.
func CountRegistrations(ctx context.Context, db DBTX, driveID int64) (int64, error) {
	return queries(db).CountRegistrationsOfDrive(ctx, driveID)
}
