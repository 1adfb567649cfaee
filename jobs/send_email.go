package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"placeops/mail"
	"placeops/store"
	"placeops/tracing"
)

// SendEmailArgs asks to e-mail what the notices of a drive's event tell, to everybody who has not had it, or to one person.
// For the event store.EventDeadlineNear, without a day, it asks to look whether the deadline is near, to give the notice
// then, and to e-mail it.
type SendEmailArgs struct {
	DriveID int64  `json:"drive_id"`
	Event   string `json:"event"`
	UserID  int64  `json:"user_id,omitempty"` // 0: everybody
}

// Kind names the job.
func (SendEmailArgs) Kind() string { return "send-email" }

// InsertOpts keeps e-mails out of the way of other jobs. Only processes that know a mail server work their queue; a reminder
// is a notice first, which any process gives.
func (a SendEmailArgs) InsertOpts() river.InsertOpts {
	if a.Event == store.EventDeadlineNear {
		return river.InsertOpts{}
	}
	return river.InsertOpts{Queue: mailQueue}
}

const (
	mailQueue   = "mail"
	mailWorkers = 2
	// mailBatch is how many e-mails go over one connection and are recorded together: at most so many can go out twice.
	mailBatch = 50
	// mailTime is how long a job sends before it lets others have their turn.
	mailTime    = 2 * time.Minute
	mailTimeout = 4 * time.Minute
	settleTime  = 20 * time.Second
)

type sendEmailWorker struct {
	river.WorkerDefaults[SendEmailArgs]
	deps Deps
}

func (w *sendEmailWorker) Timeout(*river.Job[SendEmailArgs]) time.Duration { return mailTimeout }

func (w *sendEmailWorker) Work(ctx context.Context, job *river.Job[SendEmailArgs]) error {
	if job.Args.Event == store.EventDeadlineNear {
		return w.remind(ctx, job)
	}
	return w.send(ctx, job.Args)
}

// send makes the e-mails due, then sends batch after batch. What could not be sent is tried again with the job.
func (w *sendEmailWorker) send(ctx context.Context, args SendEmailArgs) error {
	topic := store.MailTopic{DriveID: args.DriveID, Event: args.Event}
	if args.UserID != 0 {
		topic.UserID = &args.UserID
	}
	drive, err := w.fanOut(ctx, topic)
	if store.IsKind(err, store.NotFound) {
		return nil // deleted, and with it all that was to be told
	}
	if err != nil {
		return err
	}
	turn, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	var run mailRun
	for turn.Err() == nil {
		more, err := w.sendBatch(turn, topic, drive, &run)
		if err != nil && turn.Err() == nil {
			return err
		}
		if err == nil && !more {
			return run.unsentError()
		}
	}
	return river.JobSnooze(0) // also when the process stops: whoever comes next goes on
}

func (w *sendEmailWorker) fanOut(ctx context.Context, topic store.MailTopic) (drive store.Drive, err error) {
	err = store.InTx(ctx, w.deps.Pool, func(tx pgx.Tx) error {
		visible, err := store.DriveFor(ctx, tx, store.Viewer{SeesAll: true}, topic.DriveID)
		if err != nil {
			return err
		}
		drive = visible.Drive
		if topic.Event == store.EventRegistered && drive.PublishedBy != nil {
			// Somebody hand-picked can register before the publish job has got to the notices.
			if err := store.NoticeRegistrations(ctx, tx, drive, *drive.PublishedBy); err != nil {
				return err
			}
		}
		return store.AddMailDeliveries(ctx, tx, topic)
	})
	return drive, err
}

// mailRun is how far a job has come through its e-mails.
type mailRun struct {
	last   store.DueMail
	unsent int
	reply  string
}

func (r *mailRun) unsentError() error {
	switch r.unsent {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("one e-mail is not sent yet, because of: %s", r.reply)
	}
	return fmt.Errorf("%d e-mails are not sent yet, the last one because of: %s", r.unsent, r.reply)
}

// sendBatch sends the next e-mails and records what became of them, in a transaction that keeps them locked meanwhile. Once
// a server has taken an e-mail nothing but a crash may keep that from being recorded: so the transaction outlives ctx.
func (w *sendEmailWorker) sendBatch(ctx context.Context, topic store.MailTopic, drive store.Drive, run *mailRun) (more bool, err error) {
	keeping, cancel := context.WithTimeout(context.WithoutCancel(ctx), mailTimeout+settleTime)
	defer cancel()
	var sendErr error
	err = store.InTx(keeping, w.deps.Pool, func(tx pgx.Tx) error {
		due, err := store.DueMails(keeping, tx, topic, run.last, mailBatch)
		if err != nil || len(due) == 0 {
			return err
		}
		more = len(due) == mailBatch
		run.last = due[len(due)-1]
		var settled []store.SettledMail
		unsent := run.unsent
		settled, sendErr = w.deliver(ctx, due, drive, run)
		w.observe(ctx, settled, run.unsent-unsent)
		return store.SettleMails(keeping, tx, settled)
	})
	return more && sendErr == nil, errors.Join(err, sendErr)
}

// deliver hands over the wanted ones of due and returns those that need not be looked at again.
func (w *sendEmailWorker) deliver(ctx context.Context, due []store.DueMail, drive store.Drive, run *mailRun) ([]store.SettledMail, error) {
	var settled []store.SettledMail
	var wanted []store.DueMail
	var letters []mail.Letter
	for _, d := range due {
		if !d.Wanted {
			settled = append(settled, store.SettledMail{DueMail: d, State: store.MailDropped})
			continue
		}
		wanted = append(wanted, d)
		letters = append(letters, letterOf(d, drive))
	}
	if len(letters) == 0 {
		return settled, nil
	}
	results, err := w.hand(ctx, letters)
	for i, result := range results {
		switch result.Outcome {
		case mail.Sent:
			settled = append(settled, store.SettledMail{DueMail: wanted[i], State: store.MailSent})
		case mail.Refused:
			settled = append(settled, store.SettledMail{DueMail: wanted[i], State: store.MailRefused, Reply: result.Reply})
			w.deps.Logger.WarnContext(ctx, "an e-mail was refused", "user_id", wanted[i].UserID, "reply", result.Reply)
		case mail.Unsent:
			run.unsent++
			run.reply = result.Reply
		}
	}
	return settled, err
}

// hand gives letters to the mail server. A trace knows how many, not to whom.
func (w *sendEmailWorker) hand(ctx context.Context, letters []mail.Letter) (results []mail.Result, err error) {
	ctx, span := tracing.Start(ctx, "send e-mails", trace.WithSpanKind(trace.SpanKindClient))
	span.SetAttributes(attribute.Int("placeops.emails", len(letters)))
	defer func() { tracing.End(span, err) }()
	return w.deps.Mail.Send(ctx, letters)
}

// observe counts what has left this program, whether or not that can then be recorded. What is unsent because the turn is
// over has not failed.
func (w *sendEmailWorker) observe(turn context.Context, settled []store.SettledMail, unsent int) {
	for _, m := range settled {
		w.deps.Observer.MailsEnded(m.State, 1)
	}
	if turn.Err() == nil {
		w.deps.Observer.MailsEnded(MailUnsent, unsent)
	}
}

func letterOf(due store.DueMail, d store.Drive) mail.Letter {
	letter := mail.Letter{
		ID:   fmt.Sprintf("notice-%d.%d.%d", due.NoticeID, due.UserID, due.ToldAt.UnixMicro()),
		Name: due.Name, Address: due.Email, Title: due.Title, Message: due.Message,
		Drive: mail.Drive{
			Company: d.CompanyName, JobTitle: d.JobTitle, InterviewDate: d.InterviewDate, RegistrationDeadline: d.RegistrationDeadline,
		},
	}
	if d.Location != nil {
		letter.Drive.Location = *d.Location
	}
	if d.PackageLPA != nil {
		letter.Drive.PackageLPA = d.PackageLPA.String()
	}
	return letter
}

// remind gives the notice of a near deadline. A job of a deadline that has been moved since finds nothing to do.
func (w *sendEmailWorker) remind(ctx context.Context, job *river.Job[SendEmailArgs]) error {
	return store.InTx(ctx, w.deps.Pool, func(tx pgx.Tx) error {
		drive, err := store.LockDrive(ctx, tx, job.Args.DriveID)
		if err != nil && !store.IsKind(err, store.NotFound) {
			return err
		}
		if err == nil && deadlineNear(drive, time.Now()) {
			event, err := store.NoticeDeadlineNear(ctx, tx, drive, w.deps.Zone)
			if err != nil {
				return err
			}
			if err := w.deps.mail(ctx, tx, SendEmailArgs{DriveID: drive.DriveID, Event: event}); err != nil {
				return err
			}
		}
		_, err = river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		return err
	})
}
