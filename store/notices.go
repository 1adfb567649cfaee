package store

import (
	"context"
	"fmt"
	"time"

	"placeops/store/dbsqlc"
)

// Who a notice is for. A notice is one row whatever the size of its audience; who belongs to it is asked when it is read.
const (
	toSelected     = "selected"
	toRegistered   = "registered"
	toUnregistered = "unregistered" // selected, and not registered
	toRoles        = "roles"
)

// The events that people are told of. With the drive and the audience, an event makes a notice unique.
const (
	EventCreated    = "drive-created"
	EventPublished  = "drive-published"
	EventRegistered = "registered"
	// EventDeadlineNear is followed by the deadline's day: one that is put off by days comes near once more.
	EventDeadlineNear        = "deadline-near"
	EventCancelled           = "drive-cancelled"
	EventAttendancePublished = "attendance-published"
)

// NoticeDriveCreated tells coordinators of a new drive; actorID is whose act it was.
func NoticeDriveCreated(ctx context.Context, tx DBTX, drive Drive, actorID int64) error {
	return addNotice(ctx, tx, drive, actorID, notice{
		event: EventCreated, audience: toRoles, roles: []string{"COORDINATOR"}, kind: "info",
		title: "New drive", message: fmt.Sprintf("%s is being prepared.", driveName(drive)),
	})
}

// NoticeDrivePublished tells the selected students, staff and coordinators that a drive is open, or that it was published and
// is closed already.
func NoticeDrivePublished(ctx context.Context, tx DBTX, drive Drive, actorID int64) error {
	students := notice{
		event: EventPublished, audience: toSelected, kind: "success", title: "You can register",
		message: fmt.Sprintf("%s is open for your registration.", driveName(drive)),
	}
	office := notice{
		event: EventPublished, audience: toRoles, roles: []string{"STAFF", "COORDINATOR"}, kind: "info",
		title: "Drive published", message: fmt.Sprintf("%s is open for registrations.", driveName(drive)),
	}
	if drive.Status != Posted {
		students.kind, students.title = "info", "You were selected"
		students.message = fmt.Sprintf("You were selected for %s, whose registrations are closed.", driveName(drive))
		office.message = fmt.Sprintf("%s was published; its registrations are closed.", driveName(drive))
	}
	for _, n := range []notice{students, office} {
		if err := addNotice(ctx, tx, drive, actorID, n); err != nil {
			return err
		}
	}
	return NoticeRegistrations(ctx, tx, drive, actorID)
}

// PublicationIsTold tells whether NoticeDrivePublished has been called for a drive.
func PublicationIsTold(ctx context.Context, tx DBTX, driveID int64) (bool, error) {
	return queries(tx).EventIsTold(ctx, dbsqlc.EventIsToldParams{DriveID: driveID, Event: EventPublished})
}

// NoticeRegistrations confirms every registration for a drive, to the student alone, from when it is made.
func NoticeRegistrations(ctx context.Context, tx DBTX, drive Drive, actorID int64) error {
	return addNotice(ctx, tx, drive, actorID, notice{
		event: EventRegistered, audience: toRegistered, kind: "success", title: "Registration confirmed",
		message: fmt.Sprintf("You are registered for %s.", driveName(drive)),
	})
}

// NoticeDeadlineNear reminds the selected students who have not registered, once for each day that the deadline is moved
// to. It returns the event.
func NoticeDeadlineNear(ctx context.Context, tx DBTX, drive Drive, zone *time.Location) (event string, err error) {
	event = EventDeadlineNear + " " + drive.RegistrationDeadline.In(zone).Format(time.DateOnly)
	return event, addNotice(ctx, tx, drive, 0, notice{
		event: event, audience: toUnregistered, kind: "warning", title: "Deadline within a day",
		message: fmt.Sprintf("Registrations for %s close within 24 hours, and you have not registered.", driveName(drive)),
	})
}

// NoticeDriveCancelled tells the registered students that a drive will not take place.
func NoticeDriveCancelled(ctx context.Context, tx DBTX, drive Drive, actorID int64) error {
	return addNotice(ctx, tx, drive, actorID, notice{
		event: EventCancelled, audience: toRegistered, kind: "warning", title: "Drive cancelled",
		message: fmt.Sprintf("%s will not take place.", driveName(drive)),
	})
}

// NoticeAttendancePublished tells the registered students and the whole office that a drive's attendance is published.
func NoticeAttendancePublished(ctx context.Context, tx DBTX, drive Drive, actorID int64) error {
	students := notice{
		event: EventAttendancePublished, audience: toRegistered, kind: "info", title: "Attendance published",
		message: fmt.Sprintf("Your attendance at %s has been published.", driveName(drive)),
	}
	office := notice{
		event: EventAttendancePublished, audience: toRoles, roles: []string{"STAFF", "COORDINATOR", "HEAD"}, kind: "info",
		title: "Attendance published", message: fmt.Sprintf("The attendance of %s has been published.", driveName(drive)),
	}
	if err := addNotice(ctx, tx, drive, actorID, students); err != nil {
		return err
	}
	return addNotice(ctx, tx, drive, actorID, office)
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
	var actor *int64 // nil: nobody's act
	if actorID != 0 {
		actor = &actorID
	}
	return queries(tx).AddNotice(ctx, dbsqlc.AddNoticeParams{
		Event: n.event, DriveID: drive.DriveID, Audience: n.audience, Roles: roles, ActorID: actor,
		Title: n.title, Message: n.message, Type: n.kind,
	})
}

func driveName(d Drive) string { return fmt.Sprintf("%s (%s)", d.CompanyName, d.JobTitle) }
