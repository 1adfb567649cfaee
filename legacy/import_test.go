package legacy_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/legacy"
	"placeops/store"
	"placeops/store/storetest"
)

func TestAMinimalInstallationIsImported(t *testing.T) {
	t.Parallel()
	m := newMove(t, "minimal")
	report, err := m.importIt()
	require.NoError(t, err)
	require.Contains(t, told(t, report), "table staffs")
	require.Contains(t, told(t, report), "added     drive_eligibility_results drive 5: students are registered and were neither eligible nor selected")
	m.is("6", "SELECT count(*) FROM users")
	m.is("Asha@Old.example STUDENT NULL", "SELECT concat_ws(' ', email, role, COALESCE(department, 'NULL')) FROM users WHERE user_id = 11")
	m.is("98765 43210", "SELECT phone FROM users WHERE user_id = 2")
	m.is("27ME003 1", "SELECT concat_ws(' ', roll_number, active_backlogs) FROM students WHERE student_id = 13")
	m.is("7 Core", "SELECT concat_ws(' ', domain_id, domain_name) FROM job_domains ORDER BY 1 DESC LIMIT 1")
	m.is("pending 2026-02-01 04:00:00.25", "SELECT concat_ws(' ', status, created_at AT TIME ZONE 'UTC') FROM drives WHERE drive_id = 5")
	m.is("2026-03-01 04:30:00", "SELECT interview_date AT TIME ZONE 'UTC' FROM drives WHERE drive_id = 5")
	m.is("21 22", "SELECT string_agg(registration_id::text, ' ' ORDER BY 1) FROM registrations")
	m.is("2026-02-03 13:15:10", "SELECT registered_at AT TIME ZONE 'UTC' FROM registrations WHERE registration_id = 21")
	next, err := store.CreateUser(t.Context(), m.pool, store.NewUser{Name: "New", Email: "new@old.example", Role: "STAFF"})
	require.NoError(t, err)
	require.Equal(t, int64(14), next.UserID, "numbers go on")
}

func TestTheTrailTellsOfTheImportAndIsWhole(t *testing.T) {
	t.Parallel()
	m := newMove(t, "minimal", "full")
	_, err := m.importIt()
	require.NoError(t, err)
	m.is("import-legacy", "SELECT string_agg(DISTINCT operation, ',') FROM audit_entries")
	m.is("5", "SELECT sum(cardinality(user_ids)) FROM audit_entries WHERE entity = 'registration'")
	require.NoError(t, store.SealAudit(t.Context(), m.pool))
	err = store.InTx(t.Context(), store.Snapshot{Pool: m.pool}, func(tx pgx.Tx) error {
		found, err := store.VerifyAudit(t.Context(), tx, "")
		require.Zero(t, found.FaultCount)
		return err
	})
	require.NoError(t, err)
}

func TestAFullInstallationIsImported(t *testing.T) {
	t.Parallel()
	for _, scripts := range [][]string{{"minimal", "full"}, {"minimal", "full", "older"}} {
		m := newMove(t, scripts...)
		report, err := m.importIt()
		require.NoError(t, err)
		require.Equal(t, 1, report.Files)
		m.is("5 posted, 6 pending, 8 finished, 9 attending", "SELECT string_agg(concat_ws(' ', drive_id, status), ', ' ORDER BY drive_id) FROM drives")
		m.is("2 1 1 2025-12-20 11:30:00", "SELECT concat_ws(' ', total_registered, total_present, total_absent, finished_date AT TIME ZONE 'UTC') FROM finished_drives")
		m.is("11 true, 12 true, 13 false", "SELECT string_agg(concat_ws(' ', student_id, CASE WHEN selected THEN 'true' ELSE 'false' END), ', ' ORDER BY student_id) FROM drive_students WHERE drive_id = 8")
		m.is("3 2", "SELECT concat_ws(' ', eligible_count, selected_count) FROM drives WHERE drive_id = 8")
		m.is("41 11 PRESENT 1, 42 12 ABSENT 1", "SELECT string_agg(concat_ws(' ', attendance_id, student_id, status, marked_by), ', ' ORDER BY attendance_id) FROM attendance")
		m.is("51 11 5 success", "SELECT string_agg(concat_ws(' ', notice_id, user_id, drive_id, type), ', ') FROM notices")
		m.is("51 2026-02-04 02:30:00", "SELECT concat_ws(' ', notice_id, read_at AT TIME ZONE 'UTC') FROM notice_reads")
		require.Equal(t, 1, m.stored())
		object, err := m.files.Open(t.Context(), one(m, "SELECT pdf_key FROM drives WHERE drive_id = 5"))
		require.NoError(t, err)
		require.Equal(t, int64(len("%PDF-1.4 Robots")), object.Size())
		require.NoError(t, object.Close())

		before := storetest.Contents(t, m.pool)
		_, err = m.importIt()
		require.ErrorContains(t, err, "holds data")
		require.Equal(t, before, storetest.Contents(t, m.pool), "a second import changes nothing")
	}
}

func one(m *move, query string) (text string) {
	m.t.Helper()
	require.NoError(m.t, m.pool.QueryRow(m.t.Context(), query).Scan(&text))
	return text
}

func TestWhatCanBeMendedIsMendedAndReported(t *testing.T) {
	t.Parallel()
	m := newMove(t, "minimal", "full", "mendable")
	report, err := m.importIt()
	require.NoError(t, err, told(t, report))
	text := told(t, report)
	for _, line := range []string{
		`repaired  users 14: email "ASHA@old.example" is the address of an account with a lower id too; it becomes "legacy-14@duplicate.invalid"`,
		`repaired  users 14: name "" is missing; it becomes "ASHA@old.example"`,
		`repaired  users 15: password_hash "(not shown)" is no bcrypt hash`,
		`repaired  students 14: roll_number "" is missing; it becomes "LEGACY-14"`,
		`repaired  students 12: roll_number "27cse001" is that of a student with a lower id too; it becomes "LEGACY-12"`,
		`repaired  students 14: tenth_percent "81.123456" has more than four decimals; longer ones are cut; it becomes "81.1234"`,
		`added     students 15: the user is a STUDENT and has no row`,
		`repaired  placement_coordinators 2: contact_number`,
		`left out  job_domains 9: " core" a domain with a lower id`,
		`repaired  placement_drives 10: domain_id "9" that domain stands there twice; it becomes "7"`,
		`repaired  placement_drives 10: posted_by "" is nobody`,
		`repaired  placement_drives 10: published_by "99" is the id of no user`,
		`repaired  placement_drives 10: created_at "" is missing`,
		`repaired  placement_drives 10: auto_published "false" it is published and nobody was chosen by hand`,
		`repaired  placement_drives 8: status "attending" the attendance is published; it becomes "finished"`,
		`repaired  placement_drives 11: status "" the drive is among the finished ones; it becomes "finished"`,
		`left out  drive_eligibility_results drive 77, student 11: `,
		`left out  drive_eligibility_results drive 10, student 12: stands there more than once`,
		`left out  drive_coordinator_selections drive 8, student 99`,
		`left out  drive_registrations 61: `,
		`repaired  drive_registrations 62: registered_at "" is missing`,
		`left out  attendance 42: "ABSENT" is an earlier mark`,
		`added     drive_registrations drive 9, student 12: the student is marked and was not registered`,
		`added     attendance drive 8, student 13: the drive is finished and the student is not marked: ABSENT`,
		`left out  finished_drives drive 78: "5 registered" there is no such drive any more`,
		`repaired  finished_drives drive 11: figures "9/9/9" do not add up: they are counted; it becomes "0/0/0"`,
		`repaired  finished_drives drive 11: finished_date "" is missing`,
		`repaired  notifications 53: type "alert" is none of`,
		`repaired  notifications 53: title "" is missing`,
	} {
		require.Contains(t, text, line)
	}
	require.NotContains(t, text, "plain text", "a secret stays one")
	m.is("11 13", "SELECT string_agg(student_id::text, ' ' ORDER BY 1) FROM drive_students WHERE drive_id = 10")
	m.is("8.2", "SELECT cgpa FROM students WHERE student_id = 14")
	m.is("PRESENT", "SELECT status FROM attendance WHERE drive_id = 8 AND student_id = 12")
	m.is("63 12", "SELECT concat_ws(' ', registration_id, student_id) FROM registrations WHERE drive_id = 9 AND student_id = 12")
	m.is("NULL", "SELECT password_hash FROM users WHERE user_id = 15")
}

func TestWhatCannotBeMendedIsRefusedAndNothingImported(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("testdata/refused.sql")
	require.NoError(t, err)
	for _, line := range strings.Split(strings.TrimSpace(string(script)), "\n")[1:] {
		change, says, ok := strings.Cut(line, " -- ")
		require.True(t, ok, line)
		m := newMove(t, "minimal", "full")
		m.change(change)
		before := storetest.Contents(t, m.pool)
		report, err := m.importIt()
		var refused legacy.RefusedError
		require.ErrorAs(t, err, &refused, line)
		require.Contains(t, told(t, report), "refused   "+strings.TrimSpace(says), line)
		require.Equal(t, before, storetest.Contents(t, m.pool), line)
		require.Zero(t, m.stored(), line)
	}
}

func TestADryRunChangesNothing(t *testing.T) {
	t.Parallel()
	m := newMove(t, "minimal", "full", "mendable")
	before := storetest.Contents(t, m.pool)
	dry, err := m.importIt(func(o *legacy.Options) { o.DryRun = true })
	require.NoError(t, err)
	require.Equal(t, before, storetest.Contents(t, m.pool))
	require.Zero(t, m.stored())
	done, err := m.importIt()
	require.NoError(t, err)
	require.Equal(t, done.Tables, dry.Tables, "it told the truth")
}

// A trigger that somebody left in the database alters, adds or swallows rows while they are written.
func TestARowThatIsNotWhatWasWrittenIsFound(t *testing.T) {
	t.Parallel()
	for body, says := range map[string]string{
		"NEW.cgpa := NEW.cgpa - 0.01; RETURN NEW":                                "table students does not hold what was written: student_id 11: cgpa",
		"IF NEW.student_id = 12 THEN RETURN NULL; END IF; RETURN NEW":            "table students does not hold what was written: student_id 12 is missing",
		"UPDATE users SET name = 'X', phone = '1' WHERE user_id = 3; RETURN NEW": "table users does not hold what was written: user_id 3: name, phone",
	} {
		m := newMove(t, "minimal")
		m.change("DELETE FROM drive_eligibility_results; DELETE FROM drive_registrations")
		_, err := m.pool.Exec(t.Context(), "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "+body+"; END $$; "+
			"CREATE TRIGGER meddle BEFORE INSERT ON students FOR EACH ROW EXECUTE FUNCTION meddle()")
		require.NoError(t, err)
		before := storetest.Contents(t, m.pool)
		_, err = m.importIt()
		require.ErrorContains(t, err, says)
		after := storetest.Contents(t, m.pool)
		delete(before, "audit_entries_audit_id_seq") // numbers that a rollback leaves out
		delete(after, "audit_entries_audit_id_seq")
		require.Equal(t, before, after)
	}
}

func TestFilesThatCannotBeHadAreReported(t *testing.T) {
	t.Parallel()
	m := newMove(t, "minimal", "full")
	m.change(`UPDATE placement_drives SET pdf_path = '/uploads/job-descriptions/page.pdf' WHERE drive_id = 6;
	          UPDATE placement_drives SET pdf_path = '../../../etc/passwd' WHERE drive_id = 8;
	          UPDATE placement_drives SET pdf_path = 'uploads/job-descriptions/gone.pdf' WHERE drive_id = 9`)
	m.file("page.pdf", "<html>")
	report, err := m.importIt()
	require.NoError(t, err)
	text := told(t, report)
	require.Contains(t, text, `placement_drives 6: pdf_path "/uploads/job-descriptions/page.pdf" the file is not a PDF`)
	require.Contains(t, text, `placement_drives 8: pdf_path "../../../etc/passwd" the file is not there`)
	require.Contains(t, text, `placement_drives 9: pdf_path "uploads/job-descriptions/gone.pdf" the file is not there`)
	require.Equal(t, 1, m.stored())

	without := newMove(t, "minimal", "full")
	report, err = without.importIt(func(o *legacy.Options) { o.Files = "" })
	require.NoError(t, err)
	require.Contains(t, told(t, report), "no folder was given with --uploads")
	require.Zero(t, without.stored())
}

func TestOtherDatabasesAreRefused(t *testing.T) {
	t.Parallel()
	m := newMove(t)
	_, err := m.importIt()
	require.ErrorContains(t, err, "there is no table users")
	m.change("CREATE TABLE users (user_id integer)")
	_, err = m.importIt()
	require.ErrorContains(t, err, "users.email")

	here := newMove(t)
	here.from = storetest.URL(t)
	_, err = here.importIt()
	require.ErrorContains(t, err, "one of placeops")

	_, err = m.importIt(func(o *legacy.Options) {
		o.From = "postgres://me:secret@127.0.0.1:1/old"
	})
	require.ErrorContains(t, err, "cannot be reached")
	require.NotContains(t, err.Error(), "secret")
	require.NotContains(t, err.Error(), "\n")
	_, err = m.importIt(func(o *legacy.Options) { o.From = "postgres://me:sec#ret@h:x/old" })
	require.ErrorContains(t, err, "is not a PostgreSQL address")
	require.NotContains(t, err.Error(), "sec#")

	busy := newMove(t, "minimal")
	_, err = busy.importIt(func(o *legacy.Options) {
		o.InUse = func(context.Context, store.DBTX) (bool, error) { return true, nil }
	})
	require.ErrorContains(t, err, "stop it")
}

func TestAServerThatWantsAPasswordIsRead(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"scram-sha-256", "md5"} {
		m := newMove(t, "minimal")
		role := m.roleWithPassword(kind)
		at, err := url.Parse(m.from)
		require.NoError(t, err)
		for password, says := range map[string]string{"": "password", "wrong": "password authentication failed"} {
			at.User = url.UserPassword(role, password)
			require.Eventually(t, func() bool { // the server takes a moment to know its new rule
				_, err = m.importIt(func(o *legacy.Options) { o.From, o.DryRun = at.String(), true })
				return err != nil
			}, time.Minute, 5*time.Millisecond)
			require.ErrorContains(t, err, says)
			require.NotContains(t, err.Error(), "\n")
		}
		at.User = url.UserPassword(role, "sesame")
		_, err = m.importIt(func(o *legacy.Options) { o.From = at.String() })
		require.NoError(t, err, "a role that may only read is enough")
		m.is("6", "SELECT count(*) FROM users")
	}
}

// roleWithPassword makes a role that may only read, and has to prove itself in that way.
func (m *move) roleWithPassword(kind string) (role string) {
	m.t.Helper()
	var hba string
	require.NoError(m.t, m.old.QueryRow(m.t.Context(), "SELECT current_setting('hba_file'), current_database() || '_reader'").Scan(&hba, &role))
	m.change("SET password_encryption = '" + kind + "'; CREATE ROLE " + role + " LOGIN PASSWORD 'sesame'; RESET password_encryption; " +
		"GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role)
	m.t.Cleanup(func() {
		_, err := m.old.Exec(context.WithoutCancel(m.t.Context()), "DROP OWNED BY "+role+"; DROP ROLE "+role)
		require.NoError(m.t, err)
	})
	rules, err := os.ReadFile(hba)
	require.NoError(m.t, err)
	rule := "local all " + role + " " + kind + "\nhost all " + role + " all " + kind + "\n"
	file, err := os.OpenFile(hba, os.O_WRONLY|os.O_TRUNC, 0) // its owner stays
	require.NoError(m.t, err)
	_, err = file.WriteString(rule + string(rules))
	require.NoError(m.t, errors.Join(err, file.Close()))
	m.change("SELECT pg_reload_conf()")
	return role
}
