package store

import (
	"context"
	"maps"
	"slices"

	"placeops/store/dbsqlc"
)

// StudentInDrive is a drive with where one student stands in it.
type StudentInDrive = dbsqlc.StudentInDriveRow

// StandingOf reads where a student stands in a drive, or NotFound when there is no such drive.
func StandingOf(ctx context.Context, db DBTX, driveID, studentID int64) (StudentInDrive, error) {
	standing, err := queries(db).StudentInDrive(ctx, dbsqlc.StudentInDriveParams{DriveID: driveID, StudentID: studentID})
	return one(standing, err, "drive")
}

// StandingInDrive is where one student stands in one drive.
type StandingInDrive = dbsqlc.StandingsInDrivesRow

// StandingsInDrives reads where each of several students stands in each of several drives. Who is no student is missing.
func StandingsInDrives(ctx context.Context, db DBTX, drives map[int64]Drive, studentIDs []int64) ([]StandingInDrive, error) {
	return queries(db).StandingsInDrives(ctx, dbsqlc.StandingsInDrivesParams{
		DriveIds: slices.Collect(maps.Keys(drives)), StudentIds: studentIDs,
	})
}

// RegisteredForCancelled returns those of the students who had registered for a drive that was cancelled.
func RegisteredForCancelled(ctx context.Context, db DBTX, studentIDs []int64) ([]int64, error) {
	return queries(db).RegisteredForCancelled(ctx, studentIDs)
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
