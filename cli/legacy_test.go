package cli_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store/storetest"
)

// earlier makes a database of the earlier system; everybody's password is seven green umbrellas.
func earlier(t *testing.T, scripts ...string) (url string) {
	t.Helper()
	url = storetest.EmptyURL(t)
	conn := connect(t, url)
	for _, name := range scripts {
		script, err := os.ReadFile(filepath.Join("..", "legacy", "testdata", name+".sql"))
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), string(script))
		require.NoError(t, err)
	}
	return url
}

func TestAnEarlierSystemMovesIn(t *testing.T) {
	t.Parallel()
	const password = "seven green umbrellas"
	from := earlier(t, "minimal", "full")
	in := prepared(t)
	folder := filepath.Join(in.dir, "uploads", "job-descriptions")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "tulsi.pdf"), []byte("%PDF-1.4 Robots"), 0o600))

	dry := in.run("import-legacy", from, "--uploads", "uploads", "--dry-run").ok()
	require.Contains(t, dry.out, "This was a dry run")
	require.Len(t, lines(in.run("user", "list").ok().out), 1, "the heading")
	done := in.run("import-legacy", from, "--uploads", "uploads").ok()
	require.Regexp(t, `drive_registrations +5 +0 +0 +0 +registrations 5`, done.out)
	in.run("import-legacy", from).fails("holds data", "users: 6")
	require.Contains(t, in.run("audit", "verify").ok().out, "whole")

	s := in.serve()
	asha := s.signIn("asha@old.example", password)
	mine := s.get(asha, "/registrations/my-list").is(http.StatusOK)
	require.Contains(t, string(mine.body), "Tulsi Robotics")
	require.Contains(t, string(mine.body), "PRESENT")
	s.get(asha, "/drives/5").is(http.StatusOK)
	require.Contains(t, string(s.get(asha, "/notifications/mine").is(http.StatusOK).body), "You are registered for Tulsi Robotics")
	head := s.signIn("HEAD@old.example", password)
	require.Contains(t, string(s.get(head, "/finished-drives").is(http.StatusOK).body), "Northwind")
	require.Contains(t, string(s.get(head, "/audit?operation=import-legacy&limit=1").is(http.StatusOK).body), "import-legacy")
	pdf, ok := s.get(head, "/drives/5").is(http.StatusOK).field("pdf_path").(string)
	require.True(t, ok)
	require.Equal(t, "%PDF-1.4 Robots", string(s.get("", pdf).is(http.StatusOK).body))
	s.post(s.signIn("kiran@old.example", password), "/attendance/9/mark", map[string]any{"student_id": 11, "status": "PRESENT"}).is(http.StatusOK)

	var renewed, kept int
	s.query(`SELECT count(*) FILTER (WHERE password_hash LIKE '$argon2id$%'), count(*) FILTER (WHERE password_hash LIKE '$2%') FROM users`)(&renewed, &kept)
	require.Equal(t, []int{3, 3}, []int{renewed, kept}, "who has signed in has a hash of our own")
	in.run("import-legacy", from).fails("stop it")
	s.stop()
}

func TestAnEarlierSystemThatCannotBeReadIsOneLine(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	in.run("import-legacy").fails("name the earlier system's database")
	in.run("import-legacy", "postgres://me:sesame@127.0.0.1:1/old").fails("cannot be reached")
	in.run("import-legacy", "nonsense").fails("not a PostgreSQL address")
	gone := earlier(t)
	in.run("import-legacy", gone).fails("there is no table users")
	in.run("import-legacy", strings.Replace(gone, "/test_", "/no_such_", 1)).fails("does not exist")
	in.run("import-legacy", earlier(t, "minimal", "full"), "--uploads", "nowhere").fails("--uploads", "nowhere")

	refused := earlier(t, "minimal")
	_, err := connect(t, refused).Exec(t.Context(), "UPDATE users SET role = 'admin' WHERE user_id = 3")
	require.NoError(t, err)
	got := in.run("import-legacy", refused)
	require.Equal(t, 1, got.code)
	require.Contains(t, got.out, `refused   users 3: role "admin" is none of`)
	require.Equal(t, 1, strings.Count(got.err, "\n"), got.err)
}
