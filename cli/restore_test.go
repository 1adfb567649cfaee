package cli_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/store"
	"placeops/store/storetest"
)

// describe tells everything that a database holds, but for what a restore always changes: it ends all tokens and derives
// anew what is derived.
func describe(t *testing.T, url string) map[string]string {
	t.Helper()
	pool, err := store.OpenPool(t.Context(), url, store.PoolOptions{MaxConns: 2})
	require.NoError(t, err)
	defer pool.Close()
	contents := storetest.ContentsButRestores(t, pool, "tokens_valid_from")
	for _, derived := range []string{"drives", "attendance", "registrations", "selections", "branches"} {
		delete(contents, "analytics_"+derived)
	}
	return contents
}

func (in *install) describe() (contents map[string]string) {
	in.t.Helper()
	in.withDatabase(func(url string) { contents = describe(in.t, url) })
	return contents
}

// createDriveWith creates a drive with a PDF and returns its id.
func (s *serving) createDriveWith(pdf string) int64 {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(s.t, form.WriteField("company_name", "With a PDF"))
	require.NoError(s.t, form.WriteField("job_title", "Engineer"))
	part, err := form.CreateFormFile("pdf", "jd.pdf")
	require.NoError(s.t, err)
	_, err = io.WriteString(part, pdf)
	require.NoError(s.t, err)
	require.NoError(s.t, form.Close())
	request := s.request(s.token(auth.Head), http.MethodPost, "/drives", nil)
	request.Body, request.ContentLength = io.NopCloser(&body), int64(body.Len())
	request.Header.Set("Content-Type", form.FormDataContentType())
	response, err := client.Do(request)
	require.NoError(s.t, err)
	defer func() { require.NoError(s.t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return (&answer{t: s.t, what: "POST /drives", status: response.StatusCode, body: text}).is(http.StatusCreated).int("drive_id")
}

func TestAnInstallationMovesToAnOutsideDatabaseAndBack(t *testing.T) {
	t.Parallel()
	const pdf = "%PDF-1.7\nthe job description\n%%EOF\n"
	own := prepared(t)
	s := own.serve("--demo")
	drive := s.createDriveWith(pdf)
	own.run("backup", "running").done()
	s.stop()
	own.run("backup", archive).done()
	want := own.describe()

	away, url := outside(t)
	away.run("restore", filepath.Join(own.dir, archive)).done()
	require.Equal(t, want, describe(t, url))
	moved := away.run("backup", "-").done()

	back := empty(t)
	back.runWith(moved.out, nil, "restore", "-").done()
	require.Equal(t, want, back.describe())

	again := back.serve()
	emails, password := logIns(t, s.out.String())
	token := again.signIn(emails["HEAD"], password)
	path, ok := again.get(token, at("/drives/%d", drive)).is(http.StatusOK).field("pdf_path").(string)
	require.True(t, ok)
	require.Equal(t, pdf, string(again.get("", path).is(http.StatusOK).body))
	again.stop()
	back.run("restore", filepath.Join(own.dir, "running")).fails("holds data", "users: 43", "--replace")
	require.Contains(t, back.run("restore", "--replace", filepath.Join(own.dir, "running")).done().out, "users: 43")
}

func TestARestoreEndsTheTokensOfBefore(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	first := in.serve("--demo")
	token := first.token(auth.Head)
	first.get(token, "/me").is(http.StatusOK)
	in.run("backup", archive).done()
	first.stop()
	in.run("restore", "--replace", archive).done()
	second := in.serve()
	second.get(token, "/me").is(http.StatusUnauthorized)
	second.stop()
}

func TestARestoreLeavesARunningServeAlone(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	s := in.serve("--demo")
	in.run("backup", archive).done()
	s.pendingDrive()
	for _, args := range [][]string{{"restore", archive}, {"restore", "--replace", archive}} {
		in.run(args...).fails("placeops serve is working on this database", "stop it")
	}
	var drives int
	s.query("SELECT count(*) FROM drives WHERE company_name = 'Acme'")(&drives)
	require.Equal(t, 1, drives)
	s.stop()
	in.run("restore", "--replace", archive).done()
}

func TestAJobThatRanWhenTheBackupWasTakenRunsAfterTheRestore(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	first := in.serve("--demo")
	drive := first.pendingDrive()
	hold := first.holdSelections()
	job := first.publish(drive)
	hold.awaitWaiters(1)
	in.run("backup", archive).done()
	hold.release()
	first.jobDone(job, soon)
	first.stop()

	other := prepared(t)
	other.run("restore", filepath.Join(in.dir, archive)).done()
	second := other.serve()
	require.EqualValues(t, 1, second.jobDone(job, soon), "for the job it is the first time")
	second.requirePublishedOnce(drive)
	second.stop()
}

// A restore can be killed at any moment: the database is as it was, and the restore can be repeated.
func TestAKilledRestoreChangesNothing(t *testing.T) {
	t.Parallel()
	source := prepared(t)
	s := source.serve("--demo")
	s.createDriveWith("%PDF-1.7\nthe job description\n")
	s.stop()
	source.run("backup", archive).done()
	want := source.describe()
	path := filepath.Join(source.dir, archive)
	pdfs, err := filepath.Glob(filepath.Join(source.data(), "uploads", "job-descriptions", "*", "*", "*.pdf"))
	require.NoError(t, err)
	require.Len(t, pdfs, 1)
	pdf, err := filepath.Rel(source.data(), pdfs[0])
	require.NoError(t, err)

	for name, killed := range map[string]func(t *testing.T, in *install, url string){
		"before it has loaded anything": func(t *testing.T, in *install, url string) {
			hold := waitWith(t, url, "SELECT pg_advisory_xact_lock(x'706c6163656f7073'::bigint)") // of migrations
			command := in.start("restore", "--replace", path)
			hold.until("wait_event_type = 'Lock' AND query LIKE 'SELECT pg_advisory_xact_lock%'")
			kill(command)
			hold.release()
		},
		"when all rows are loaded and the files are not": func(t *testing.T, in *install, url string) {
			pipe := filepath.Join(in.data(), pdf) // whoever looks for the file waits for a writer
			require.NoError(t, os.MkdirAll(filepath.Dir(pipe), 0o755))
			require.NoError(t, syscall.Mkfifo(pipe, 0o600))
			hold := waitWith(t, url, "SELECT 1")
			command := in.start("restore", "--replace", path)
			hold.until("state = 'idle in transaction' AND query LIKE 'COPY%users%'")
			kill(command)
			require.NoError(t, os.Remove(pipe))
		},
		"when it puts everything in place": func(t *testing.T, in *install, url string) {
			hold := waitWith(t, url, "LOCK TABLE users IN ACCESS SHARE MODE")
			command := in.start("restore", "--replace", path)
			hold.until("wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%'")
			kill(command)
			hold.release()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, url := outside(t)
			in.run("user", "add", "--email", "head@college.example", "--name", "H", "--role", "HEAD").ok()
			before := describe(t, url)
			killed(t, in, url)
			require.Equal(t, before, describe(t, url))
			in.run("backup", archive).done() // others go on
			in.run("restore", "--replace", path).done()
			require.Equal(t, want, describe(t, url))
		})
	}
}
