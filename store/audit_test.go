package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/storetest"
)

// trail is a database with a head (1), three students (2 to 4) and a drive (1) that two of them are selected for, and what
// the audit trail tells of what happens from then on.
type trail struct {
	t    *testing.T
	pool *pgxpool.Pool
	from int64 // the last entry of before
}

func newTrail(t *testing.T) *trail {
	t.Helper()
	tr := &trail{t: t, pool: storetest.New(t)}
	tr.exec(`INSERT INTO users (user_id, name, email, role) VALUES (1, 'Head', 'head@c.example', 'HEAD'), (2, 'Asha', 'asha@c.example', 'STUDENT'),
	         (3, 'Ravi', 'ravi@c.example', 'STUDENT'), (4, 'Nisha', 'nisha@c.example', 'STUDENT')`)
	tr.exec(`INSERT INTO students (student_id, roll_number, cgpa) VALUES (2, 'R2', 8.10), (3, 'R3', 7), (4, 'R4', 9)`)
	tr.exec(`INSERT INTO drives (drive_id, company_name, job_title, posted_by, status) VALUES (1, 'Acme', 'Engineer', 1, 'posted')`)
	tr.exec(`INSERT INTO drive_students (drive_id, student_id, selected, selected_at) VALUES (1, 2, true, now()), (1, 3, true, now())`)
	require.NoError(t, tr.pool.QueryRow(t.Context(), "SELECT max(audit_id) FROM audit_entries").Scan(&tr.from))
	return tr
}

func (tr *trail) exec(statement string, args ...any) {
	tr.t.Helper()
	_, err := tr.pool.Exec(tr.t.Context(), statement, args...)
	require.NoError(tr.t, err, statement)
}

// lines are what has been recorded since newTrail, oldest first, each as one text.
func (tr *trail) lines() []string {
	tr.t.Helper()
	found, err := store.AuditLines(tr.t.Context(), tr.pool, store.AuditFilter{}, nil, 10_000)
	require.NoError(tr.t, err)
	slices.SortStableFunc(found, func(a, b store.AuditLine) int { return cmp.Compare(a.AuditID, b.AuditID) })
	var texts []string
	for _, l := range found {
		if l.AuditID > tr.from {
			texts = append(texts, lineText(l))
		}
	}
	return texts
}

func lineText(l store.AuditLine) string {
	text := l.Entity + " " + l.Change
	if l.DriveID != nil {
		text += fmt.Sprintf(" drive %d", *l.DriveID)
	}
	if l.UserID != nil {
		text += fmt.Sprintf(" user %d", *l.UserID)
	}
	if l.ActorID != nil {
		text += fmt.Sprintf(" by %d", *l.ActorID)
	}
	for _, name := range slices.Sorted(maps.Keys(l.Before)) {
		text += fmt.Sprintf(" %s: %s", name, l.Before[name])
		if after, ok := l.After[name]; ok {
			text += fmt.Sprintf(" → %s", after)
		}
	}
	return text
}

// seal seals all entries that there are.
func (tr *trail) seal() {
	tr.t.Helper()
	require.NoError(tr.t, store.SealAudit(tr.t.Context(), tr.pool))
}

func (tr *trail) verify(anchor string) store.AuditReport {
	tr.t.Helper()
	var report store.AuditReport
	require.NoError(tr.t, store.InTx(tr.t.Context(), store.Snapshot{Pool: tr.pool}, func(tx pgx.Tx) (err error) {
		report, err = store.VerifyAudit(tr.t.Context(), tx, anchor)
		return err
	}))
	return report
}

func TestEveryChangeIsInTheTrail(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string][]string{
		"UPDATE drives SET status = 'attending'":                                                    {`drive changed drive 1 status: "posted" → "attending"`},
		"INSERT INTO drives (drive_id, company_name, job_title, posted_by) VALUES (7, 'B', 'C', 1)": {"drive created drive 7"},
		"UPDATE students SET cgpa = 7.50 WHERE student_id = 2":                                      {`student changed user 2 cgpa: 8.10 → 7.50`},
		"UPDATE students SET debarred = true WHERE student_id IN (3, 4)":                            {"student changed user 3 debarred: false → true", "student changed user 4 debarred: false → true"},
		"UPDATE users SET active = false WHERE user_id = 4":                                         {"user changed user 4 active: true → false"},
		"UPDATE users SET role = 'STAFF' WHERE user_id = 4":                                         {`user changed user 4 role: "STUDENT" → "STAFF"`},
		"INSERT INTO users (user_id, name, email, role) VALUES (9, 'New', 'n@c.example', 'STAFF')":  {"user created user 9"},
		"INSERT INTO drive_students VALUES (1, 4, false, NULL)":                                     {"selection created drive 1 user 4"},
		"UPDATE drive_students SET selected = false, selected_at = NULL WHERE student_id = 2":       {"selection changed drive 1 user 2 selected: true → false"},
		"DELETE FROM drive_students WHERE student_id = 3":                                           {"selection deleted drive 1 user 3 selected: true"},
		"INSERT INTO registrations (drive_id, student_id) VALUES (1, 2), (1, 3)":                    {"registration created drive 1 user 2", "registration created drive 1 user 3"},
		"TRUNCATE registrations CASCADE":                                                            {"attendance emptied", "registration emptied"},
		"DELETE FROM drives":                                                                        {"drive deleted drive 1", "selection deleted drive 1 user 2 selected: true", "selection deleted drive 1 user 3 selected: true"},
		// What is not a change, and what nobody asks about.
		"UPDATE students SET cgpa = cgpa, updated_at = now()":                      nil,
		"UPDATE users SET tokens_valid_from = now()":                               nil,
		"DELETE FROM registrations":                                                nil,
		"INSERT INTO registrations (drive_id, student_id) SELECT 1, 2 WHERE false": nil,
	} {
		t.Run(statement, func(t *testing.T) {
			t.Parallel()
			tr := newTrail(t)
			tr.exec(statement)
			var got []string
			for _, line := range tr.lines() {
				got = append(got, cutStates(line, want))
			}
			require.ElementsMatch(t, want, got)
			tr.seal()
			report := tr.verify("")
			require.Empty(t, report.Faults)
			require.Zero(t, report.Unsealed)
		})
	}
}

// cutStates leaves of a line what one of the wanted lines begins with: a created or deleted drive tells all its fields.
func cutStates(line string, want []string) string {
	for _, w := range want {
		if len(line) > len(w) && line[:len(w)] == w {
			return w
		}
	}
	return line
}

func TestRegistrationsAndAttendanceAreInTheTrailToTheirEnd(t *testing.T) {
	t.Parallel()
	tr := newTrail(t)
	tr.exec("INSERT INTO registrations (drive_id, student_id) VALUES (1, 2), (1, 3)")
	tr.exec("INSERT INTO attendance (drive_id, student_id, status, marked_by) VALUES (1, 2, 'PRESENT', 1)")
	tr.exec(`INSERT INTO attendance (drive_id, student_id, status, marked_by) VALUES (1, 2, 'ABSENT', 1), (1, 3, 'ABSENT', 1)
	         ON CONFLICT (drive_id, student_id) DO UPDATE SET status = excluded.status`)
	tr.exec("INSERT INTO finished_drives (drive_id, total_registered, total_present, total_absent, published_by) VALUES (1, 2, 0, 2, 1)")
	tr.exec("UPDATE finished_drives SET total_present = 1, total_absent = 1")
	tr.exec("DELETE FROM attendance WHERE student_id = 3")
	tr.exec("UPDATE registrations SET registered_at = '2020-01-01Z' WHERE student_id = 3")
	tr.exec("DELETE FROM registrations WHERE student_id = 3")
	lines := tr.lines()
	require.Len(t, lines, 10)
	require.Equal(t, []string{"registration created drive 1 user 2", "registration created drive 1 user 3", "attendance created drive 1 user 2"}, lines[:3])
	require.ElementsMatch(t, []string{"attendance created drive 1 user 3", `attendance changed drive 1 user 2 status: "PRESENT" → "ABSENT"`}, lines[3:5])
	require.Equal(t, []string{"result created drive 1", "result changed drive 1 total_absent: 2 → 1 total_present: 0 → 1"}, lines[5:7])
	require.Equal(t, `attendance deleted drive 1 user 3 status: "ABSENT"`, lines[7])
	require.Contains(t, lines[8], "registration changed drive 1 user 3 registered_at: ")
	require.Contains(t, lines[9], "registration deleted drive 1 user 3 ")
}

// What is not told of a row, and why.
var untold = map[string]string{
	"drives.drive_id": "names the line", "drives.created_at": "the entry's own time", "drives.updated_at": "the entry's own time",
	"drive_students.drive_id": "names the line", "drive_students.student_id": "names the line", "drive_students.selected_at": "the entry's own time",
	"registrations.drive_id": "names the line", "registrations.student_id": "names the line",
	"attendance.attendance_id": "says nothing", "attendance.drive_id": "names the line", "attendance.student_id": "names the line",
	"attendance.marked_by": "the entry's actor", "attendance.marked_at": "the entry's own time",
	"finished_drives.drive_id": "names the line",
	"students.student_id":      "names the line", "students.updated_at": "the entry's own time",
	"users.user_id": "names the line", "users.password_hash": "a secret; told as a mark", "users.code_hash": "a secret; told as a mark",
	"users.code_used_at": "told as a mark", "users.tokens_valid_from": "follows from other changes", "users.import_id": "whose codes may be fetched",
	"users.created_at": "the entry's own time", "users.updated_at": "the entry's own time",
	"drives.pdf_key": "told as pdf",
}

func TestEveryColumnOfAuditedTablesIsInTheTrail(t *testing.T) {
	t.Parallel()
	tr := newTrail(t)
	tr.exec("INSERT INTO registrations (drive_id, student_id) VALUES (1, 2)")
	tr.exec("INSERT INTO attendance (drive_id, student_id, status, marked_by) VALUES (1, 2, 'PRESENT', 1)")
	tr.exec("INSERT INTO finished_drives (drive_id, total_registered, total_present, total_absent, published_by) VALUES (1, 1, 1, 0, 1)")
	for table, entity := range map[string]string{
		"drives": "drive", "drive_students": "selection", "registrations": "registration", "attendance": "attendance",
		"finished_drives": "result", "students": "student", "users": "user",
	} {
		var told []string
		require.NoError(t, tr.pool.QueryRow(t.Context(), `
SELECT array_agg(DISTINCT told)
FROM audit_entries e
CROSS JOIN LATERAL json_object_keys(CASE json_typeof(e.after) WHEN 'array' THEN e.after -> 0 ELSE e.after END) AS told
WHERE e.entity = $1`, entity).Scan(&told), table)
		if table == "registrations" { // a new one tells nothing but whose it is
			told = []string{"registration_id", "registered_at"}
		}
		rows, err := tr.pool.Query(t.Context(), "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped", table)
		require.NoError(t, err)
		columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		for _, column := range columns {
			if _, ok := untold[table+"."+column]; !ok {
				require.Contains(t, told, column, "%s: the audit trail does not tell of it, and no reason is given", table)
			}
		}
	}
}

func TestSecretsAreInTheTrailAsMarksOnly(t *testing.T) {
	t.Parallel()
	tr := newTrail(t)
	tr.exec("UPDATE users SET password_hash = 'a very secret hash' WHERE user_id = 1")
	tr.exec("UPDATE users SET password_hash = 'another secret hash', code_hash = sha256('code') WHERE user_id = 1")
	tr.exec("UPDATE users SET code_used_at = now() WHERE user_id = 1")
	lines := tr.lines()
	require.Len(t, lines, 3)
	require.Regexp(t, `password: "none" → "set #[0-9a-f]{8}"`, lines[0])
	require.Regexp(t, `password: "set #[0-9a-f]{8}" → "set #[0-9a-f]{8}"`, lines[1])
	require.Regexp(t, `one_time_code: "none" → "given #[0-9a-f]{8}"`, lines[1])
	require.Regexp(t, `one_time_code: "given #([0-9a-f]{8})" → "used #[0-9a-f]{8}"`, lines[2])
	var all string
	require.NoError(t, tr.pool.QueryRow(t.Context(), "SELECT string_agg(e::text, '') FROM audit_entries e").Scan(&all))
	require.NotContains(t, all, "secret")
}

func TestAnEntryTellsWhoActedAndGoesWithTheTransaction(t *testing.T) {
	t.Parallel()
	tr := newTrail(t)
	ctx := store.WithActing(t.Context(), store.Acting{UserID: 1, Operation: "publishDrive", RequestID: "r-1"})
	undone := errors.New("undone")
	change := func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE drives SET location = 'Pune'")
		return err
	}
	require.ErrorIs(t, store.InTx(ctx, tr.pool, func(tx pgx.Tx) error {
		require.NoError(t, change(tx))
		return undone
	}), undone)
	require.Empty(t, tr.lines(), "what was undone has left no entry")
	require.NoError(t, store.InTx(ctx, tr.pool, func(tx pgx.Tx) error {
		return store.InTx(ctx, tx, change) // a savepoint keeps who acts
	}))
	tr.exec("UPDATE drives SET location = 'Goa'") // the same connection, perhaps: nothing of it has stayed
	lines, err := store.AuditLines(t.Context(), tr.pool, store.AuditFilter{Entity: new("drive")}, nil, 2)
	require.NoError(t, err)
	require.Nil(t, lines[0].ActorID)
	require.Empty(t, lines[0].Operation)
	require.NotEmpty(t, lines[0].DatabaseRole)
	require.EqualValues(t, 1, *lines[1].ActorID)
	require.Equal(t, "Head", *lines[1].ActorName)
	require.Equal(t, []string{"publishDrive", "r-1"}, []string{lines[1].Operation, lines[1].RequestID})
	for _, bad := range []store.Acting{{Operation: "x'; DROP TABLE users; --"}, {RequestID: "a|b"}} {
		require.ErrorContains(t, store.InTx(store.WithActing(t.Context(), bad), tr.pool, change), "no name of an operation")
	}
	require.Empty(t, tr.verify("").Faults)
}

func TestStudentsRegisterThemselvesInTheTrail(t *testing.T) {
	t.Parallel()
	tr := newTrail(t)
	candidates := []store.Candidate{{DriveID: 1, StudentID: 2}, {DriveID: 1, StudentID: 3}, {DriveID: 1, StudentID: 4}}
	_, err := store.RegisterMany(t.Context(), tr.pool, candidates)
	require.NoError(t, err)
	require.Equal(t, []string{"registration created drive 1 user 2 by 2", "registration created drive 1 user 3 by 3"}, tr.lines())
	_, err = store.RegisterMany(t.Context(), tr.pool, candidates)
	require.NoError(t, err)
	require.Len(t, tr.lines(), 2, "once")
	tr.exec("DELETE FROM registrations")
	_, err = store.RegisterForDrive(t.Context(), tr.pool, 1, []int64{3})
	require.NoError(t, err)
	lines, err := store.AuditLines(t.Context(), tr.pool, store.AuditFilter{ActorID: new(int64(3))}, nil, 10)
	require.NoError(t, err)
	require.Len(t, lines, 2)
	require.Equal(t, "register", lines[0].Operation)
}

func TestTheTrailIsReadByWhatItIsAboutAndByPage(t *testing.T) {
	t.Parallel()
	for name, sealed := range map[string]struct{ midway, atEnd bool }{"unsealed": {false, false}, "half sealed": {true, false}, "sealed": {true, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrail(t)
			tr.exec(`INSERT INTO users (user_id, name, email, role) SELECT 100 + n, 'S ' || n, 's' || n || '@c.example', 'STUDENT' FROM generate_series(1, 2600) n`)
			tr.exec("INSERT INTO students (student_id, roll_number) SELECT user_id, 'B' || user_id FROM users WHERE user_id > 100")
			tr.exec("INSERT INTO drives (drive_id, company_name, job_title, posted_by, status) VALUES (2, 'Bosch', 'Engineer', 1, 'posted')")
			if sealed.midway {
				tr.seal()
			}
			tr.exec("INSERT INTO drive_students (drive_id, student_id, selected, selected_at) SELECT 2, student_id, true, now() FROM students")
			tr.exec("INSERT INTO registrations (drive_id, student_id) VALUES (2, 150), (1, 2), (2, 151)")
			tr.exec("BEGIN; SET LOCAL placeops.acting = '4|patchDrive|x'; UPDATE drives SET location = 'Pune' WHERE drive_id = 1; COMMIT")
			_, err := store.RegisterForDrive(t.Context(), tr.pool, 2, []int64{152})
			require.NoError(t, err)
			if sealed.atEnd {
				tr.seal()
			}
			tr.isReadBy()
		})
	}
}

func (tr *trail) isReadBy() {
	const all = 4 + 3 + 1 + 2 + 2600 + 2600 + 1 + 2603 + 3 + 1 + 1
	hour := func(n time.Duration) *time.Time { return new(time.Now().Add(n * time.Hour)) }
	for name, c := range map[string]struct {
		filter store.AuditFilter
		want   int
	}{
		"everything":                         {store.AuditFilter{}, all},
		"a user among thousands":             {store.AuditFilter{UserID: new(int64(150))}, 4},
		"a user of few":                      {store.AuditFilter{UserID: new(int64(2))}, 5},
		"a drive":                            {store.AuditFilter{DriveID: new(int64(1))}, 1 + 2 + 1 + 1},
		"a drive with thousands":             {store.AuditFilter{DriveID: new(int64(2))}, 1 + 2603 + 2 + 1},
		"a user in a drive":                  {store.AuditFilter{DriveID: new(int64(2)), UserID: new(int64(150))}, 2},
		"a kind":                             {store.AuditFilter{Entity: new("registration")}, 4},
		"an operation":                       {store.AuditFilter{Operation: new("register")}, 1},
		"who acted":                          {store.AuditFilter{ActorID: new(int64(4))}, 1},
		"who acted for himself":              {store.AuditFilter{ActorID: new(int64(152))}, 1},
		"nobody has acted":                   {store.AuditFilter{ActorID: new(int64(1))}, 0},
		"a user who is in none of its drive": {store.AuditFilter{DriveID: new(int64(1)), UserID: new(int64(150))}, 0},
		"since an hour":                      {store.AuditFilter{Since: hour(-1)}, all},
		"since tomorrow":                     {store.AuditFilter{Since: hour(24)}, 0},
		"until an hour ago":                  {store.AuditFilter{Until: hour(-1)}, 0},
		"a drive today":                      {store.AuditFilter{DriveID: new(int64(1)), Since: hour(-1), Until: hour(1)}, 1 + 2 + 1 + 1},
	} {
		tr.t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole, err := store.AuditLines(t.Context(), tr.pool, c.filter, nil, 100_000)
			require.NoError(t, err)
			require.Len(t, whole, c.want)
			var paged []store.AuditLine
			var after *store.AuditPlace
			for {
				page, err := store.AuditLines(t.Context(), tr.pool, c.filter, after, 997)
				require.NoError(t, err)
				paged = append(paged, page...)
				if len(page) < 997 {
					break
				}
				after = &store.AuditPlace{AuditID: page[996].AuditID, Line: page[996].Line}
			}
			require.Len(t, paged, len(whole))
			for i := range whole {
				require.Equal(t, [2]int64{whole[i].AuditID, whole[i].Line}, [2]int64{paged[i].AuditID, paged[i].Line})
			}
		})
	}
}
