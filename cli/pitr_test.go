package cli_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/store"
	"placeops/uploads/uploadstest"
)

// archiving is an install whose PostgreSQL archives into a folder.
func archiving(t *testing.T, settings ...string) (in *install, folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "archive")
	return prepared(t, append(settings, "PLACEOPS_ARCHIVE="+folder)...), folder
}

// target is an install to restore into, on the same PostgreSQL. It archives nowhere.
func target(t *testing.T) *install {
	t.Helper()
	_, bin := template(t)
	return empty(t, "PLACEOPS_POSTGRES_BIN="+bin)
}

// archived are the files of an archive that match, by their names.
func archived(t *testing.T, folder, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, pattern))
	require.NoError(t, err)
	slices.Sort(found)
	return found
}

const (
	manifests = "*/bases/*/manifest.json"
	segments  = "*/wal/[0-9A-F]*[0-9A-F].zst"
)

// segmentsOf leaves out histories and marks of base backups.
func segmentsOf(t *testing.T, folder string) []string {
	t.Helper()
	return slices.DeleteFunc(archived(t, folder, segments), func(path string) bool {
		return strings.Contains(strings.TrimSuffix(filepath.Base(path), ".zst"), ".")
	})
}

func awaitBases(t *testing.T, folder string, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(archived(t, folder, manifests)) >= n }, patience, poll, "base backups")
}

func (s *serving) archiver() store.Archiver {
	s.t.Helper()
	conn := s.connect()
	found, err := store.ReadArchiver(s.t.Context(), conn)
	require.NoError(s.t, err)
	require.NoError(s.t, conn.Close(s.t.Context()))
	return found
}

// switchWAL finishes the file of the write-ahead log and returns its name.
func (s *serving) switchWAL() (name string) {
	s.t.Helper()
	conn := s.connect()
	_, err := conn.Exec(s.t.Context(), "CREATE TABLE IF NOT EXISTS public.a_change (); DROP TABLE public.a_change")
	require.NoError(s.t, err)
	require.NoError(s.t, conn.QueryRow(s.t.Context(), "SELECT pg_walfile_name(pg_switch_wal())").Scan(&name))
	require.NoError(s.t, conn.Close(s.t.Context()))
	return name
}

// archiveAll returns when everything that was answered until now is in the archive.
func (s *serving) archiveAll() {
	s.t.Helper()
	name := s.switchWAL()
	conn := s.connect()
	require.Eventually(s.t, func() bool {
		found, err := store.ReadArchiver(s.t.Context(), conn)
		return err == nil && found.LastFile >= name && found.Waiting == 0
	}, patience, poll, "%s is archived", name)
	require.NoError(s.t, conn.Close(s.t.Context()))
}

// now is the moment by the database's clock.
func (s *serving) now() (at time.Time) {
	s.t.Helper()
	s.query("SELECT clock_timestamp()")(&at)
	return at
}

// companies are those of the drives that the test made, in order.
func companies(t *testing.T, url string) (names []string) {
	t.Helper()
	query1(t, url, "SELECT COALESCE(array_agg(company_name ORDER BY drive_id), '{}') FROM drives WHERE job_title = 'Moment'")(&names)
	return names
}

func (in *install) companies() (names []string) {
	in.t.Helper()
	in.withDatabase(func(url string) { names = companies(in.t, url) })
	return names
}

func (s *serving) addCompany(name string) {
	s.t.Helper()
	s.post(s.token(auth.Head), "/drives", map[string]any{"company_name": name, "job_title": "Moment"}).is(http.StatusCreated)
}

// crowd lets all students register, each once, and returns the registrations that were acknowledged, by student.
func (s *serving) crowd(drive int64) map[int64]int64 {
	s.t.Helper()
	var mu sync.Mutex
	registered := map[int64]int64{}
	var all sync.WaitGroup
	for _, student := range s.students() {
		token := s.tokenOf(student, auth.Student)
		all.Go(func() {
			status, _, id, err := s.tryRegister(token, drive)
			mu.Lock()
			defer mu.Unlock()
			if err == nil && (status == http.StatusCreated || status == http.StatusOK) {
				registered[student] = id
			}
		})
	}
	all.Wait()
	require.NotEmpty(s.t, registered)
	return registered
}

func (s *serving) openDrive() int64 {
	s.t.Helper()
	drive := s.pendingDrive()
	s.jobDone(s.publish(drive), soon)
	return drive
}

func TestWhatWasArchivedComesBackWhenTheMachineIsGone(t *testing.T) {
	t.Parallel()
	const pdf = "%PDF-1.7\nthe job description\n%%EOF\n"
	in, folder := archiving(t)
	s := in.serve("--demo")
	drive := s.openDrive()
	awaitBases(t, folder, 1)
	during := make(chan *result)
	go func() { during <- in.run("backup", "base") }()
	before := s.crowd(drive)
	require.Contains(t, (<-during).done().out, "any moment from")
	withPDF := s.createDriveWith(pdf)
	s.archiveAll()
	late := s.openDrive()
	after := s.crowd(late)
	s.killBoth()
	require.NoError(t, os.RemoveAll(in.data()))
	require.Contains(t, in.run("backup", "verify", "--archive", folder).ok().out, "whole, 2 base backups")

	to := target(t)
	require.Contains(t, to.run("restore", "--archive", folder).done().out, "files      1 restored, 0 lacking")
	again := to.serve()
	again.requireRegistered(drive, before)
	var kept int
	again.query("SELECT count(*) FROM registrations WHERE drive_id = $1", late)(&kept)
	require.LessOrEqual(t, kept, len(after), "what came later is there as far as it was archived")
	path, ok := again.get(again.token(auth.Head), at("/drives/%d", withPDF)).is(http.StatusOK).field("pdf_path").(string)
	require.True(t, ok)
	require.Equal(t, pdf, string(again.get("", path).is(http.StatusOK).body))
	again.stop()
}

func TestAfterACleanStopEverythingIsInTheArchive(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	s := in.serve("--demo") // without an archive: to turn it on takes a restart and no more
	old := s.token(auth.Head)
	s.stop()
	folder := filepath.Join(t.TempDir(), "archive")
	in.env = append(in.env, "PLACEOPS_ARCHIVE="+folder)
	s = in.serve()
	drive := s.openDrive()
	awaitBases(t, folder, 1)
	acknowledged := s.crowd(drive)
	s.stop()

	to := target(t)
	killed := to.start("restore", "--archive", folder)
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(to.data(), "data.restore"))
		return err == nil
	}, patience, poll)
	kill(killed)
	require.NoDirExists(t, filepath.Join(to.data(), "data"), "all or nothing")
	to.run("restore", "--archive", folder).done()
	require.NoDirExists(t, filepath.Join(to.data(), "data.restore"))
	again := to.serve()
	again.get(old, "/me").is(http.StatusUnauthorized)
	again.signed = map[auth.Role]string{}
	again.requireRegistered(drive, acknowledged)
	again.stop()
	to.run("restore", "--archive", folder).fails("holds a database", "PLACEOPS_DATA_DIR")
	target(t).run("restore", "--archive", folder, "--to", "yesterday").fails("--to must be a moment")
	target(t).run("restore", "--archive", folder, "--to", "2020-01-01T10:00").fails("before the first base backup")
	late := target(t)
	late.run("restore", "--archive", folder, "--to", time.Now().Add(time.Hour).Format(time.RFC3339)).fails("after the end of the archive", "leave out --to")
	require.NoDirExists(t, filepath.Join(late.data(), "data"))
}

func TestAMomentBetweenTwoChangesComesBackExactly(t *testing.T) {
	t.Parallel()
	in, folder := archiving(t, "PLACEOPS_TZ=Asia/Kolkata")
	s := in.serve("--demo")
	awaitBases(t, folder, 1)
	s.addCompany("first")
	moment := s.now()
	s.addCompany("second")
	later := s.now()
	s.addCompany("third")
	s.stop()

	office, err := time.LoadLocation("Asia/Kolkata")
	require.NoError(t, err)
	to := target(t)
	to.env = append(to.env, "PLACEOPS_ARCHIVE="+folder)
	to.run("restore", "--archive", folder, "--to", moment.In(office).Format("2006-01-02T15:04:05.999999")).done()
	again := to.serve() // lives on, on a timeline of its own
	require.Equal(t, []string{"first"}, companies(t, again.databaseURL()))
	again.addCompany("another")
	awaitBases(t, folder, 2)
	again.addCompany("and more")
	again.stop()

	end := target(t)
	require.Contains(t, end.run("restore", "--archive", folder).done().out, "timeline 2")
	require.Equal(t, []string{"first", "another", "and more"}, end.companies())
	before := target(t) // what was there before somebody went back
	require.Contains(t, before.run("restore", "--archive", folder, "--to", later.Format(time.RFC3339Nano)).done().out, "timeline 1")
	require.Equal(t, []string{"first", "second"}, before.companies())
	all := target(t)
	all.run("restore", "--archive", folder, "--timeline", "1").done()
	require.Equal(t, []string{"first", "second", "third"}, all.companies())
	listed := to.run("backup", "list").ok().out
	require.Regexp(t, `(?m)^reach +timeline 1 .*\+05:30$`, listed)
	require.Regexp(t, `(?m)^reach +timeline 2 `, listed)
	to.run("backup", "verify", "--archive", folder).ok()
}

func TestABucketIsAnArchiveToo(t *testing.T) {
	t.Parallel()
	s3, err := uploadstest.StartS3()
	require.NoError(t, err)
	t.Cleanup(s3.Stop)
	address, err := s3.NewBucket()
	require.NoError(t, err)
	address = strings.Replace(address, "?", "/college/a?", 1)
	in := prepared(t, append(uploadstest.Keys(), "PLACEOPS_ARCHIVE="+address)...)
	s := in.serve("--demo")
	drive := s.createDriveWith("%PDF-1.7\n")
	s.addCompany("first")
	in.run("backup", "base").done()
	s.addCompany("second")
	s.archiveAll()
	moment := s.now()
	s.addCompany("third")
	s.stop()
	in.run("backup", "verify", "--archive", address).ok()

	to := target(t)
	to.env = append(to.env, uploadstest.Keys()...)
	require.Contains(t, to.run("restore", "--archive", address, "--to", moment.Format(time.RFC3339Nano)).done().out, "files      1 restored, 0 lacking")
	require.Equal(t, []string{"first", "second"}, to.companies())
	require.Positive(t, drive)
}

func TestWhatIsDamagedOrMissingIsFound(t *testing.T) {
	t.Parallel()
	in, folder := archiving(t)
	s := in.serve("--demo")
	awaitBases(t, folder, 1)
	s.addCompany("before")
	s.archiveAll()
	moment := s.now()
	s.archiveAll()
	s.addCompany("after")
	s.archiveAll()
	s.addCompany("last")
	s.stop()
	in.run("backup", "verify", "--archive", folder).ok()
	files := segmentsOf(t, folder)
	require.GreaterOrEqual(t, len(files), 4)
	victim := files[len(files)-2]
	name := strings.TrimSuffix(filepath.Base(victim), ".zst")
	content, err := os.ReadFile(victim)
	require.NoError(t, err)
	about, err := os.Stat(victim)
	require.NoError(t, err)

	flipped := bytes.Clone(content)
	flipped[len(flipped)/2] ^= 1
	require.NoError(t, os.WriteFile(victim, flipped, 0o600))
	require.NoError(t, os.Chtimes(victim, about.ModTime(), about.ModTime()))
	refused := in.run("backup", "verify", "--archive", folder)
	require.Equal(t, 1, refused.code)
	require.Contains(t, refused.err, name)
	to := target(t)
	to.run("restore", "--archive", folder).fails(name)
	require.NoDirExists(t, filepath.Join(to.data(), "data"), "all or nothing")

	require.NoError(t, os.Remove(victim))
	refused = in.run("backup", "verify", "--archive", folder)
	require.Equal(t, 1, refused.code)
	require.Contains(t, refused.err, "a gap in its write-ahead log: "+name+" is missing")
	to.run("restore", "--archive", folder).fails("gap", name, "--to")
	to.run("restore", "--archive", folder, "--to", moment.Format(time.RFC3339Nano)).done()
	require.Equal(t, []string{"before"}, to.companies())

	manifest := archived(t, folder, manifests)[0]
	text, err := os.ReadFile(manifest)
	require.NoError(t, err)
	older := regexp.MustCompile(`"postgres_major": \d+`).ReplaceAll(text, []byte(`"postgres_major": 14`))
	require.NotEqual(t, text, older)
	require.NoError(t, os.WriteFile(manifest, older, 0o600))
	target(t).run("restore", "--archive", folder, "--to", moment.Format(time.RFC3339Nano)).fails("is from PostgreSQL 14", "docs/upgrade.md")
}

func TestAnArchiveThatIsAwayIsCaughtUpWith(t *testing.T) {
	t.Parallel()
	in, folder := archiving(t, "PLACEOPS_METRICS_ADDR=127.0.0.1:0")
	s := in.serve("--demo")
	awaitBases(t, folder, 1)
	away := folder + ".away"
	require.NoError(t, os.Rename(folder, away))
	require.NoError(t, os.WriteFile(folder, nil, 0o600)) // nobody can make a folder here
	s.addCompany("meanwhile")
	s.switchWAL()
	s.addCompany("still")
	s.switchWAL()
	require.Eventually(t, func() bool { return s.archiver().Failed > 0 }, patience, 50*time.Millisecond)
	require.Positive(t, s.archiver().Waiting)
	require.Contains(t, s.log.String(), "the archive does not take the write-ahead log")
	numbers := s.apart().scrape("")
	require.Positive(t, numbers.Sum("placeops_archive_failures_total"))
	require.Positive(t, numbers.Sum("placeops_archive_files_waiting"))
	s.get("", "/readyz").is(http.StatusOK)
	in.run("backup", "base").fails("not a directory")

	require.NoError(t, os.Remove(folder))
	require.NoError(t, os.Rename(away, folder))
	s.archiveAll()
	require.Contains(t, s.log.String(), "the archive takes the write-ahead log again")
	s.stop()
	in.run("backup", "verify", "--archive", folder).ok()
	to := target(t)
	to.run("restore", "--archive", folder).done()
	require.Equal(t, []string{"meanwhile", "still"}, to.companies())
}

func TestACrashWhileArchivingLeavesNoGapAndNoHalfFile(t *testing.T) {
	t.Parallel()
	in, folder := archiving(t)
	var want []string
	for i := range 3 {
		s := in.serve()
		if i == 0 {
			awaitBases(t, folder, 1)
			in.run("user", "add", "--email", "head@college.example", "--name", "Head", "--role", "HEAD").ok()
		}
		name := string(rune('a' + i))
		s.addCompany(name)
		want = append(want, name)
		for range 3 {
			s.switchWAL()
		}
		s.killBoth() // with files under way
	}
	s := in.serve()
	s.archiveAll()
	s.stop()
	in.run("backup", "verify", "--archive", folder).ok()
	to := target(t)
	to.run("restore", "--archive", folder).done()
	require.Equal(t, want, to.companies())
}

func TestOnlyWhatNoBaseBackupNeedsIsRemoved(t *testing.T) {
	t.Parallel()
	in, folder := archiving(t, "PLACEOPS_ARCHIVE_KEEP=2")
	s := in.serve("--demo")
	awaitBases(t, folder, 1)
	first := segmentsOf(t, folder)
	doomed := s.createDriveWith("%PDF-1.7\nsoon gone\n")
	kept := s.createDriveWith("%PDF-1.7\nhere to stay\n")
	s.archiveAll()
	require.Len(t, archived(t, folder, "uploads/*/*/*/*"), 2)
	s.call(s.token(auth.Head), http.MethodDelete, at("/drives/%d", doomed), nil).is(http.StatusOK)
	foreign := filepath.Join(folder, "README")
	require.NoError(t, os.WriteFile(foreign, nil, 0o600))
	in.run("backup", "base").done()
	moment := s.now()
	s.addCompany("later")
	require.Contains(t, in.run("backup", "base").done().out, "removed    1 older")
	require.Len(t, archived(t, folder, manifests), 2)
	for _, old := range first {
		require.NoFileExists(t, old)
	}
	require.Len(t, archived(t, folder, "uploads/*/*/*/*"), 1, "a file that was gone before the oldest base backup goes, too")
	require.FileExists(t, foreign)
	s.stop()
	in.run("backup", "verify", "--archive", folder).ok()
	to := target(t)
	to.run("restore", "--archive", folder, "--to", moment.Format(time.RFC3339Nano)).done()
	require.Empty(t, to.companies())
	require.Positive(t, kept)
}
