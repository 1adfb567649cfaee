package jobs_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"placeops/jobs"
	"placeops/store"
	"placeops/store/storetest"
	"placeops/uploads"
)

// jobTime is how long a test waits for a job: far longer than any takes. On a machine that is busy enough, a single process
// of PostgreSQL has been seen to get no turn for half a minute.
const jobTime = 2 * time.Minute

// exportOffice is a database with a drive, a folder, and processes that work jobs.
type exportOffice struct {
	t       *testing.T
	pool    *pgxpool.Pool
	dir     string
	files   *uploads.Store
	head    int64
	driveID int64
}

func newExportOffice(t *testing.T) *exportOffice {
	t.Helper()
	o := &exportOffice{t: t, pool: storetest.New(t), dir: t.TempDir()}
	var err error
	o.files, err = uploads.Open(t.Context(), o.dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.files.Close()) })
	head, err := store.CreateUser(t.Context(), o.pool, store.NewUser{Name: "Head", Email: "head@college.example", Role: "HEAD"})
	require.NoError(t, err)
	o.head = head.UserID
	require.NoError(t, o.pool.QueryRow(t.Context(),
		`INSERT INTO drives (company_name, job_title, posted_by) VALUES ('Acme', 'Engineer', $1) RETURNING drive_id`, o.head).Scan(&o.driveID))
	return o
}

// register registers that many new students for the drive.
func (o *exportOffice) register(students int) {
	o.t.Helper()
	o.exec(`
WITH people AS (
    INSERT INTO users (name, email, role)
    SELECT 'Student ' || n, 's' || n || '@college.example', 'STUDENT' FROM generate_series(1, $2::int) n
    RETURNING user_id, email
), records AS (
    INSERT INTO students (student_id, roll_number) SELECT user_id, split_part(email, '@', 1) FROM people RETURNING student_id
), selected AS (
    INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
    SELECT $1::bigint, student_id, true, now() FROM records
    RETURNING drive_id, student_id
)
INSERT INTO registrations (drive_id, student_id) SELECT drive_id, student_id FROM selected`, o.driveID, students)
}

// process is a placeops that works jobs until the test ends; change may alter how.
func (o *exportOffice) process(change ...func(*jobs.Deps, *jobs.Options)) *jobs.Client {
	o.t.Helper()
	deps := jobs.Deps{Pool: o.pool, Uploads: o.files, Logger: slog.New(slog.DiscardHandler)}
	var options jobs.Options
	for _, c := range change {
		c(&deps, &options)
	}
	client, err := jobs.NewClient(deps, options)
	require.NoError(o.t, err)
	require.NoError(o.t, client.Start(context.WithoutCancel(o.t.Context())))
	o.t.Cleanup(func() { require.NoError(o.t, client.StopAndCancel(context.WithoutCancel(o.t.Context()))) })
	return client
}

// export notes an export and returns the arguments of its job.
func (o *exportOffice) export() jobs.ExportRegistrationsArgs {
	o.t.Helper()
	id, err := store.CreateExport(o.t.Context(), o.pool, store.NewExport{DriveID: o.driveID, RequestedBy: o.head, FileName: "registrations.csv"})
	require.NoError(o.t, err)
	return jobs.ExportRegistrationsArgs{ExportID: id, RequestedBy: o.head}
}

func (o *exportOffice) over(client *jobs.Client, jobID int64) (row *rivertype.JobRow) {
	o.t.Helper()
	require.Eventually(o.t, func() bool {
		var err error
		row, err = client.JobGet(o.t.Context(), jobID)
		require.NoError(o.t, err)
		return row.FinalizedAt != nil
	}, jobTime, 5*time.Millisecond)
	return row
}

func (o *exportOffice) exec(statement string, args ...any) {
	o.t.Helper()
	_, err := o.pool.Exec(o.t.Context(), statement, args...)
	require.NoError(o.t, err)
}

func (o *exportOffice) count(query string, args ...any) (n int64) {
	o.t.Helper()
	require.NoError(o.t, o.pool.QueryRow(o.t.Context(), query, args...).Scan(&n))
	return n
}

// stored lists the files in the folder.
func (o *exportOffice) stored() (keys []string) {
	o.t.Helper()
	require.NoError(o.t, filepath.WalkDir(o.dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			key, _ := filepath.Rel(o.dir, path)
			keys = append(keys, filepath.ToSlash(key))
		}
		return err
	}))
	return keys
}

// pause holds exports back before the given change of their row, until release.
func (o *exportOffice) pause(when string) (release func()) {
	o.t.Helper()
	o.exec(`CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END'`)
	o.exec(fmt.Sprintf(`CREATE TRIGGER pause BEFORE UPDATE ON exports FOR EACH ROW WHEN (%s) EXECUTE FUNCTION pause()`, when))
	tx, err := o.pool.Begin(o.t.Context())
	require.NoError(o.t, err)
	_, err = tx.Exec(o.t.Context(), `SELECT pg_advisory_xact_lock(4711)`)
	require.NoError(o.t, err)
	o.t.Cleanup(func() { _ = tx.Rollback(context.WithoutCancel(o.t.Context())) }) // where the test failed before release
	return func() { require.NoError(o.t, tx.Rollback(o.t.Context())) }
}

// paused waits until so many sessions are held back.
func (o *exportOffice) paused(sessions int64) {
	o.t.Helper()
	require.Eventually(o.t, func() bool {
		return o.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == sessions
	}, jobTime, 5*time.Millisecond)
}

func TestAnExportRunTwiceMakesOneFile(t *testing.T) {
	t.Parallel()
	o := newExportOffice(t)
	o.register(3)
	client, args := o.process(), o.export()
	release := o.pause("NEW.done > 0 AND NEW.file_key IS NULL")
	first, err := client.Insert(t.Context(), args, nil)
	require.NoError(t, err)
	second, err := client.Insert(t.Context(), args, nil)
	require.NoError(t, err)
	o.paused(2) // both are writing: one waits here, the other for the one's row
	release()
	for _, job := range []int64{first.Job.ID, second.Job.ID} {
		row := o.over(client, job)
		require.Equal(t, rivertype.JobStateCompleted, row.State)
		require.JSONEq(t, `{"rows": 3}`, string(row.Output()))
	}
	one := o.stored()
	require.Len(t, one, 1)

	third, err := client.Insert(t.Context(), args, nil)
	require.NoError(t, err)
	require.JSONEq(t, `{"rows": 3}`, string(o.over(client, third.Job.ID).Output()))
	require.Equal(t, one, o.stored(), "the same file")
	export, err := store.ExportByID(t.Context(), o.pool, args.ExportID)
	require.NoError(t, err)
	require.Equal(t, one[0], *export.FileKey)

	o.exec(`UPDATE exports SET expires_at = now()`)
	again, err := client.Insert(t.Context(), args, nil)
	require.NoError(t, err)
	o.over(client, again.Job.ID)
	require.Len(t, o.stored(), 1)
	require.NotEqual(t, one, o.stored(), "made anew after it had expired")
}

func TestAnExportThatIsCutOffLeavesNoFileAndRunsAgain(t *testing.T) {
	t.Parallel()
	o := newExportOffice(t)
	o.register(1_500)
	release := o.pause("NEW.done = 1000 AND NEW.file_key IS NULL")
	dying := o.process()
	job, err := dying.Insert(t.Context(), o.export(), nil)
	require.NoError(t, err)
	o.paused(1)
	require.Len(t, o.stored(), 1, "a temporary file")
	require.NoError(t, dying.StopAndCancel(t.Context()))
	require.Empty(t, o.stored())
	release()

	client := o.process()
	row := o.over(client, job.Job.ID)
	require.Equal(t, rivertype.JobStateCompleted, row.State)
	require.JSONEq(t, `{"rows": 1500}`, string(row.Output()))
	require.Len(t, o.stored(), 1)
}

func TestAnExportThatCannotBeCommittedLeavesNoFile(t *testing.T) {
	t.Parallel()
	for name, trigger := range map[string]string{
		"its own row":    `BEFORE UPDATE ON exports FOR EACH ROW WHEN (NEW.file_key IS NOT NULL)`,
		"the job's row":  `BEFORE UPDATE ON river_job FOR EACH ROW WHEN (NEW.state = 'completed')`,
		"nothing at all": `BEFORE UPDATE ON exports FOR EACH ROW WHEN (false)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newExportOffice(t)
			o.register(3)
			o.exec(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'`)
			o.exec(`CREATE TRIGGER fail ` + trigger + ` EXECUTE FUNCTION fail()`)
			client := o.process()
			job, err := client.Insert(t.Context(), o.export(), nil)
			require.NoError(t, err)
			require.Eventually(t, func() bool {
				return o.count(`SELECT count(*) FROM river_job WHERE id = $1 AND (state = 'completed' OR cardinality(errors) > 0)`, job.Job.ID) == 1
			}, jobTime, 5*time.Millisecond)
			if strings.Contains(trigger, "false") {
				require.Len(t, o.stored(), 1)
			} else {
				require.Empty(t, o.stored())
			}
		})
	}
}

func TestAnExportOfADeletedDriveIsGivenUp(t *testing.T) {
	t.Parallel()
	o := newExportOffice(t)
	args := o.export()
	o.exec(`DELETE FROM drives`)
	client := o.process()
	job, err := client.Insert(t.Context(), args, nil)
	require.NoError(t, err)
	require.Equal(t, rivertype.JobStateCancelled, o.over(client, job.Job.ID).State)
	require.Empty(t, o.stored())
}

func TestAnExportRunsNoFormulaAndTellsTheOfficesTime(t *testing.T) {
	t.Parallel()
	o := newExportOffice(t)
	o.register(1)
	o.exec(`UPDATE users SET name = '=cmd|''/C calc''!A0' WHERE role = 'STUDENT'`)
	o.exec(`UPDATE students SET branch = 'CSE, "A"'`)
	o.exec(`UPDATE registrations SET registered_at = '2026-11-30T20:00:00Z'`)
	zone, err := time.LoadLocation("Asia/Kolkata")
	require.NoError(t, err)
	client := o.process(func(d *jobs.Deps, _ *jobs.Options) { d.Zone, d.ExportTTL = zone, time.Hour })
	job, err := client.Insert(t.Context(), o.export(), nil)
	require.NoError(t, err)
	o.over(client, job.Job.ID)
	text, err := os.ReadFile(filepath.Join(o.dir, filepath.FromSlash(o.stored()[0])))
	require.NoError(t, err)
	require.Equal(t, "\ufeffroll_number,name,email,branch,batch_year,cgpa,registered_at\r\n"+
		`s1,"'=cmd|'/C calc'!A0",s1@college.example,"CSE, ""A""",,,2026-12-01T01:30:00+05:30`+"\r\n", string(text))
	require.InDelta(t, 3600, o.count(`SELECT extract(epoch FROM expires_at - now())::bigint FROM exports`), 60)
}
