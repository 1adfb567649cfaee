package jobs

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"placeops/store"
)

// reminderLead is how long before the deadline those who have not registered are reminded.
const reminderLead = 24 * time.Hour

func deadlineNear(drive store.Drive, now time.Time) bool {
	deadline := drive.RegistrationDeadline
	return drive.Status == store.Posted && deadline != nil && deadline.After(now) && !deadline.After(now.Add(reminderLead))
}

// ScheduleReminder inserts the job that reminds of a drive's deadline, for a day before it.
func ScheduleReminder(ctx context.Context, client *Client, tx pgx.Tx, drive store.Drive) error {
	args := SendEmailArgs{DriveID: drive.DriveID, Event: store.EventDeadlineNear}
	at := drive.RegistrationDeadline.Add(-reminderLead)
	_, err := client.InsertTx(ctx, tx, args, &river.InsertOpts{ScheduledAt: at})
	return err
}

// TellSelected inserts the jobs that tell those who have become selected what the others were told before. The drive is
// locked; mails is whether placeops sends e-mail.
func TellSelected(ctx context.Context, client *Client, tx pgx.Tx, drive store.Drive, mails bool) error {
	if drive.Status != store.Posted {
		return nil
	}
	if deadlineNear(drive, time.Now()) {
		if err := ScheduleReminder(ctx, client, tx, drive); err != nil {
			return err
		}
	}
	if !mails {
		return nil
	}
	_, err := client.InsertTx(ctx, tx, SendEmailArgs{DriveID: drive.DriveID, Event: store.EventPublished}, nil)
	return err
}

// mail inserts a job that sends e-mails, if this placeops sends any.
func (d Deps) mail(ctx context.Context, tx pgx.Tx, args SendEmailArgs) error {
	if d.Mail == nil {
		return nil
	}
	_, err := river.ClientFromContext[pgx.Tx](ctx).InsertTx(ctx, tx, args, nil)
	return err
}
