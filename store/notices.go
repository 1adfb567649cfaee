package store

import (
	"context"
	"fmt"

	"placeops/store/dbsqlc"
)

// Who a notice is for. A notice is one row whatever the size of its audience; who belongs to it is asked when it is read.
const (
	toSelected   = "selected"
	toRegistered = "registered"
	toRoles      = "roles"
)

// NoticeDriveCreated tells coordinators of a new drive; actorID is whose act it was.
func NoticeDriveCreated(ctx context.Context, tx DBTX, drive Drive, actorID int64) error {
	return addNotice(ctx, tx, drive, actorID, notice{
		event: "drive-created", audience: toRoles, roles: []string{"COORDINATOR"}, kind: "info",
		title: "New drive", message: fmt.Sprintf("%s is being prepared.", driveName(drive)),
	})
}

// NoticeDrivePublished tells the selected students, staff and coordinators that a drive is open.
func NoticeDrivePublished(ctx context.Context, tx DBTX, drive Drive, actorID int64) error {
	students := notice{
		event: "drive-published", audience: toSelected, kind: "success", title: "You can register",
		message: fmt.Sprintf("%s is open for your registration.", driveName(drive)),
	}
	office := notice{
		event: "drive-published", audience: toRoles, roles: []string{"STAFF", "COORDINATOR"}, kind: "info",
		title: "Drive published", message: fmt.Sprintf("%s is open for registrations.", driveName(drive)),
	}
	confirmation := notice{
		event: "registered", audience: toRegistered, kind: "success", title: "Registration confirmed",
		message: fmt.Sprintf("You are registered for %s.", driveName(drive)),
	}
	for _, n := range []notice{students, office, confirmation} {
		if err := addNotice(ctx, tx, drive, actorID, n); err != nil {
			return err
		}
	}
	return nil
}

// NoticeDriveCancelled tells the registered students that a drive will not take place.
func NoticeDriveCancelled(ctx context.Context, tx DBTX, drive Drive, actorID int64) error {
	return addNotice(ctx, tx, drive, actorID, notice{
		event: "drive-cancelled", audience: toRegistered, kind: "warning", title: "Drive cancelled",
		message: fmt.Sprintf("%s will not take place.", driveName(drive)),
	})
}

type notice struct {
	event, audience, kind, title, message string
	roles                                 []string
}

func addNotice(ctx context.Context, tx DBTX, drive Drive, actorID int64, n notice) error {
	roles := n.roles
	if roles == nil {
		roles = []string{}
	}
	return queries(tx).AddNotice(ctx, dbsqlc.AddNoticeParams{
		Event: n.event, DriveID: drive.DriveID, Audience: n.audience, Roles: roles, ActorID: &actorID,
		Title: n.title, Message: n.message, Type: n.kind,
	})
}

func driveName(d Drive) string { return fmt.Sprintf("%s (%s)", d.CompanyName, d.JobTitle) }
