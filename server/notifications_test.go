package server_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/jobs"
	"placeops/store"
)

// happening is something that people are told of.
type happening struct {
	name   string
	happen func()
	told   map[string]string // who is told, and the title
	mailed bool
}

// TestEachEventIsToldOnceToExactlyTheRightPeople plays two drives, one cancelled and one finished, and looks after every step
// what is new for everybody, in the application and by e-mail.
func TestEachEventIsToldOnceToExactlyTheRightPeople(t *testing.T) {
	t.Parallel()
	h := startMailing(t, nil)
	h.add("coordinator2", auth.Coordinator)
	h.add("staff2", auth.Staff)
	h.add("head2", auth.Head)
	h.student("goer")
	h.student("idler")
	h.student("weak", func(s *store.NewStudent) { s.CGPA = number("5") })
	var drive int64
	create := happening{"created", func() { drive = h.drive(map[string]any{"min_cgpa": 7}) }, map[string]string{
		"coordinator2": "New drive",
	}, false}
	publish := happening{"published", func() { h.post("coordinator", at("/drives/%d/publish", drive), nil).is(http.StatusOK) }, map[string]string{
		"student": "You can register", "goer": "You can register", "idler": "You can register",
		"staff": "Drive published", "staff2": "Drive published", "coordinator2": "Drive published",
	}, true}
	register := happening{"registered", func() {
		h.post("goer", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
		h.post("goer", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusOK)
	}, map[string]string{"goer": "Registration confirmed"}, true}
	near := happening{"deadline within 24 hours", func() { h.deadline(drive, 2*time.Hour) }, map[string]string{
		"student": "Deadline within a day", "idler": "Deadline within a day",
	}, true}
	moved := happening{"deadline moved within the day", func() { h.deadline(drive, 2*time.Hour+time.Second) }, nil, false}
	cancel := happening{"cancelled", func() { h.post("head", at("/drives/%d/cancel", drive), nil).is(http.StatusOK) }, map[string]string{
		"goer": "Drive cancelled",
	}, true}
	stop := happening{"stopped", func() { h.post("coordinator", at("/drives/%d/stop-registrations", drive), nil).is(http.StatusOK) }, nil, false}
	mark := happening{"marked", func() {
		h.post("coordinator", at("/attendance/%d/mark", drive), map[string]any{"student_id": h.id("goer"), "status": "PRESENT"}).is(http.StatusOK)
	}, nil, false}
	finish := happening{"attendance published", func() {
		h.post("coordinator2", at("/attendance/%d/publish", drive), nil).is(http.StatusOK)
	}, map[string]string{
		"goer": "Attendance published", "staff": "Attendance published", "staff2": "Attendance published",
		"coordinator": "Attendance published", "head": "Attendance published", "head2": "Attendance published",
	}, true}
	for _, what := range []happening{create, publish, register, near, moved, cancel, create, publish, register, stop, mark, finish} {
		h.expectTold(what)
	}
	h.expectTold(happening{"every job run again", h.repeatAllJobs, nil, false})
}

// deadline moves a drive's deadline to so long from now. The day is the same for all: near midnight it would be another.
func (h *harness) deadline(drive int64, fromNow time.Duration) {
	h.t.Helper()
	h.patch("coordinator", at("/drives/%d", drive), map[string]any{
		"registration_deadline": time.Now().Add(fromNow).Format(time.RFC3339),
	}).is(http.StatusOK)
}

func (m *mailing) expectTold(what happening) {
	m.t.Helper()
	before, mailedBefore := map[string][]string{}, m.mailed()
	for name := range m.people {
		before[name] = m.titles(name)
	}
	what.happen()
	m.settle()
	mailed := m.mailed()
	for _, name := range slices.Sorted(maps.Keys(m.people)) {
		expected, expectedMail := before[name], mailedBefore[name]
		if title, ok := what.told[name]; ok {
			expected = append([]string{title}, expected...)
			if what.mailed {
				expectedMail = append(slices.Clone(expectedMail), title+": Acme (Engineer)")
				slices.Sort(expectedMail)
			}
		}
		require.Equal(m.t, expected, m.titles(name), "%s: notices of %s", what.name, name)
		require.Equal(m.t, expectedMail, mailed[name], "%s: e-mails to %s", what.name, name)
	}
}

// repeatAllJobs inserts every job that has run once more, as if it had not been known to be done.
func (h *harness) repeatAllJobs() {
	h.t.Helper()
	h.exec(`INSERT INTO river_job (kind, args, queue, max_attempts, state)
		SELECT kind, args, queue, max_attempts, 'available' FROM river_job WHERE kind IN ('auto-publish', 'send-email')`)
	_, err := h.jobs.Insert(h.t.Context(), jobs.SweepExportsArgs{}, nil) // wakes the queue
	require.NoError(h.t, err)
}

func TestOneReminderForEachDayThatADeadlineIsMovedTo(t *testing.T) {
	t.Parallel()
	h := startMailing(t, nil)
	drive := h.posted(map[string]any{"registration_deadline": time.Now().Add(25 * time.Hour).Format(time.RFC3339)})
	h.settle()
	require.Equal(t, []string{"You can register"}, h.titles("student"), "25 hours are more than a day")
	require.EqualValues(t, 1, h.count(`SELECT count(*) FROM river_job WHERE kind = 'send-email' AND state = 'scheduled'
		AND scheduled_at = (SELECT registration_deadline - interval '24 hours' FROM drives WHERE drive_id = $1)`, drive))

	h.exec(`UPDATE drives SET registration_deadline = now() + interval '90 seconds' WHERE drive_id = $1`, drive)
	h.remindNow(drive)
	require.Equal(t, []string{"Deadline within a day", "You can register"}, h.titles("student"))

	h.exec(`UPDATE drives SET registration_deadline = now() + interval '3 days' WHERE drive_id = $1`, drive)
	h.remindNow(drive) // the job of the earlier deadline
	require.Len(t, h.titles("student"), 2)
	require.Len(t, h.mailed()["student"], 2)

	h.exec(`UPDATE drives SET registration_deadline = now() + interval '3 days' WHERE drive_id = $1`, drive)
	h.exec(`UPDATE notices SET event = 'deadline-near 2020-01-01' WHERE event LIKE 'deadline-near %'`) // days ago
	h.exec(`UPDATE drives SET registration_deadline = now() + interval '23 hours' WHERE drive_id = $1`, drive)
	h.remindNow(drive)
	require.Equal(t, []string{"Deadline within a day", "Deadline within a day", "You can register"}, h.titles("student"))
	require.Len(t, h.mailed()["student"], 3)
}

func (h *harness) remindNow(drive int64) {
	h.t.Helper()
	_, err := h.jobs.Insert(h.t.Context(), jobs.SendEmailArgs{DriveID: drive, Event: store.EventDeadlineNear}, nil)
	require.NoError(h.t, err)
	h.settle()
}

func TestWhoBecomesSelectedLaterIsToldThen(t *testing.T) {
	t.Parallel()
	for name, refilter := range map[string]func(h *harness, drive int64){
		"by a job": func(h *harness, drive int64) {
			h.post("head", at("/drives/%d/trigger-eligibility", drive), nil).is(202)
		},
		"in a request":  func(h *harness, drive int64) { h.post("coordinator", at("/eligibility/%d/filter", drive), nil).is(200) },
		"while it ends": func(h *harness, drive int64) { h.post("coordinator", at("/eligibility/%d/filter", drive), nil).is(200) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := startMailing(t, nil)
			late := h.student("late", func(s *store.NewStudent) { s.CGPA = number("5") })
			fields := map[string]any{"min_cgpa": 7}
			news := []string{"You can register"}
			if name == "while it ends" {
				fields["registration_deadline"] = time.Now().Add(time.Hour).Format(time.RFC3339)
				news = []string{"Deadline within a day", "You can register"}
			}
			drive := h.posted(fields)
			h.settle()
			require.Empty(t, h.titles("late"))
			require.Empty(t, h.mailed()["late"])

			h.exec(`UPDATE students SET cgpa = 9 WHERE student_id = $1`, late)
			refilter(h.harness, drive)
			h.settle()
			require.ElementsMatch(t, news, h.titles("late"))
			require.Len(t, h.mailed()["late"], len(news))
			require.Len(t, h.mailed()["student"], len(news), "the others are not told again")
			first := h.get("late", "/notifications/mine").value("items", 0, "created_at")
			require.Greater(t, first, h.get("student", "/notifications/mine").value("items", 0, "created_at"), "told since the selection")

			h.exec(`UPDATE students SET cgpa = 5 WHERE student_id = $1`, late)
			refilter(h.harness, drive)
			h.settle()
			require.Empty(t, h.titles("late"), "who lost the selection sees nothing of it any more")
			require.EqualValues(t, 0, h.get("late", "/notifications/mine").int("unread_count"))
		})
	}
}

func TestOnlyTheHandPickedAreTold(t *testing.T) {
	t.Parallel()
	h := startMailing(t, nil)
	h.student("unpicked")
	drive := h.drive(map[string]any{"registration_deadline": time.Now().Add(time.Hour).Format(time.RFC3339)})
	h.post("coordinator", at("/drives/%d/publish", drive), map[string]any{"selected_students": []int64{h.id("student")}}).is(http.StatusOK)
	h.settle()
	require.Equal(t, "qualified", h.qualified("unpicked", drive))
	require.Empty(t, h.titles("unpicked"))
	require.Empty(t, h.mailed()["unpicked"])
	require.ElementsMatch(t, []string{"You can register", "Deadline within a day"}, h.titles("student"))
	require.Len(t, h.mailed()["student"], 2)
}

// qualified tells whether a student is eligible for a drive without being selected.
func (h *harness) qualified(who string, drive int64) string {
	h.t.Helper()
	if h.count(`SELECT count(*) FROM drive_students WHERE drive_id = $1 AND student_id = $2 AND NOT selected`, drive, h.id(who)) == 1 {
		return "qualified"
	}
	return "not qualified, or selected"
}

// TestLosingToARefilterIsARefusalAlsoWithMail has a re-filter take a student's eligibility while the registration, which is
// a transaction of several statements where e-mail is sent, waits for the drive.
func TestLosingToARefilterIsARefusalAlsoWithMail(t *testing.T) {
	t.Parallel()
	h := startMailing(t, nil)
	drive := h.posted(nil)
	h.settle()
	refused := make(chan *reply, 1)
	err := store.InTx(t.Context(), h.pool, func(tx pgx.Tx) error {
		if _, err := store.LockDrive(t.Context(), tx, drive); err != nil {
			return err
		}
		request := h.request("student", http.MethodPost, "/registrations", map[string]any{"drive_id": drive})
		go func() { refused <- h.do(request) }()
		require.Eventually(t, func() bool {
			return h.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) > 0
		}, jobTime, time.Millisecond)
		_, err := tx.Exec(t.Context(), `DELETE FROM drive_students WHERE drive_id = $1`, drive)
		return err
	})
	require.NoError(t, err)
	(<-refused).is(http.StatusForbidden)
	require.EqualValues(t, 0, h.count(`SELECT count(*) FROM river_job WHERE args ->> 'event' = 'registered'`))
}

func TestRegisteringAgainIsToldAgain(t *testing.T) {
	t.Parallel()
	h := startMailing(t, nil)
	drive := h.posted(nil)
	h.settle() // the e-mail that calls to register is out
	for range 2 {
		h.post("student", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
		h.settle()
		require.Equal(t, []string{"Registration confirmed", "You can register"}, h.titles("student"))
		require.Equal(t, false, h.get("student", "/notifications/mine").value("items", 0, "is_read"))
		h.post("student", "/notifications/read-all", nil).is(http.StatusOK)
		h.delete("student", at("/registrations/%d", drive)).is(http.StatusNoContent)
		require.Equal(t, []string{"You can register"}, h.titles("student"), "a registration withdrawn is confirmed no more")
	}
	require.Equal(t, []string{
		"Registration confirmed: Acme (Engineer)", "Registration confirmed: Acme (Engineer)", "You can register: Acme (Engineer)",
	}, h.mailed()["student"])
}

func TestAnAccountIsToldNothingOlderThanItself(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.posted(nil)
	h.add("newcomer", auth.Coordinator)
	require.Empty(t, h.titles("newcomer"))
	h.posted(nil)
	require.Empty(t, h.titles("coordinator"), "nobody is told of what he did himself")
	require.Equal(t, []string{"Drive published", "New drive"}, h.titles("newcomer"))
}

func TestWithoutAMailServerThereAreNoMailJobs(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"registration_deadline": time.Now().Add(time.Hour).Format(time.RFC3339)})
	h.post("student", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
	h.settle()
	h.student("other")
	h.post("head", at("/drives/%d/trigger-eligibility", drive), nil).is(http.StatusAccepted)
	h.settle()
	require.ElementsMatch(t, []string{"You can register", "Deadline within a day"}, h.titles("other"), "the reminder needs none")
	require.EqualValues(t, 0, h.count(`SELECT count(*) FROM river_job WHERE queue = 'mail'`))
	require.EqualValues(t, 0, h.count(`SELECT count(*) FROM mail_deliveries`))
}

func TestNotificationsPageNewestFirst(t *testing.T) {
	t.Parallel()
	h := start(t)
	var drives []int64
	for i := range 5 {
		drives = append(drives, h.posted(map[string]any{"company_name": fmt.Sprint("Company ", i)}))
	}
	slices.Reverse(drives)
	h.exec(`UPDATE notices SET created_at = (SELECT max(created_at) FROM notices)`) // the id decides
	h.exec(`UPDATE drive_students SET selected_at = '2026-01-01Z'`)
	var seen []int64
	path := "/api/notifications/mine?limit=2"
	for path != "" {
		page := h.get("student", path).is(http.StatusOK)
		require.EqualValues(t, 5, page.int("unread_count"), "on all pages")
		items, _ := page.value("items").([]any)
		require.LessOrEqual(t, len(items), 2)
		for i := range items {
			require.Equal(t, "drive", page.value("items", i, "entity_type"))
			seen = append(seen, page.int("items", i, "entity_id"))
		}
		path = followingNotices(page)
	}
	require.Equal(t, drives, seen)
}

// followingNotices is where the Link header leads, or "".
func followingNotices(page *reply) string {
	link, _, _ := strings.Cut(strings.TrimPrefix(page.header.Get("Link"), "<"), ">")
	return link
}

func TestReadingNotifications(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("other")
	h.posted(nil)
	h.posted(nil)
	item := h.get("student", "/notifications/mine").is(http.StatusOK)
	require.EqualValues(t, 2, item.int("unread_count"))
	require.Equal(t, false, item.value("items", 0, "is_read"))
	require.Nil(t, item.value("items", 0, "read_at"))
	require.Equal(t, "success", item.value("items", 0, "type"))
	require.Equal(t, "Acme (Engineer) is open for your registration.", item.value("items", 0, "message"))

	id := item.int("items", 0, "notification_id")
	read := h.patch("student", at("/notifications/%d/read", id), nil).is(http.StatusOK)
	require.EqualValues(t, 1, read.int("unread_count"))
	require.Equal(t, true, read.value("item", "is_read"))
	require.Equal(t, id, read.int("item", "notification_id"))
	again := h.patch("student", at("/notifications/%d/read", id), nil).is(http.StatusOK)
	require.Equal(t, read.value("item", "read_at"), again.value("item", "read_at"), "read once is read since then")
	require.EqualValues(t, 2, h.get("other", "/notifications/mine").int("unread_count"), "everybody reads alone")

	all := h.post("student", "/notifications/read-all", nil).is(http.StatusOK)
	require.Equal(t, true, all.value("ok"))
	require.EqualValues(t, 0, all.int("unread_count"))
	require.Equal(t, read.value("item", "read_at"), h.get("student", "/notifications/mine").value("items", 0, "read_at"))
}

func TestWhoMayDoWhatWithNotifications(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("weak", func(s *store.NewStudent) { s.CGPA = number("5") })
	h.posted(map[string]any{"min_cgpa": 7})
	mine := at("/notifications/%d/read", h.get("student", "/notifications/mine").int("items", 0, "notification_id"))
	for _, c := range []struct {
		as, method, path string
		status           int
	}{
		{"anonymous", "GET", "/notifications/mine", 401},
		{"anonymous", "POST", "/notifications/read-all", 401},
		{"anonymous", "PATCH", mine, 401},
		{"student", "GET", "/notifications/mine", 200},
		{"staff", "GET", "/notifications/mine", 200},
		{"coordinator", "GET", "/notifications/mine", 200},
		{"head", "GET", "/notifications/mine", 200},
		{"student", "GET", "/notifications/mine?limit=0", 422},
		{"student", "GET", "/notifications/mine?limit=501", 422},
		{"student", "GET", "/notifications/mine?cursor=x", 422},
		{"student", "GET", "/notifications/mine?cursor=MjAyNg", 422},
		{"student", "PATCH", mine, 200},
		{"weak", "PATCH", mine, 404},
		{"staff", "PATCH", mine, 404},
		{"coordinator", "PATCH", mine, 404},
		{"head", "PATCH", mine, 404},
		{"student", "PATCH", "/notifications/999999/read", 404},
		{"student", "PATCH", "/notifications/none/read", 422},
		{"head", "POST", "/notifications/read-all", 200},
	} {
		h.call(c.as, c.method, c.path, nil).is(c.status)
	}
	require.EqualValues(t, 1, h.count(`SELECT count(*) FROM notice_reads`), "nobody else has left a mark")
}

// TestNotificationsAreIndexLookups keeps the cost of what every student's browser asks every few seconds independent of
// how many other students there are.
func TestNotificationsAreIndexLookups(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.exec(`INSERT INTO users (name, email, role) SELECT 'S', 's' || n || '@bulk.example', 'STUDENT' FROM generate_series(1, 500) n`)
	h.exec(`INSERT INTO students (student_id, roll_number) SELECT user_id, 'B' || user_id FROM users WHERE email LIKE '%@bulk.example'`)
	h.exec(`INSERT INTO drives (company_name, job_title, status, posted_by, published_by)
		SELECT 'C' || n, 'J', 'posted', $1, $1 FROM generate_series(1, 200) n`, h.id("coordinator"))
	h.exec(`INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
		SELECT drive_id, student_id, true, now() FROM drives, students ORDER BY drive_id, student_id`) // as publishing does
	h.exec(`INSERT INTO registrations (drive_id, student_id) SELECT drive_id, student_id FROM drive_students WHERE (drive_id + student_id) % 3 = 0`)
	h.exec(`INSERT INTO notices (event, drive_id, audience, title, message, type)
		SELECT a, drive_id, a, 't', 'm', 'info' FROM drives, unnest(ARRAY['selected', 'registered', 'unregistered']) a`)
	h.exec(`INSERT INTO notices (event, drive_id, audience, roles, title, message, type)
		SELECT 'e', drive_id, 'roles', '{STAFF}', 't', 'm', 'info' FROM drives`)
	h.exec(`ANALYZE`)
	for _, query := range []string{
		`SELECT count(*) FROM notice_readers t WHERE t.user_id = $1 AND NOT EXISTS (SELECT FROM notice_reads seen
			WHERE seen.notice_id = t.notice_id AND seen.user_id = t.user_id AND seen.read_at >= t.told_at)`,
		`SELECT notice_id, told_at FROM notice_readers WHERE user_id = $1 ORDER BY told_at DESC, notice_id DESC LIMIT 51`,
	} {
		rows, err := h.pool.Query(t.Context(), "EXPLAIN "+query, h.id("student"))
		require.NoError(t, err)
		plan := ""
		for rows.Next() {
			var line string
			require.NoError(t, rows.Scan(&line))
			plan += line + "\n"
		}
		require.NoError(t, rows.Err())
		for _, table := range []string{"drive_students", "registrations", "users", "students"} {
			require.NotContains(t, plan, "Seq Scan on "+table, "%s", plan)
		}
	}
	require.NoError(t, store.InTx(t.Context(), h.pool, func(tx pgx.Tx) error {
		drive := h.count(`SELECT min(drive_id) FROM drives`)
		before := wholeReads(t, tx, "drive_students") // of this connection, before as well
		for _, event := range []string{"selected", "registered", "unregistered"} {
			topic := store.MailTopic{DriveID: drive, Event: event}
			require.NoError(t, store.AddMailDeliveries(t.Context(), tx, topic))
			_, err := store.DueMails(t.Context(), tx, topic, store.DueMail{}, 50)
			require.NoError(t, err)
		}
		require.Equal(t, before, wholeReads(t, tx, "drive_students"), "e-mails of one drive are looked up without reading all drives")
		return nil
	}))
	require.EqualValues(t, 400, h.get("student", "/notifications/mine").is(http.StatusOK).int("unread_count"))
}

// wholeReads counts how often this connection has read a table from its beginning to its end, since it last reported.
func wholeReads(t *testing.T, tx pgx.Tx, table string) (n int) {
	t.Helper()
	require.NoError(t, tx.QueryRow(t.Context(), `SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = $1`, table).Scan(&n))
	return n
}
