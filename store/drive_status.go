package store

import (
	"context"
	"slices"

	"placeops/store/dbsqlc"
)

// The states of a drive.
const (
	Pending   = "pending"
	Posted    = "posted"
	Attending = "attending"
	Finished  = "finished"
	Cancelled = "cancelled"
)

// driveMoves are all moves of a drive's life; any other is a Conflict and changes nothing.
var driveMoves = map[string][]string{
	Pending:   {Posted, Cancelled},
	Posted:    {Attending, Cancelled},
	Attending: {Finished},
}

// moveRefusals say, for each state somebody tried to reach, what the drive would have had to be.
var moveRefusals = map[string]string{
	Posted:    "only a pending drive can be published",
	Attending: "registrations can be stopped only while the drive is posted",
	Finished:  "attendance can be published only while the drive is attending",
	Cancelled: "only a pending or posted drive can be cancelled",
}

// CheckDriveMove returns a Conflict unless a locked drive may become next.
func CheckDriveMove(drive Drive, next string) error {
	if slices.Contains(driveMoves[drive.Status], next) {
		return nil
	}
	return Errorf(Conflict, "%s; this one is %s", moveRefusals[next], drive.Status)
}

// MoveDrive moves a locked drive to state next, or returns a Conflict and changes nothing.
func MoveDrive(ctx context.Context, tx DBTX, drive Drive, next string) error {
	if err := CheckDriveMove(drive, next); err != nil {
		return err
	}
	return queries(tx).SetDriveStatus(ctx, dbsqlc.SetDriveStatusParams{DriveID: drive.DriveID, Status: next})
}
