package jobs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/jobs"
	"placeops/uploads"
)

// file stores a file that is that old.
func (o *exportOffice) file(kind uploads.Kind, age time.Duration) (key string) {
	o.t.Helper()
	key, _, err := o.files.Save(o.t.Context(), kind, strings.NewReader("%PDF-1.7\n"), 100)
	require.NoError(o.t, err)
	when := time.Now().Add(-age)
	require.NoError(o.t, os.Chtimes(filepath.Join(o.dir, filepath.FromSlash(key)), when, when))
	return key
}

func (o *exportOffice) sweep(client *jobs.Client) string {
	o.t.Helper()
	job, err := client.Insert(o.t.Context(), jobs.SweepExportsArgs{}, nil)
	require.NoError(o.t, err)
	return string(o.over(client, job.Job.ID).Output())
}

const twoDays = 48 * time.Hour

func TestASweepRemovesOldFilesThatNothingRefersTo(t *testing.T) {
	t.Parallel()
	o := newExportOffice(t)
	o.exec(`UPDATE users SET created_at = now() - interval '30 days'`)
	client := o.process()
	kinds := []uploads.Kind{uploads.JobDescription, uploads.StudentFile, uploads.Export}
	var kept []string
	for _, kind := range kinds {
		o.file(kind, twoDays) // goes
		kept = append(kept, o.file(kind, 23*time.Hour), o.file(kind, 40*24*time.Hour))
	}
	pdf, list, export := o.file(uploads.JobDescription, twoDays), o.file(uploads.StudentFile, twoDays), o.file(uploads.Export, twoDays)
	o.exec(`UPDATE drives SET pdf_key = $1`, pdf)
	o.exec(`INSERT INTO student_imports (requested_by, file_key, dry_run) VALUES ($1, $2, false)`, o.head, list)
	o.exec(`INSERT INTO exports (drive_id, requested_by, file_name, file_key, expires_at) VALUES ($1, $2, 'x', $3, now() + interval '1 day')`,
		o.driveID, o.head, export)
	kept = append(kept, pdf, list, export)

	require.JSONEq(t, `{"expired": 0, "orphaned": 3}`, o.sweep(client))
	require.ElementsMatch(t, kept, o.stored())
	require.JSONEq(t, `{"expired": 0, "orphaned": 0}`, o.sweep(client))
}

func TestASweepOnAnEmptyDatabaseTouchesNoFile(t *testing.T) {
	t.Parallel()
	o := newExportOffice(t)
	o.exec(`DELETE FROM drives`)
	o.exec(`DELETE FROM users`)
	key := o.file(uploads.JobDescription, twoDays)
	require.JSONEq(t, `{"expired": 0, "orphaned": 0}`, o.sweep(o.process()))
	require.Equal(t, []string{key}, o.stored())
}

func TestASweepForgetsExportsOfLongAgo(t *testing.T) {
	t.Parallel()
	o := newExportOffice(t)
	for _, age := range []string{"31 days", "29 days"} {
		args := o.export()
		o.exec(`UPDATE exports SET created_at = now() - $2::text::interval WHERE export_id = $1`, args.ExportID, age)
	}
	o.sweep(o.process())
	require.EqualValues(t, 1, o.count(`SELECT count(*) FROM exports`))
}

func TestASweepComesByItself(t *testing.T) {
	t.Parallel()
	o := newExportOffice(t)
	regularly := func(_ *jobs.Deps, options *jobs.Options) { options.SweepEvery = time.Hour }
	o.process(regularly)
	o.process(regularly)
	require.Eventually(t, func() bool {
		return o.count(`SELECT count(*) FROM river_job WHERE kind = 'sweep-exports' AND state = 'completed'`) > 0
	}, 60*time.Second, 10*time.Millisecond)
	require.EqualValues(t, 1, o.count(`SELECT count(*) FROM river_job WHERE kind = 'sweep-exports'`), "one of several processes sweeps")
}
