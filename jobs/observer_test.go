package jobs_test

import (
	"context"
	"log/slog"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"placeops/jobs"
	"placeops/mail"
	"placeops/store"
	"placeops/store/storetest"
)

// notebook is an observer that keeps what it is told.
type notebook struct {
	mu    sync.Mutex
	runs  []jobs.JobRun
	mails map[string]int
}

func (n *notebook) JobEnded(run jobs.JobRun) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.runs = append(n.runs, run)
}

func (n *notebook) MailsEnded(outcome string, mails int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mails == nil {
		n.mails = map[string]int{}
	}
	n.mails[outcome] += mails
}

// outcomes are the ends of the attempts so far, in order.
func (n *notebook) outcomes() (outcomes []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, run := range n.runs {
		outcomes = append(outcomes, run.Outcome)
	}
	return outcomes
}

func (n *notebook) first() jobs.JobRun {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.runs[0]
}

func (n *notebook) awaits(t *testing.T, outcomes ...string) {
	t.Helper()
	require.Eventually(t, func() bool { return len(n.outcomes()) >= len(outcomes) }, patience, 5*time.Millisecond)
	require.Equal(t, outcomes, n.outcomes())
}

// observed is a client whose refreshes are watched.
type observed struct {
	*jobs.Client
	t     *testing.T
	pool  *pgxpool.Pool
	notes notebook
}

func newObserved(t *testing.T) *observed {
	t.Helper()
	o := &observed{t: t, pool: storetest.New(t)}
	var err error
	o.Client, err = jobs.NewClient(jobs.Deps{Pool: o.pool, Logger: slog.New(slog.DiscardHandler), Observer: &o.notes}, jobs.Options{})
	require.NoError(t, err)
	require.NoError(t, o.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() { require.NoError(t, o.Stop(context.WithoutCancel(t.Context()))) })
	return o
}

func (o *observed) exec(statement string, args ...any) {
	o.t.Helper()
	_, err := o.pool.Exec(o.t.Context(), statement, args...)
	require.NoError(o.t, err)
}

func (o *observed) refresh(opts river.InsertOpts) (jobID int64) {
	o.t.Helper()
	job, err := o.Insert(o.t.Context(), jobs.RefreshMaterializedViewsArgs{}, &opts)
	require.NoError(o.t, err)
	return job.Job.ID
}

func (o *observed) awaitRunning(jobID int64) {
	o.t.Helper()
	require.Eventually(o.t, func() bool {
		job, err := o.JobGet(o.t.Context(), jobID)
		require.NoError(o.t, err)
		return job.State == rivertype.JobStateRunning
	}, patience, 5*time.Millisecond)
}

func TestTheObserverHearsHowEveryAttemptEnds(t *testing.T) {
	t.Parallel()
	o := newObserved(t)
	began := time.Now()
	o.refresh(river.InsertOpts{})
	o.notes.awaits(t, jobs.RunCompleted) // although the worker has completed the job by itself
	run := o.notes.first()
	require.Equal(t, "refresh-materialized-views", run.Kind)
	require.Positive(t, run.Ran)
	require.GreaterOrEqual(t, run.Waited, time.Duration(0))
	require.Less(t, run.Waited+run.Ran, time.Since(began))

	o.exec("ALTER TABLE analytics_refresh RENAME TO away")
	job := o.refresh(river.InsertOpts{ScheduledAt: time.Now().Add(time.Hour)})
	// After its tenth attempt a job rests for hours, so that the next one does not come in between here.
	o.exec("UPDATE river_job SET attempt = 9, state = 'available', scheduled_at = now() WHERE id = $1", job)
	o.notes.awaits(t, jobs.RunCompleted, jobs.RunFailed)
	o.refresh(river.InsertOpts{MaxAttempts: 1})
	o.notes.awaits(t, jobs.RunCompleted, jobs.RunFailed, jobs.RunDiscarded)
}

func TestTheObserverHearsOfAttemptsThatAreStopped(t *testing.T) {
	t.Parallel()
	o := newObserved(t)
	err := store.InTx(t.Context(), o.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "LOCK TABLE analytics_refresh"); err != nil { // a refresh that takes long
			return err
		}
		job := o.refresh(river.InsertOpts{})
		o.awaitRunning(job)
		_, err := o.JobCancel(t.Context(), job)
		require.NoError(t, err)
		o.notes.awaits(t, jobs.RunCancelled)

		o.awaitRunning(o.refresh(river.InsertOpts{}))
		require.NoError(t, o.StopAndCancel(context.WithoutCancel(t.Context())))
		o.notes.awaits(t, jobs.RunCancelled, jobs.RunInterrupted)
		return nil
	})
	require.NoError(t, err)
}

func TestTheObserverHearsOfEveryEmail(t *testing.T) {
	t.Parallel()
	var notes notebook
	m := newMailroom(t, 10, func(verb, argument string) string {
		switch {
		case verb == "RCPT" && strings.Contains(argument, "<s3@"):
			return "550 5.1.1 nobody of that name"
		case verb == "RCPT" && strings.Contains(argument, "<s4@"):
			return "451 4.3.0 not now"
		}
		return ""
	})
	require.NoError(t, m.client.Stop(context.WithoutCancel(t.Context())))
	m.exec(`INSERT INTO mail_deliveries (notice_id, user_id, told_at) SELECT notice_id, 5, now() FROM notices WHERE audience = 'selected'`)
	m.exec("UPDATE users SET active = false WHERE user_id = 5")
	smtp, err := mail.ParseServer(m.server.URL(""))
	require.NoError(t, err)
	client, err := jobs.NewClient(jobs.Deps{
		Pool: m.pool, Logger: slog.New(slog.DiscardHandler), Observer: &notes,
		Mail: mail.NewSender(mail.Settings{Server: smtp, From: &netmail.Address{Address: "office@college.example"}, Zone: time.UTC}),
	}, jobs.Options{})
	require.NoError(t, err)
	require.NoError(t, client.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() { require.NoError(t, client.Stop(context.WithoutCancel(t.Context()))) })
	_, err = client.Insert(t.Context(), jobs.SendEmailArgs{DriveID: 1, Event: store.EventPublished}, &river.InsertOpts{MaxAttempts: 1})
	require.NoError(t, err)
	notes.awaits(t, jobs.RunDiscarded) // one is left over, and would be tried again
	notes.mu.Lock()
	defer notes.mu.Unlock()
	require.Equal(t, map[string]int{store.MailSent: 7, store.MailRefused: 1, store.MailDropped: 1, jobs.MailUnsent: 1}, notes.mails)
}
