package store

import (
	"context"

	"placeops/store/dbsqlc"
)

// StudentInDrive is a drive with where one student stands in it.
type StudentInDrive = dbsqlc.StudentInDriveRow

// StandingOf reads where a student stands in a drive, or NotFound when there is no such drive.
func StandingOf(ctx context.Context, db DBTX, driveID, studentID int64) (StudentInDrive, error) {
	standing, err := queries(db).StudentInDrive(ctx, dbsqlc.StudentInDriveParams{DriveID: driveID, StudentID: studentID})
	return one(standing, err, "drive")
}

// DrivesToRegisterFor returns at most limit drives that a student may register for, newest first, those before beforeID
// if given.
func DrivesToRegisterFor(ctx context.Context, db DBTX, studentID int64, beforeID *int64, limit int32) ([]VisibleDrive, error) {
	rows, err := queries(db).DrivesToRegisterFor(ctx, dbsqlc.DrivesToRegisterForParams{
		StudentID: studentID, BeforeID: beforeID, RowLimit: limit,
	})
	if err != nil {
		return nil, err
	}
	drives := make([]VisibleDrive, len(rows))
	for i, row := range rows {
		drives[i] = VisibleDrive(row)
	}
	return drives, nil
}

// StudentsOfDrive returns the ids of a drive's stored eligible students, in ascending order.
func StudentsOfDrive(ctx context.Context, db DBTX, driveID int64) ([]int64, error) {
	return queries(db).StudentsOfDrive(ctx, driveID)
}
