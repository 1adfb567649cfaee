package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"placeops/jobs"
	"placeops/mail"
	"placeops/mail/mailtest"
	"placeops/store"
	"placeops/store/storetest"
)

// mailroom is a posted drive with a number of selected students who are to be told by e-mail.
type mailroom struct {
	t      *testing.T
	pool   *pgxpool.Pool
	server *mailtest.Server
	client *jobs.Client
	cutOff context.CancelFunc // ends the newest client with all its jobs
	drive  store.Drive
}

func newMailroom(t *testing.T, selected int, script func(verb, argument string) string) *mailroom {
	t.Helper()
	m := &mailroom{t: t, pool: storetest.New(t), server: mailtest.Start(t, script)}
	m.exec(`INSERT INTO users (user_id, name, email, role) OVERRIDING SYSTEM VALUE VALUES (1000000, 'C', 'c@college.example', 'COORDINATOR')`)
	m.exec(`INSERT INTO users (user_id, name, email, role)
		SELECT n, 'Student ' || n, 's' || n || '@college.example', 'STUDENT' FROM generate_series(1, $1::integer) n`, selected)
	m.exec(`INSERT INTO students (student_id, roll_number) SELECT user_id, 'R' || user_id FROM users WHERE role = 'STUDENT'`)
	m.exec(`INSERT INTO drives (drive_id, company_name, job_title, status, posted_by, published_by)
		VALUES (1, 'Acme', 'Engineer', 'posted', 1000000, 1000000)`)
	m.exec(`INSERT INTO drive_students (drive_id, student_id, selected, selected_at) SELECT 1, student_id, true, now() FROM students`)
	visible, err := store.DriveFor(t.Context(), m.pool, store.Viewer{SeesAll: true}, 1)
	require.NoError(t, err)
	m.drive = visible.Drive
	require.NoError(t, store.NoticeDrivePublished(t.Context(), m.pool, m.drive, 1000000))
	m.client = m.worker()
	return m
}

// worker starts a client that works jobs, as another process would.
func (m *mailroom) worker() *jobs.Client {
	m.t.Helper()
	smtp, err := mail.ParseServer(m.server.URL(""))
	require.NoError(m.t, err)
	client, err := jobs.NewClient(jobs.Deps{
		Pool: m.pool, Logger: slog.New(slog.DiscardHandler),
		Mail: mail.NewSender(mail.Settings{
			Server: smtp, From: &netmail.Address{Address: "office@college.example"}, Zone: time.UTC,
		}),
	}, jobs.Options{})
	require.NoError(m.t, err)
	var ctx context.Context
	ctx, m.cutOff = context.WithCancel(context.WithoutCancel(m.t.Context()))
	m.t.Cleanup(m.cutOff)
	require.NoError(m.t, client.Start(ctx))
	m.t.Cleanup(func() { require.NoError(m.t, client.Stop(context.WithoutCancel(m.t.Context()))) })
	return client
}

func (m *mailroom) exec(statement string, args ...any) {
	m.t.Helper()
	_, err := m.pool.Exec(m.t.Context(), statement, args...)
	require.NoError(m.t, err)
}

func (m *mailroom) count(query string) (n int) {
	m.t.Helper()
	require.NoError(m.t, m.pool.QueryRow(m.t.Context(), query).Scan(&n))
	return n
}

// tell inserts the job that tells the selected students.
func (m *mailroom) tell() int64 {
	m.t.Helper()
	job, err := m.client.Insert(m.t.Context(), jobs.SendEmailArgs{DriveID: 1, Event: store.EventPublished}, nil)
	require.NoError(m.t, err)
	return job.Job.ID
}

// wait waits until a job is in a state, and returns it.
func (m *mailroom) wait(jobID int64, state rivertype.JobState) (row *rivertype.JobRow) {
	m.t.Helper()
	require.Eventually(m.t, func() bool {
		var err error
		row, err = m.client.JobGet(m.t.Context(), jobID)
		require.NoError(m.t, err)
		return row.State == state
	}, patience, 5*time.Millisecond)
	return row
}

// copies counts how often each address has got the e-mail.
func (m *mailroom) copies() map[string]int {
	copies := map[string]int{}
	for _, message := range m.server.Messages() {
		copies[message.To]++
	}
	return copies
}

func (m *mailroom) requireOneEach(selected int) {
	m.t.Helper()
	copies := m.copies()
	require.Len(m.t, copies, selected)
	for address, number := range copies {
		require.Equal(m.t, 1, number, address)
	}
}

func TestTwoThousandRecipientsGetOneEach(t *testing.T) {
	t.Parallel()
	const selected = 2000
	m := newMailroom(t, selected, nil)
	m.worker() // a second process
	ids := []int64{m.tell(), m.tell(), m.tell()}
	for _, id := range ids {
		m.wait(id, rivertype.JobStateCompleted)
	}
	m.requireOneEach(selected)
	require.Equal(t, selected, m.count(`SELECT count(*) FROM mail_deliveries WHERE state = 'sent' AND settled_at IS NOT NULL`))
	require.Less(t, m.server.Connections(), 3*selected/50, "many e-mails go over one connection")
	m.wait(m.tell(), rivertype.JobStateCompleted)
	m.requireOneEach(selected)
}

// TestCrashBetweenAcceptanceAndCommitRepeatsOneBatchAtMost takes the database connection away from the sender while the mail
// server has taken some e-mails of a batch: nothing is lost, and the second copies can be known by their Message-ID.
func TestCrashBetweenAcceptanceAndCommitRepeatsOneBatchAtMost(t *testing.T) {
	t.Parallel()
	const selected, batch = 120, 50
	var taken atomic.Int32
	var m *mailroom
	m = newMailroom(t, selected, func(verb, _ string) string {
		if verb == "TAKEN" && taken.Add(1) == batch+20 { // in the second batch
			_, err := m.pool.Exec(context.WithoutCancel(t.Context()), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND state = 'idle in transaction'`)
			if err != nil {
				return "451 4.3.0 " + err.Error()
			}
		}
		return ""
	})
	row := m.wait(m.tell(), rivertype.JobStateCompleted)
	require.Equal(t, 2, row.Attempt)
	ids, twice := map[string]string{}, 0
	for _, message := range m.server.Messages() {
		id := message.Header.Get("Message-ID")
		if earlier, ok := ids[message.To]; ok {
			require.Equal(t, earlier, id, "a second copy is known by its Message-ID")
			twice++
		}
		ids[message.To] = id
	}
	require.Len(t, ids, selected, "nobody is forgotten")
	require.Equal(t, batch, twice, "the batch that was in flight, and no other")
	require.Equal(t, selected, m.count(`SELECT count(*) FROM mail_deliveries WHERE state = 'sent'`))
}

func TestDroppedConnectionLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	m := newMailroom(t, 30, func(verb, _ string) string {
		if verb == "RCPT" && tries.Add(1) == 11 {
			return mailtest.HangUp
		}
		return ""
	})
	id := m.tell()
	require.Equal(t, 2, m.wait(id, rivertype.JobStateCompleted).Attempt)
	m.requireOneEach(30)
}

// TestStoppingInTheMiddleOfABatchRepeatsNothing cuts the job's context off, as a stop that does not wait does.
func TestStoppingInTheMiddleOfABatchRepeatsNothing(t *testing.T) {
	t.Parallel()
	const selected = 40
	var taken atomic.Int32
	var m *mailroom
	m = newMailroom(t, selected, func(verb, _ string) string {
		if verb == "TAKEN" && taken.Add(1) == 10 {
			m.cutOff()
		}
		return ""
	})
	id := m.tell()
	select {
	case <-m.client.Stopped():
	case <-time.After(patience):
		t.Fatal("the client has not stopped")
	}
	require.EqualValues(t, 10, taken.Load())
	require.Equal(t, int(taken.Load()), m.count(`SELECT count(*) FROM mail_deliveries WHERE state = 'sent'`))
	m.client = m.worker()
	m.wait(id, rivertype.JobStateCompleted)
	m.requireOneEach(selected)
}

func TestOneRefusedAddressIsRecordedAndBlocksNobody(t *testing.T) {
	t.Parallel()
	m := newMailroom(t, 60, func(verb, argument string) string {
		if verb == "RCPT" && strings.Contains(argument, "<s7@") {
			return "550 5.1.1 no such user"
		}
		return ""
	})
	require.Equal(t, 1, m.wait(m.tell(), rivertype.JobStateCompleted).Attempt)
	require.Len(t, m.copies(), 59)
	var state, reply string
	require.NoError(t, m.pool.QueryRow(t.Context(), `SELECT state, reply FROM mail_deliveries WHERE user_id = 7`).Scan(&state, &reply))
	require.Equal(t, "refused", state)
	require.Contains(t, reply, "no such user")
}

func TestWhoWasNotTakenIsTriedAgainAlone(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	m := newMailroom(t, 60, func(verb, argument string) string {
		if verb == "RCPT" && strings.Contains(argument, "<s7@") && tries.Add(1) == 1 {
			return "451 4.7.1 greylisted"
		}
		return ""
	})
	row := m.wait(m.tell(), rivertype.JobStateCompleted)
	require.Equal(t, 2, row.Attempt)
	require.Contains(t, row.Errors[0].Error, "greylisted")
	require.Contains(t, row.Errors[0].Error, "one e-mail is not sent yet")
	m.requireOneEach(60)
}

func TestMailServerThatIsDownLosesNothing(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	m := newMailroom(t, 3, func(verb, _ string) string {
		if verb == "EHLO" && connections.Add(1) == 1 {
			return mailtest.HangUp
		}
		return ""
	})
	require.Equal(t, 2, m.wait(m.tell(), rivertype.JobStateCompleted).Attempt)
	m.requireOneEach(3)
}

// TestWhatTimeHasOvertakenIsNotSent changes what an e-mail is about while the mail server is busy with the one before it.
func TestWhatTimeHasOvertakenIsNotSent(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"the drive is closed":          `UPDATE drives SET status = 'attending'`,
		"the deadline has passed":      `UPDATE drives SET registration_deadline = now() - interval '1 second'`,
		"the students have registered": `INSERT INTO registrations (drive_id, student_id) SELECT 1, student_id FROM students`,
		"they lost the selection":      `UPDATE drive_students SET selected = false, selected_at = NULL`,
		"they have left":               `UPDATE users SET active = false WHERE role = 'STUDENT'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const selected, batch = 60, 50
			var taken atomic.Int32
			var m *mailroom
			m = newMailroom(t, selected, func(verb, _ string) string {
				if verb == "TAKEN" && taken.Add(1) == batch {
					if _, err := m.pool.Exec(context.WithoutCancel(t.Context()), change); err != nil {
						return "550 " + err.Error()
					}
				}
				return ""
			})
			m.wait(m.tell(), rivertype.JobStateCompleted)
			m.requireOneEach(batch)
			require.Equal(t, selected-batch, m.count(`SELECT count(*) FROM mail_deliveries WHERE state = 'dropped'`))
		})
	}
}

func TestProcessWithoutAMailServerLeavesMailToOthers(t *testing.T) {
	t.Parallel()
	m := newMailroom(t, 1, nil)
	require.NoError(t, m.client.Stop(context.WithoutCancel(t.Context())))
	deaf, err := jobs.NewClient(jobs.Deps{Pool: m.pool, Logger: slog.New(slog.DiscardHandler)}, jobs.Options{})
	require.NoError(t, err)
	require.NoError(t, deaf.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() { require.NoError(t, deaf.Stop(context.WithoutCancel(t.Context()))) })
	id := m.tell()
	probe, err := deaf.Insert(t.Context(), jobs.SendEmailArgs{DriveID: 1, Event: store.EventDeadlineNear}, nil)
	require.NoError(t, err)
	m.wait(probe.Job.ID, rivertype.JobStateCompleted)
	m.wait(id, rivertype.JobStateAvailable)
	m.client = m.worker()
	m.wait(id, rivertype.JobStateCompleted)
	m.requireOneEach(1)
}

func TestMailOfADeletedDriveIsNoWork(t *testing.T) {
	t.Parallel()
	m := newMailroom(t, 1, nil)
	job, err := m.client.Insert(t.Context(), jobs.SendEmailArgs{DriveID: 99, Event: store.EventPublished}, nil)
	require.NoError(t, err)
	require.Equal(t, 1, m.wait(job.Job.ID, rivertype.JobStateCompleted).Attempt)
	require.Empty(t, m.server.Messages())
}

func TestOneStudentsConfirmationTellsNobodyElse(t *testing.T) {
	t.Parallel()
	m := newMailroom(t, 3, nil)
	m.exec(`DELETE FROM notices`) // registered before the publish job has got to the notices
	m.exec(`INSERT INTO registrations (drive_id, student_id) VALUES (1, 1), (1, 2)`)
	job, err := m.client.Insert(t.Context(), jobs.SendEmailArgs{DriveID: 1, Event: store.EventRegistered, UserID: 2}, nil)
	require.NoError(t, err)
	m.wait(job.Job.ID, rivertype.JobStateCompleted)
	require.Equal(t, map[string]int{"s2@college.example": 1}, m.copies())
	require.Equal(t, "Registration confirmed: Acme (Engineer)", m.server.Messages()[0].Subject)
	require.Equal(t, fmt.Sprintf("<notice-%d.2.", m.count(`SELECT notice_id FROM notices`)),
		m.server.Messages()[0].Header.Get("Message-ID")[:len(fmt.Sprintf("<notice-%d.2.", m.count(`SELECT notice_id FROM notices`)))])
}
