package backup_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/backup"
	"placeops/store/storetest"
	"placeops/uploads"
	"placeops/uploads/uploadstest"
)

func TestARestoreHoldsEverythingThatWasThere(t *testing.T) {
	t.Parallel()
	college := newCollege(t)
	archive := college.take()
	want := college.contents()
	for name, target := range map[string]func(*testing.T) *office{
		"into a database without tables": bareOffice,
		"into a new installation":        newOffice,
		"in place of something else": func(t *testing.T) *office {
			t.Helper()
			other := newOffice(t)
			other.execute(`INSERT INTO users (name, email, role) VALUES ('Other', 'other@college.example', 'HEAD')`)
			other.execute(`INSERT INTO drives (company_name, job_title, posted_by) VALUES ('Other', 'Other', 1)`)
			return other
		},
		"in place of itself": newCollege,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := target(t)
			restored, err := to.restore(archive, true)
			require.NoError(t, err)
			require.Equal(t, want, to.contents())
			require.Equal(t, storetest.Schema(t, storetest.New(t)), storetest.Schema(t, to.Pool))
			for key, content := range college.files() {
				require.Equal(t, content, to.files()[key])
			}
			require.Empty(t, restored.Steps)
			require.Empty(t, restored.Left)
			to.requireTrail(restored.TakenAt)
		})
	}
}

func TestAnArchiveHoldsOneMoment(t *testing.T) {
	t.Parallel()
	college := newCollege(t)
	want := college.contents()
	changed := false
	college.Progress = func(string) {
		if changed {
			return
		}
		changed = true // the first table has been read; the others have not
		college.execute(`INSERT INTO users (name, email, role) VALUES ('Late', 'late@college.example', 'STAFF')`)
		college.execute(`DELETE FROM attendance`)
		college.execute(`DELETE FROM registrations`)
		college.execute(`UPDATE drives SET company_name = 'Late'`)
	}
	archive := college.take()
	require.True(t, changed)

	target := bareOffice(t)
	_, err := target.restore(archive, false)
	require.NoError(t, err)
	got := target.contents()
	for name := range got {
		if strings.HasSuffix(name, "_seq") {
			delete(got, name) // may be ahead
			delete(want, name)
		}
	}
	require.Equal(t, want, got)
}

func TestFilesThatComeAndGoWhileAnArchiveIsTaken(t *testing.T) {
	t.Parallel()
	office := newOffice(t)
	kept, gone := office.save(uploads.JobDescription, "%PDF-1.7 kept"), office.save(uploads.JobDescription, "%PDF-1.7 gone")
	orphan := office.save(uploads.Export, "nobody's")
	office.execute(`INSERT INTO users (name, email, role) VALUES ('Head', 'head@college.example', 'HEAD')`)
	office.execute(`INSERT INTO drives (company_name, job_title, posted_by, pdf_key) VALUES ('A', 'A', 1, $1), ('B', 'B', 1, $2), ('C', 'C', 1, NULL)`, kept, gone)
	var late string
	office.Progress = func(did string) {
		if strings.HasPrefix(did, "users: ") { // the last table
			require.NoError(t, office.Uploads.Delete(t.Context(), gone))
			require.NoError(t, office.Uploads.Delete(t.Context(), orphan))
			late = office.save(uploads.JobDescription, "%PDF-1.7 late")
			office.execute(`UPDATE drives SET pdf_key = $1 WHERE company_name = 'C'`, late)
		}
	}
	archive, summary := office.takeWith()
	require.Equal(t, []string{gone}, summary.Missing)

	target := bareOffice(t)
	restored, err := target.restore(archive, false)
	require.NoError(t, err)
	require.Equal(t, []string{gone}, restored.Missing, "it is named again")
	require.Equal(t, map[string]string{kept: "%PDF-1.7 kept", late: "%PDF-1.7 late"}, target.files())
	var keys string
	target.query(`SELECT string_agg(coalesce(pdf_key, '-'), ' ' ORDER BY drive_id) FROM drives`, &keys)
	require.Equal(t, kept+" "+gone+" -", keys)
}

func TestAMigrationWaitsForAnArchive(t *testing.T) {
	t.Parallel()
	college := newCollege(t)
	m, err := migrator(college.Pool)
	require.NoError(t, err)
	migrated := make(chan error, 1)
	began := false
	college.Progress = func(string) {
		if began {
			return
		}
		began = true
		go func() {
			_, err := m.Redo(t.Context())
			migrated <- err
		}()
		require.Eventually(t, func() bool {
			var waits bool
			college.query(`SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
			               AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`, &waits)
			return waits
		}, patience, poll)
	}
	archive := college.take()
	require.NoError(t, <-migrated)
	_, err = bareOffice(t).restore(archive, false)
	require.NoError(t, err)
}

func TestARowMayBeLargerThanAPart(t *testing.T) {
	t.Parallel()
	source := newOffice(t)
	source.execute(`INSERT INTO river_job (kind, args, max_attempts) SELECT 'send-email', jsonb_build_object('text', repeat($1 || n, 60000)), 25
	                FROM generate_series(1, 3) AS n`, strings.ReplaceAll(awkward, "\u0001", ""))
	target := bareOffice(t)
	_, err := target.restore(source.take(), false)
	require.NoError(t, err)
	require.Equal(t, source.contents(), target.contents())
}

func TestFilesMoveBetweenAFolderAndS3(t *testing.T) {
	t.Parallel()
	s3, err := uploadstest.StartS3()
	require.NoError(t, err)
	t.Cleanup(s3.Stop)
	inS3 := func() *office {
		address, err := s3.NewBucket()
		require.NoError(t, err)
		o := bareOffice(t)
		o.Uploads, err = uploads.OpenURL(t.Context(), address, t.TempDir())
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, o.Uploads.Close()) })
		return o
	}
	college := newCollege(t)
	bucket, folder := inS3(), bareOffice(t)
	_, err = bucket.restore(college.take(), false)
	require.NoError(t, err)
	require.Equal(t, college.files(), bucket.files())
	_, err = folder.restore(bucket.take(), false)
	require.NoError(t, err)
	require.Equal(t, college.files(), folder.files())
	require.Equal(t, college.contents(), folder.contents())
}

func TestADatabaseThatPlaceopsNeverSawIsNotBackedUp(t *testing.T) {
	t.Parallel()
	o := bareOffice(t)
	o.execute(`CREATE TABLE something (id int)`)
	_, err := backup.Take(t.Context(), o.Installation, "v-test", io.Discard)
	require.ErrorContains(t, err, "nothing to back up")
	require.ErrorContains(t, err, "PLACEOPS_DATA_DIR")
	require.Equal(t, []string{"something"}, slices.Collect(maps.Keys(o.contents())), "looking made nothing")
}

// full takes so many bytes and no more, and no seal.
type full struct{ room int }

var errFull = errors.New("no room")

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.room || bytes.HasPrefix(p, []byte("\x5b\x2a\x4d\x18")) {
		return 0, errFull
	}
	f.room -= len(p)
	return len(p), nil
}

func TestAnArchiveThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	college := newCollege(t)
	size := len(college.take())
	for _, room := range []int{0, 1, size / 2, math.MaxInt} { // two archives are seldom of one length
		_, err := backup.Take(t.Context(), college.Installation, "v-test", &full{room})
		require.ErrorIs(t, err, errFull, "%d of %d bytes", room, size)
	}
}
