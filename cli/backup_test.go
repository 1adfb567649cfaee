package cli_test

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/jobs"
	"placeops/store"
	"placeops/store/storetest"
)

const archive = "college.placeops"

// outside is an install on an empty outside database.
func outside(t *testing.T) (in *install, url string) {
	t.Helper()
	url = storetest.EmptyURL(t)
	return bare(t, "DATABASE_URL="+url, "JWT_SECRET="+secret), url
}

// done requires success. How far it is, a command that takes long says on stderr.
func (r *result) done() *result {
	r.t.Helper()
	require.Zero(r.t, r.code, "%s: %s", r.what, r.err)
	return r
}

func TestABackupTellsWhatItHolds(t *testing.T) {
	t.Parallel()
	where(t, func(t *testing.T, in *install) {
		in.run("demo").ok()
		taken := in.run("backup", archive).done()
		require.Regexp(t, `(?m)^archive +whole, \d+\.\d kB$`, taken.out)
		require.Regexp(t, `(?m)^tables +\d+ with \d+ rows$`, taken.out)
		require.Regexp(t, `(?m)^files +0 with 0 bytes$`, taken.out)
		require.Equal(t, taken.out, in.run("backup", "verify", archive).ok().out)

		piped := in.run("backup", "-").done()
		require.Equal(t, lines(taken.out)[2:], lines(piped.err)[2:], "what there is to say does not go into the archive")
		require.Equal(t, piped.err, in.runWith(piped.out, nil, "backup", "verify", "-").ok().out)
	})
}

func TestWhatIsWrongWithABackupIsOneLine(t *testing.T) {
	t.Parallel()
	in, _ := outside(t)
	in.run("backup").fails("name one archive")
	in.run("backup", "one", "two").fails("name one archive")
	in.run("backup", archive).fails("nothing to back up", "DATABASE_URL")
	require.NoFileExists(t, filepath.Join(in.dir, archive))
	in.run("backup", "verify", "missing").fails("no such file")
	in.run("backup", "verify", ".").fails("is a folder")
	in.run("restore", "missing").fails("no such file")
	in.run("restore", ".").fails("is a folder")
	require.NoError(t, os.WriteFile(filepath.Join(in.dir, archive), []byte("users,drives"), 0o600))
	in.run("backup", "verify", archive).fails("not a whole placeops backup", "another copy")
	in.run("restore", archive).fails("not a whole placeops backup", "another copy")
	in.runWith("users,drives", nil, "restore", "-").fails("not a whole placeops backup")

	in.run("migrate").ok()
	in.run("backup", ".").fails("is not a file")
	in.run("backup", "missing/"+archive).fails("no such file")
}

func TestAFullDiskIsNamed(t *testing.T) {
	t.Parallel()
	in, _ := outside(t)
	in.run("migrate").ok()
	device, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, device.Close()) }()
	command := in.command(t.Context(), "backup", "-")
	var errs strings.Builder
	command.Stdout, command.Stderr = device, &errs
	require.Error(t, command.Run())
	require.Contains(t, errs.String(), "the disk is full: free some space")
}

// waiter is a session of the test that keeps a command from going on.
type waiter struct {
	t    *testing.T
	conn *pgx.Conn
	eyes *pgx.Conn // a transaction sees other sessions as they were when it first looked
}

func waitWith(t *testing.T, url, statement string) *waiter {
	t.Helper()
	w := &waiter{t: t, conn: connect(t, url), eyes: connect(t, url)}
	w.execute("BEGIN")
	w.execute(statement)
	return w
}

func (w *waiter) execute(statement string) {
	w.t.Helper()
	_, err := w.conn.Exec(w.t.Context(), statement)
	require.NoError(w.t, err)
}

// until waits until a command's session is as the condition says.
func (w *waiter) until(condition string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		var there bool
		require.NoError(w.t, w.eyes.QueryRow(w.t.Context(), `SELECT EXISTS (SELECT FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'placeops command' AND `+condition+`)`).Scan(&there))
		return there
	}, patience, poll, condition)
}

func (w *waiter) release() { w.execute("ROLLBACK") }

// start starts a command that the test will kill.
func (in *install) start(args ...string) *exec.Cmd {
	in.t.Helper()
	command := in.command(context.Background(), args...)
	require.NoError(in.t, command.Start())
	in.t.Cleanup(func() { kill(command) })
	return command
}

// kill ends a command as the kernel does.
func kill(command *exec.Cmd) {
	_ = command.Process.Signal(syscall.SIGKILL)
	_ = command.Wait()
}

func TestAKilledBackupLeavesNothingUnderItsName(t *testing.T) {
	t.Parallel()
	in, url := outside(t)
	in.run("demo").ok()
	hold := waitWith(t, url, "LOCK TABLE registrations IN ACCESS EXCLUSIVE MODE")
	command := in.start("backup", archive)
	hold.until("wait_event_type = 'Lock' AND query LIKE 'COPY%registrations%'")
	partial, err := filepath.Glob(filepath.Join(in.dir, ".college.placeops.*.partial"))
	require.NoError(t, err)
	require.Len(t, partial, 1, "it has begun to write")
	kill(command)
	require.NoFileExists(t, filepath.Join(in.dir, archive))
	hold.release()

	in.run("backup", archive).done()
	in.run("backup", "verify", archive).ok()
}

func TestASignalEndsABackupCleanly(t *testing.T) {
	t.Parallel()
	in, url := outside(t)
	in.run("demo").ok()
	hold := waitWith(t, url, "LOCK TABLE registrations IN ACCESS EXCLUSIVE MODE")
	command := in.start("backup", archive)
	hold.until("wait_event_type = 'Lock' AND query LIKE 'COPY%registrations%'")
	require.NoError(t, command.Process.Signal(syscall.SIGTERM))
	require.Error(t, command.Wait())
	left, err := filepath.Glob(filepath.Join(in.dir, "*college*"))
	require.NoError(t, err)
	hidden, err := filepath.Glob(filepath.Join(in.dir, ".college*"))
	require.NoError(t, err)
	require.Empty(t, append(left, hidden...))
	hold.release()
}

// storm is people who register and withdraw until they are told to stop, and coordinators who publish drives.
type storm struct {
	s            *serving
	drive        int64
	mu           sync.Mutex
	acknowledged map[int64]int64 // registrations of those who stay, by student
	stopped      atomic.Bool
	all          sync.WaitGroup
}

const (
	stormStudents = 20_000
	stormCrowd    = 12
)

func (s *serving) storm() *storm {
	s.t.Helper()
	_, err := s.connect().Exec(s.t.Context(), `
WITH added AS (
    INSERT INTO users (name, email, role) SELECT 'Student ' || n, 'storm' || n || '@college.example', 'STUDENT' FROM generate_series(1, $1::int) AS n
    RETURNING user_id
)
INSERT INTO students (student_id, roll_number) SELECT user_id, 'STORM' || user_id FROM added`, stormStudents)
	require.NoError(s.t, err)
	students := s.students()
	w := &storm{s: s, drive: s.pendingDrive(), acknowledged: map[int64]int64{}}
	s.jobDone(s.publish(w.drive), patience)
	var next atomic.Int64
	for range stormCrowd {
		w.all.Go(func() {
			for {
				i := next.Add(1) - 1
				if w.stopped.Load() || i >= int64(len(students)) {
					return
				}
				w.student(students[i])
			}
		})
	}
	w.all.Go(w.coordinator)
	return w
}

// student registers and stays, or comes and goes.
func (w *storm) student(id int64) {
	token, stays := w.s.tokenOf(id, auth.Student), id%8 != 0
	for {
		status, _, registration, err := w.s.tryRegister(token, w.drive)
		if err != nil || (status != http.StatusCreated && status != http.StatusOK) {
			w.s.t.Errorf("registering: %d, %v", status, err)
			return
		}
		if stays {
			w.mu.Lock()
			w.acknowledged[id] = registration
			w.mu.Unlock()
			return
		}
		if w.s.call(token, http.MethodDelete, at("/registrations/%d", w.drive), nil).status != http.StatusNoContent {
			w.s.t.Error("withdrawing failed")
		}
		if w.stopped.Load() || w.progress() {
			return
		}
	}
}

// progress lets one who comes and goes make room for the others now and then.
func (w *storm) progress() bool { return time.Now().UnixNano()%4 == 0 }

// coordinator publishes one drive after the other: each is a row and its job in one transaction.
func (w *storm) coordinator() {
	token := w.s.token(auth.Head)
	for !w.stopped.Load() {
		body := map[string]any{"company_name": "Storm", "job_title": "Engineer", "auto_calc": true, "min_cgpa": 9.99}
		if w.s.post(token, "/drives", body).status != http.StatusCreated {
			w.s.t.Error("creating a drive failed")
			return
		}
	}
}

// registered are the acknowledged registrations until now.
func (w *storm) registered() map[int64]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.acknowledged)
}

func (w *storm) stop() {
	w.stopped.Store(true)
	w.all.Wait()
}

func TestAnArchiveTakenInAStormIsConsistent(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	s := in.serve("--demo")
	w := s.storm()
	defer w.stop()
	before := map[string]map[int64]int64{}
	for _, name := range []string{"one", "two", "three"} {
		reached := len(w.registered()) + 50
		require.Eventually(t, func() bool { return len(w.registered()) >= reached || t.Failed() }, patience, poll)
		before[name] = w.registered()
		in.run("backup", name).done()
		require.Greater(t, len(w.registered()), len(before[name]), "people went on registering meanwhile")
	}
	w.stop()
	for name, acknowledged := range before {
		target, url := outside(t)
		target.run("restore", filepath.Join(in.dir, name)).done()
		requireConsistent(t, url, w, acknowledged)
	}
	s.stop()
}

// requireConsistent requires one moment in a restored database, and in it every registration acknowledged before.
func requireConsistent(t *testing.T, url string, w *storm, acknowledged map[int64]int64) {
	t.Helper()
	conn := connect(t, url)
	rows, err := conn.Query(t.Context(), "SELECT student_id, registration_id FROM registrations WHERE drive_id = $1", w.drive)
	require.NoError(t, err)
	found := map[int64]int64{}
	var student, registration int64
	_, err = pgx.ForEachRow(rows, []any{&student, &registration}, func() error {
		found[student] = registration
		return nil
	})
	require.NoError(t, err)
	for student, registration := range acknowledged {
		require.Equal(t, registration, found[student], "the registration of student %d was acknowledged before", student)
	}
	for student, registration := range w.registered() {
		if there := found[student]; there != 0 {
			require.Equal(t, registration, there)
		}
	}
	for what, query := range map[string]string{
		"registrations without a selection": `SELECT count(*) FROM registrations r LEFT JOIN drive_students d USING (drive_id, student_id) WHERE d.selected IS NOT TRUE`,
		"drives with a wrong count": `SELECT count(*) FROM drives d WHERE selected_count IS NOT NULL
			AND selected_count <> (SELECT count(*) FROM drive_students s WHERE s.drive_id = d.drive_id AND selected)`,
		"published drives without a job": `SELECT count(*) FROM drives WHERE company_name = 'Storm'
			AND NOT EXISTS (SELECT FROM river_job WHERE kind = 'auto-publish' AND (args ->> 'drive_id')::bigint = drive_id)`,
		"jobs without a drive": `SELECT count(*) FROM river_job WHERE kind = 'auto-publish'
			AND NOT EXISTS (SELECT FROM drives WHERE drive_id = (args ->> 'drive_id')::bigint)`,
		"completed jobs that did nothing": `SELECT count(*) FROM river_job j JOIN drives d ON d.drive_id = (args ->> 'drive_id')::bigint
			WHERE j.kind = 'auto-publish' AND j.state = 'completed' AND d.selected_count IS NULL`,
		"rows ahead of their sequence": `SELECT count(*) FROM registrations WHERE registration_id > (SELECT last_value FROM registrations_registration_id_seq)`,
	} {
		var wrong int
		require.NoError(t, conn.QueryRow(t.Context(), query).Scan(&wrong))
		require.Zero(t, wrong, what)
	}
	var storms int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM drives WHERE company_name = 'Storm'").Scan(&storms))
	require.Positive(t, storms)
}

// The job of PLACEOPS_BACKUP_CRON, asked for ahead of its time.
func TestAScheduledBackupCanBeRestored(t *testing.T) {
	t.Parallel()
	in := prepared(t, "PLACEOPS_BACKUP_CRON=@yearly", "PLACEOPS_BACKUP_KEEP=1")
	in.run("user", "add", "--email", "head@college.example", "--name", "Head", "--role", "HEAD").ok()
	s := in.serve()
	pool, err := store.OpenPool(t.Context(), s.databaseURL(), store.PoolOptions{MaxConns: 2})
	require.NoError(t, err)
	defer pool.Close()
	queue, err := jobs.NewInserter(pool, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	var archives []string
	for range 2 { // of which one is kept
		inserted, err := queue.Insert(t.Context(), jobs.BackupArgs{}, nil)
		require.NoError(t, err)
		s.jobDone(inserted.Job.ID, patience)
		archives, err = filepath.Glob(filepath.Join(in.data(), "backups", "*"))
		require.NoError(t, err)
		require.Len(t, archives, 1)
	}
	pool.Close()
	s.stop()
	to := empty(t)
	to.run("restore", archives[0]).done()
	require.Contains(t, to.run("user", "list").ok().out, "head@college.example")
}

func TestAScheduleOfBackupsIsForTheOwner(t *testing.T) {
	t.Parallel()
	app := granted(t).asApp()
	app.env = append(app.env, "PLACEOPS_BACKUP_CRON=@daily")
	app.run("serve").fails("PLACEOPS_BACKUP_CRON is for a serve that works as the owner")
}
