package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/backup"
	"placeops/jobs"
	"placeops/store"
	"placeops/store/storetest"
	"placeops/uploads"
)

func TestADatabaseWithDataIsOnlyReplacedWhenToldTo(t *testing.T) {
	t.Parallel()
	archive := small(t)
	college := newCollege(t)
	before := college.state()
	_, err := college.restore(archive, false)
	require.ErrorContains(t, err, "users: 401")
	require.ErrorContains(t, err, "registrations: 190")
	require.ErrorContains(t, err, "--replace")
	require.Equal(t, before, college.state())

	restored, err := college.restore(archive, true)
	require.NoError(t, err)
	require.Contains(t, restored.Destroyed, "users: 401")
	var users int
	college.query(`SELECT count(*) FROM users`, &users)
	require.Equal(t, 1, users)
	require.Equal(t, before.files, college.files(), "files stay: the sweep removes what nothing refers to")
}

// What a server makes by itself before anybody has an account is no data.
func TestAnInstallationThatHasOnlyRunIsEmpty(t *testing.T) {
	t.Parallel()
	target := newOffice(t)
	target.execute(`INSERT INTO river_job (kind, args, max_attempts, state, finalized_at) VALUES ('refresh-materialized-views', '{}', 25, 'completed', now())`)
	target.execute(`INSERT INTO river_leader (elected_at, expires_at, leader_id) VALUES (now(), now() + interval '1 minute', 'somebody')`)
	target.execute(`UPDATE analytics_refresh SET refreshed_at = now()`)
	restored, err := target.restore(small(t), false)
	require.NoError(t, err)
	require.Empty(t, restored.Destroyed)
	var jobs, leaders int
	target.query(`SELECT (SELECT count(*) FROM river_job), (SELECT count(*) FROM river_leader)`, &jobs, &leaders)
	require.Zero(t, jobs)
	require.Zero(t, leaders, "whoever led is gone")
}

func TestADatabaseInUseIsLeftAlone(t *testing.T) {
	t.Parallel()
	archive := newCollege(t).take()
	for name, from := range map[string]int{"from the beginning": 1, "since the restore began": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := newOffice(t)
			before := target.state()
			asked := 0
			_, err := target.restoreWith(archive, backup.Options{InUse: func(context.Context, store.DBTX) (bool, error) {
				asked++
				return asked >= from, nil
			}})
			require.ErrorIs(t, err, backup.ErrInUse)
			require.Equal(t, from, asked)
			require.Equal(t, before, target.state())
		})
	}
}

func TestDataThatAppearsDuringARestoreIsNotDestroyed(t *testing.T) {
	t.Parallel()
	archive := newCollege(t).take()
	target := newOffice(t)
	target.Progress = func(did string) {
		if did == "putting it in place" {
			target.execute(`INSERT INTO users (name, email, role) VALUES ('New', 'new@college.example', 'HEAD')`)
		}
	}
	_, err := target.restore(archive, false)
	require.ErrorContains(t, err, "users: 1")
	require.Empty(t, target.files())
	require.Equal(t, storetest.Schema(t, storetest.New(t)), storetest.Schema(t, target.Pool))
}

func TestARestoreThatIsCancelledAnywhereChangesNothing(t *testing.T) {
	t.Parallel()
	archive := newCollege(t).take()
	target := newCollege(t)
	before := target.state()
	for _, step := range []string{
		"checking the archive", "drives: ", "users: ", "1 files written", "checking what refers to what", "refreshing", "putting it in place",
	} {
		ctx, cancel := context.WithCancel(t.Context())
		target.Progress = func(did string) {
			if strings.HasPrefix(did, step) {
				cancel()
			}
		}
		_, err := backup.Restore(ctx, target.Installation, bytes.NewReader(archive), backup.Options{Replace: true, InUse: nobody})
		cancel()
		require.ErrorIs(t, err, context.Canceled, step)
		require.Equal(t, before, target.state(), step)
	}
}

// overwritten is an archive in whose place somebody puts another one once it has been read.
type overwritten struct {
	io.Reader
	with []byte
}

func (o *overwritten) Seek(int64, int) (int64, error) {
	o.Reader = bytes.NewReader(o.with)
	return 0, nil
}

func TestAnArchiveThatChangesWhileItIsRestoredIsRefused(t *testing.T) {
	t.Parallel()
	archive := newCollege(t).take()
	later := change(t, archive, func(entries []entry) []entry {
		i := at(t, entries, "tables/users/")
		entries[i].content = bytes.Replace(entries[i].content, []byte("Student 7\t"), []byte("Student 8\t"), 1)
		return indexed(t, entries)
	})
	target := newOffice(t)
	before := target.state()
	_, err := backup.Restore(t.Context(), target.Installation, &overwritten{bytes.NewReader(archive), later}, backup.Options{InUse: nobody})
	var damaged *backup.DamagedError
	require.ErrorAs(t, err, &damaged)
	require.ErrorContains(t, err, "not what it was a moment ago")
	require.Equal(t, before, target.state())
}

func TestTwoRestoresAtOnce(t *testing.T) {
	t.Parallel()
	archive := small(t)
	target := newOffice(t)
	var second error
	target.Progress = func(did string) {
		if did == "putting it in place" {
			other := &office{t: t, Installation: target.Installation}
			other.Progress = nil
			_, second = other.restore(archive, true)
		}
	}
	_, err := target.restore(archive, false)
	require.NoError(t, err)
	require.ErrorContains(t, second, "another restore")
}

func TestWhatAKilledRestoreLeftIsRemoved(t *testing.T) {
	t.Parallel()
	target := newOffice(t)
	target.execute(`CREATE SCHEMA placeops_restore CREATE TABLE users (id int)`)
	_, err := target.restore(small(t), false)
	require.NoError(t, err)
	require.Equal(t, storetest.Schema(t, storetest.New(t)), storetest.Schema(t, target.Pool))
}

func TestAnOlderArchiveIsMigrated(t *testing.T) {
	t.Parallel()
	old := bareOffice(t)
	m, err := migrator(old.Pool)
	require.NoError(t, err)
	newest, err := m.Newest(t.Context())
	require.NoError(t, err)
	_, err = m.UpTo(t.Context(), store.Versions{Schema: 3, Queue: 6})
	require.NoError(t, err)
	old.execute(`INSERT INTO users (name, email, role) VALUES ('Head', 'head@college.example', 'HEAD'), ('S', 's@college.example', 'STUDENT')`)
	old.execute(`INSERT INTO students (student_id, roll_number) VALUES (2, 'R2')`)
	old.execute(`INSERT INTO drives (company_name, job_title, posted_by, status) VALUES ('Acme', 'Engineer', 1, 'posted')`)
	old.execute(`INSERT INTO drive_students (drive_id, student_id, selected, selected_at) VALUES (1, 2, true, now())`)
	old.execute(`INSERT INTO registrations (drive_id, student_id) VALUES (1, 2)`)
	old.execute(`INSERT INTO river_job (kind, args, max_attempts) VALUES ('auto-publish', '{"drive_id": 1}', 25)`)
	archive, summary := old.takeWith()
	require.EqualValues(t, 3, summary.Schema)
	require.Equal(t, 6, summary.QueueSchema)

	target := bareOffice(t)
	restored, err := target.restore(archive, false)
	require.NoError(t, err)
	require.Len(t, restored.Steps, int(newest.Schema)-3+newest.Queue-6)
	require.Equal(t, storetest.Schema(t, storetest.New(t)), storetest.Schema(t, target.Pool))
	contents := target.contents()
	for table, content := range old.contents() {
		if table == "goose_db_version" || strings.HasPrefix(table, "river_migration") || strings.HasPrefix(table, "goose_") {
			continue
		}
		require.Equal(t, content, contents[table], table)
	}
	var registrations int
	target.query(`SELECT registrations FROM analytics_drives`, &registrations)
	require.Equal(t, 1, registrations, "what is derived is derived anew")
	_, err = target.restore(target.take(), true)
	require.NoError(t, err)
}

func TestANewerArchiveIsRefused(t *testing.T) {
	t.Parallel()
	college := newCollege(t)
	before := college.state()
	for _, newer := range []func(*backup.Manifest){
		func(m *backup.Manifest) { m.Schema = 9999 },
		func(m *backup.Manifest) { m.QueueSchema = 9999 },
	} {
		archive := changeManifest(t, small(t), func(m *backup.Manifest) { newer(m); m.Placeops = "v7.0.1" })
		_, err := college.restore(archive, true)
		require.ErrorContains(t, err, "newer than this placeops")
		require.ErrorContains(t, err, "9999")
		require.ErrorContains(t, err, "v7.0.1")
	}
	require.Equal(t, before, college.state())
}

func TestAJobThatWasBeingWorkedIsWorkedAgain(t *testing.T) {
	t.Parallel()
	source := newOffice(t)
	source.execute(`INSERT INTO river_job (kind, args, state, attempt, max_attempts, attempted_at, attempted_by)
	                VALUES ('auto-publish', '{}', 'running', 3, 3, now(), '{one}'), ('auto-publish', '{}', 'retryable', 2, 3, now(), '{one}')`)
	target := bareOffice(t)
	_, err := target.restore(source.take(), false)
	require.NoError(t, err)
	var jobs string
	target.query(`SELECT string_agg(format('%s %s of %s', state, attempt, max_attempts), ', ' ORDER BY id) FROM river_job`, &jobs)
	require.Equal(t, "available 2 of 3, retryable 2 of 3", jobs, "the last attempt never ended, so it is given again")
	source.query(`SELECT string_agg(state::text, ' ' ORDER BY id) FROM river_job`, &jobs)
	require.Equal(t, "running retryable", jobs)
}

func TestTokensFromBeforeARestoreAreWorthNothing(t *testing.T) {
	t.Parallel()
	target := newOffice(t)
	_, err := target.restore(newCollege(t).take(), false)
	require.NoError(t, err)
	var open int
	target.query(`SELECT count(*) FROM users WHERE tokens_valid_from IS NULL OR tokens_valid_from < now() - interval '10 minutes'`, &open)
	require.Zero(t, open)
}

func TestNewRowsGetNewNumbersAfterARestore(t *testing.T) {
	t.Parallel()
	target := newOffice(t)
	_, err := target.restore(newCollege(t).take(), false)
	require.NoError(t, err)
	var id int64
	target.query(`INSERT INTO registrations (drive_id, student_id)
	              SELECT 1, student_id FROM students WHERE student_id % 2 = 1 LIMIT 1 RETURNING registration_id`, &id)
	require.EqualValues(t, 201, id, "190 to 200 had been given out and taken back")
}

func TestATableOfSomebodyElseDoesNotKeepTheRestFromBeingRestored(t *testing.T) {
	t.Parallel()
	source := newCollege(t)
	want := source.contents()
	source.execute(`CREATE TABLE "my ""notes""/2026" AS SELECT 'x'::text AS note`)
	source.execute(`CREATE TABLE numbered (id bigserial PRIMARY KEY)`)
	target := bareOffice(t)
	restored, err := target.restore(source.take(), false)
	require.NoError(t, err)
	require.Equal(t, []string{`my "notes"/2026`, "numbered"}, restored.Left)
	require.Equal(t, want, target.contents())
}

func TestATableChangedByHandIsNamed(t *testing.T) {
	t.Parallel()
	source := newOffice(t)
	source.execute(`ALTER TABLE drives ADD COLUMN colour text`)
	target := newOffice(t)
	before := target.state()
	_, err := target.restore(source.take(), false)
	require.ErrorContains(t, err, "table drives")
	require.ErrorContains(t, err, "colour")
	require.Equal(t, before, target.state())
}

func TestAnArchiveWithoutATableIsNotRestored(t *testing.T) {
	t.Parallel()
	archive := changeManifest(t, small(t), func(m *backup.Manifest) {
		m.Tables = slices.DeleteFunc(m.Tables, func(table backup.Table) bool { return table.Name == "exports" })
	})
	_, err := newOffice(t).restore(archive, false)
	require.ErrorContains(t, err, "has no table exports")
}

// Rows that the archive does not have break a reference: the foreign keys are checked, not only put back.
func TestReferencesAreChecked(t *testing.T) {
	t.Parallel()
	archive := newCollege(t).take()
	broken := change(t, archive, func(entries []entry) []entry {
		i := at(t, entries, "tables/students/")
		_, rest, _ := bytes.Cut(entries[i].content, []byte("\n"))
		entries[i].content = rest
		return indexed(t, entries)
	})
	target := newOffice(t)
	before := target.state()
	_, err := target.restore(broken, false)
	require.ErrorContains(t, err, "foreign key")
	require.Equal(t, before, target.state())
}

func TestWhatElsewhereNeedsTheOldTablesKeepsThem(t *testing.T) {
	t.Parallel()
	target := newCollege(t)
	target.execute(`CREATE SCHEMA reports CREATE VIEW heads AS SELECT name FROM public.users WHERE role = 'HEAD'`)
	before := target.state()
	_, err := target.restore(small(t), true)
	require.ErrorContains(t, err, "view reports.heads")
	require.ErrorContains(t, err, "remove it first")
	require.Equal(t, before, target.state())
}

// A report that somebody keeps beside the tables is in no archive.
func TestWhatSomebodyElseMadeIsOnlyDestroyedWhenToldTo(t *testing.T) {
	t.Parallel()
	archive := small(t)
	for name, target := range map[string]*office{"in a database of placeops": newOffice(t), "in another one": bareOffice(t)} {
		target.execute(`CREATE TABLE notes (note text)`)
		target.execute(`CREATE VIEW report AS SELECT count(*) FROM notes`)
		target.execute(`CREATE FUNCTION latest(text) RETURNS text LANGUAGE sql AS 'SELECT $1'`)
		before := target.state()
		_, err := target.restore(archive, false)
		require.ErrorContains(t, err, "view report, table notes, routine latest(text)", name)
		require.ErrorContains(t, err, "--replace", name)
		require.Equal(t, before, target.state(), name)

		target.execute(`INSERT INTO notes VALUES ('x')`)
		restored, err := target.restore(archive, true)
		require.NoError(t, err, name)
		require.Equal(t, []string{"notes: 1", "view report", "routine latest(text)"}, restored.Destroyed, name)
		require.Equal(t, storetest.Schema(t, storetest.New(t)), storetest.Schema(t, target.Pool), name)
	}
}

func TestAFileThatWasThereBeforeAFailedRestoreStays(t *testing.T) {
	t.Parallel()
	source := newOffice(t)
	key := source.save(uploads.JobDescription, "%PDF-1.7 the same")
	added := source.save(uploads.JobDescription, "%PDF-1.7 another")
	target := newOffice(t)
	require.NoError(t, target.Uploads.Put(t.Context(), key, strings.NewReader("%PDF-1.7 the same")))
	stop := errors.New("stop")
	_, err := target.restoreWith(source.take(), backup.Options{InUse: onThe(2, stop)})
	require.ErrorIs(t, err, stop)
	require.Equal(t, map[string]string{key: "%PDF-1.7 the same"}, target.files())
	_, err = target.restore(source.take(), false)
	require.NoError(t, err)
	require.Contains(t, target.files(), added)
}

// onThe fails at the nth question.
func onThe(n int, failure error) func(context.Context, store.DBTX) (bool, error) {
	return func(context.Context, store.DBTX) (bool, error) {
		if n--; n == 0 {
			return false, failure
		}
		return false, nil
	}
}

func TestARestoredDatabaseIsWorkedOn(t *testing.T) {
	t.Parallel()
	source := newOffice(t)
	source.execute(`INSERT INTO users (name, email, role) VALUES ('Head', 'head@college.example', 'HEAD')`)
	source.execute(`INSERT INTO drives (company_name, job_title, posted_by, status) VALUES ('Acme', 'Engineer', 1, 'posted')`)
	inserter, err := jobs.NewInserter(source.Pool, quiet)
	require.NoError(t, err)
	require.NoError(t, store.InTx(t.Context(), source.Pool, func(tx pgx.Tx) error {
		inserted, err := inserter.InsertTx(t.Context(), tx, jobs.EligibilityFilterArgs{DriveID: 1}, nil)
		if err == nil {
			_, err = tx.Exec(t.Context(), "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now() WHERE id = $1", inserted.Job.ID)
		}
		return err
	}))
	target := bareOffice(t)
	_, err = target.restore(source.take(), false)
	require.NoError(t, err)

	client, err := jobs.NewClient(jobs.Deps{Pool: target.Pool, Uploads: target.Uploads, Logger: quiet}, jobs.Options{Workers: 1})
	require.NoError(t, err)
	require.NoError(t, client.Start(context.WithoutCancel(t.Context())))
	defer func() { require.NoError(t, client.Stop(context.WithoutCancel(t.Context()))) }()
	require.Eventually(t, func() bool {
		var state string
		target.query(`SELECT state FROM river_job WHERE kind = 'eligibility-filter'`, &state)
		return state == "completed"
	}, patience, poll)
}

// Every privilege that a restore needs is one that its error names.
func TestAUserWhoMayNotMakeASchemaIsTold(t *testing.T) {
	t.Parallel()
	target := newOffice(t)
	role := fmt.Sprintf("guest_%d", target.Pool.Config().ConnConfig.Port) + strings.ReplaceAll(target.Pool.Config().ConnConfig.Database, "test", "")
	target.execute(fmt.Sprintf(`CREATE ROLE %s`, role))
	defer target.execute(fmt.Sprintf(`DROP OWNED BY %[1]s; DROP ROLE %[1]s`, role))
	target.execute(fmt.Sprintf(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO %s`, role))
	cfg := target.Pool.Config()
	cfg.ConnConfig.RuntimeParams["role"] = role
	guest := &office{t: t, Installation: target.Installation}
	guest.Pool = poolOf(t, cfg)
	_, err := guest.restore(small(t), false)
	require.ErrorContains(t, err, "GRANT CREATE ON DATABASE")
}
