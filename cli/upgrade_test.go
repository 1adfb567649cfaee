package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store/storetest"
)

// previousVersion is PostgreSQL's, as postgres/bundle/fetch has it.
const previousVersion = "17.10"

// previousServer returns the folder of a server of the major version before, fetched as make does.
func previousServer(t *testing.T) (bin string) {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	tree := filepath.Join(filepath.Dir(here), "..")
	fetched := filepath.Join(tree, ".tools", "postgres-"+previousVersion)
	fetch := exec.CommandContext(t.Context(), "go", "run", "./postgres/bundle/fetch", "-previous", fetched)
	fetch.Dir = tree
	output, err := fetch.CombinedOutput()
	require.NoError(t, err, "%s", output)
	if _, err := os.Stat(filepath.Join(fetched, "bin")); err != nil {
		t.Skip(string(output)) // there is none for this platform
	}
	// Copied to where PostgreSQL's user can get at it.
	folder := storetest.Dir(t)
	output, err = exec.CommandContext(t.Context(), "cp", "-a", fetched, folder).CombinedOutput()
	require.NoError(t, err, "%s", output)
	return filepath.Join(folder, filepath.Base(fetched), "bin")
}

// The procedure of docs/upgrade.md for a new major version of PostgreSQL.
func TestDataOfThePreviousPostgreSQLMoves(t *testing.T) {
	t.Parallel()
	_, bin := template(t)
	in := empty(t)
	old := []string{"PLACEOPS_POSTGRES_BIN=" + previousServer(t)}
	in.runWith("", old, "demo").ok()
	in.runWith("", old, "backup", archive).done()
	in.run("backup", "verify", archive).ok()
	in.env = append(in.env, "PLACEOPS_POSTGRES_BIN="+bin)
	in.run("serve").fails("was created by PostgreSQL 17", "runs PostgreSQL 18", "back up there, restore here", "docs/upgrade.md")
	in.run("restore", archive).fails("was created by PostgreSQL 17")

	kept := in.data() + ".old"
	require.NoError(t, os.Rename(in.data(), kept))
	in.run("restore", archive).done()
	moved := in.describe()
	s := in.serve()
	require.Equal(t, "18", s.major())
	s.stop()

	// The old folder is as it was: with the old server it has the same rows.
	require.NoError(t, os.RemoveAll(in.data()))
	require.NoError(t, os.Rename(kept, in.data()))
	in.env = old
	var before map[string]string
	in.withServer(old[0][len("PLACEOPS_POSTGRES_BIN="):], func(url string) { before = describe(t, url) })
	require.Equal(t, before, moved)
}

func (s *serving) major() (major string) {
	s.t.Helper()
	s.query("SELECT (current_setting('server_version_num')::int / 10000)::text")(&major)
	return major
}
