package store

import (
	"context"

	"placeops/store/dbsqlc"
)

// Drive is a company's visit.
type Drive = dbsqlc.Drive

// VisibleDrive is a drive with what a list of drives shows beside it.
type VisibleDrive = dbsqlc.VisibleDriveRow

// Viewer says whose view of the drives is asked for.
type Viewer struct {
	UserID  int64
	SeesAll bool // coordinators and heads: also drives that are not published
}

// CreateDrive adds a drive (in state pending) from the fields of d that a person can set.
func CreateDrive(ctx context.Context, tx DBTX, d Drive) (Drive, error) {
	created, err := queries(tx).CreateDrive(ctx, dbsqlc.CreateDriveParams{
		CompanyName: d.CompanyName, JobTitle: d.JobTitle, DomainID: d.DomainID, JobDescription: d.JobDescription,
		Location: d.Location, PackageLPA: d.PackageLPA, InterviewDate: d.InterviewDate,
		RegistrationDeadline: d.RegistrationDeadline, MinCGPA: d.MinCGPA, Min10th: d.Min10th, Min12th: d.Min12th,
		MaxBacklogs: d.MaxBacklogs, MaxTotalBacklogs: d.MaxTotalBacklogs, AllowedBranches: d.AllowedBranches,
		AllowedBatches: d.AllowedBatches, AllowedGenders: d.AllowedGenders, MaxGapYears: d.MaxGapYears,
		PostedBy: d.PostedBy, PDFKey: d.PDFKey,
	})
	return created, constraintError(err)
}

// UpdateDrive writes the fields of d that a person can set.
func UpdateDrive(ctx context.Context, tx DBTX, d Drive) error {
	return constraintError(queries(tx).UpdateDrive(ctx, dbsqlc.UpdateDriveParams{
		DriveID: d.DriveID, CompanyName: d.CompanyName, JobTitle: d.JobTitle, DomainID: d.DomainID,
		JobDescription: d.JobDescription, Location: d.Location, PackageLPA: d.PackageLPA, InterviewDate: d.InterviewDate,
		RegistrationDeadline: d.RegistrationDeadline, MinCGPA: d.MinCGPA, Min10th: d.Min10th, Min12th: d.Min12th,
		MaxBacklogs: d.MaxBacklogs, MaxTotalBacklogs: d.MaxTotalBacklogs, AllowedBranches: d.AllowedBranches,
		AllowedBatches: d.AllowedBatches, AllowedGenders: d.AllowedGenders, MaxGapYears: d.MaxGapYears, PDFKey: d.PDFKey,
	}))
}

// LockDrive reads a drive and makes every other change of it, and every registration, wait until the transaction ends.
func LockDrive(ctx context.Context, tx DBTX, driveID int64) (Drive, error) {
	drive, err := queries(tx).LockDrive(ctx, driveID)
	return one(drive, err, "drive")
}

// MarkDrivePublished moves a locked pending drive to posted.
func MarkDrivePublished(ctx context.Context, tx DBTX, driveID, publishedBy int64, autoPublished bool) error {
	return queries(tx).MarkDrivePublished(ctx, dbsqlc.MarkDrivePublishedParams{
		DriveID: driveID, PublishedBy: &publishedBy, AutoPublished: autoPublished,
	})
}

// DeleteDrive removes a locked drive. One that has registrations is a Conflict: cancel it instead.
func DeleteDrive(ctx context.Context, tx DBTX, driveID int64) error {
	registered, err := queries(tx).DriveHasRegistrations(ctx, driveID)
	if err != nil {
		return err
	}
	if registered {
		return Errorf(Conflict, "students have registered for this drive; cancel it instead of deleting it")
	}
	return queries(tx).DeleteDrive(ctx, driveID)
}

// DriveFor reads a drive as viewer may see it; what the viewer may not know of is NotFound.
func DriveFor(ctx context.Context, db DBTX, viewer Viewer, driveID int64) (VisibleDrive, error) {
	drive, err := queries(db).VisibleDrive(ctx, dbsqlc.VisibleDriveParams{
		SeesAll: viewer.SeesAll, DriveID: driveID, ViewerID: viewer.UserID,
	})
	return one(drive, err, "drive")
}

// DriveFilter narrows a list of drives; nil fields do not.
type DriveFilter struct {
	Status   *string
	Matching *string // an ILIKE pattern over company and job title, see Matching
}

// DrivesFor returns at most limit drives that viewer may see, newest first, those before beforeID if given.
func DrivesFor(ctx context.Context, db DBTX, viewer Viewer, filter DriveFilter, beforeID *int64, limit int32) ([]VisibleDrive, error) {
	rows, err := queries(db).VisibleDrives(ctx, dbsqlc.VisibleDrivesParams{
		SeesAll: viewer.SeesAll, ViewerID: viewer.UserID, Status: filter.Status, Matching: filter.Matching,
		BeforeID: beforeID, RowLimit: limit,
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

// CountDrives counts the drives that viewer may see, on all pages.
func CountDrives(ctx context.Context, db DBTX, viewer Viewer, filter DriveFilter) (int64, error) {
	return queries(db).CountVisibleDrives(ctx, dbsqlc.CountVisibleDrivesParams{
		SeesAll: viewer.SeesAll, ViewerID: viewer.UserID, Status: filter.Status, Matching: filter.Matching,
	})
}

// PostedDrives returns the drives that are open, in no order.
func PostedDrives(ctx context.Context, db DBTX) ([]Drive, error) {
	return queries(db).PostedDrives(ctx)
}

// UnknownStudents returns those of the ids that belong to no student, in ascending order.
func UnknownStudents(ctx context.Context, db DBTX, studentIDs []int64) ([]int64, error) {
	return queries(db).UnknownStudents(ctx, studentIDs)
}

// SelectByHand stores a coordinator's own picks for a locked drive. The caller has found them to be eligible.
func SelectByHand(ctx context.Context, tx DBTX, driveID int64, studentIDs []int64) error {
	_, err := queries(tx).SelectByHand(ctx, dbsqlc.SelectByHandParams{DriveID: driveID, StudentIds: studentIDs})
	return err
}
