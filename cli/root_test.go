package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store/storetest"
)

// bare returns an install for commands that need no database.
func bare(t *testing.T, settings ...string) *install {
	t.Helper()
	return &install{t: t, dir: t.TempDir(), env: settings}
}

func TestNoArgumentsPrintHelp(t *testing.T) {
	t.Parallel()
	in := bare(t)
	got := in.run().ok()
	for _, command := range []string{"serve", "migrate", "user", "demo", "check", "health", "openapi", "version"} {
		require.Contains(t, got.out, command)
	}
	require.NoDirExists(t, in.data())
	require.Contains(t, in.run("user").ok().out, "reset-password")
}

func TestVersionNamesPostgreSQLToo(t *testing.T) {
	t.Parallel()
	require.Regexp(t, `^placeops \S.*, PostgreSQL \S+.*, go1\.\S+ \S+/\S+\n$`, bare(t).run("version").ok().out)
}

func TestOpenAPIIsPrinted(t *testing.T) {
	t.Parallel()
	var document struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	require.NoError(t, json.Unmarshal([]byte(bare(t).run("openapi").ok().out), &document))
	require.Equal(t, "3.1.0", document.OpenAPI)
	require.Contains(t, document.Paths, "/drives/{id}/publish")
}

// The types of the console's client are made of a copy of the description, which git keeps so that a change of it is seen.
func TestTheConsoleKnowsThePresentAPI(t *testing.T) {
	t.Parallel()
	kept, err := os.ReadFile(filepath.Join("..", "web", "openapi.json"))
	require.NoError(t, err)
	if string(kept) != bare(t).run("openapi").ok().out {
		t.Fatal("web/openapi.json is not what the program says of its API: run make console, and commit what changed")
	}
}

func TestWhatCannotBeUnderstoodIsOneClearLine(t *testing.T) {
	t.Parallel()
	const outside = "DATABASE_URL=postgres://placeops:hidden@127.0.0.1:1/placeops"
	for name, test := range map[string]struct {
		settings, args, says []string
	}{
		"an unknown command":      {args: []string{"serv"}, says: []string{"serv"}},
		"an unknown flag":         {args: []string{"serve", "--prot", "1"}, says: []string{"--prot"}},
		"an argument too many":    {args: []string{"serve", "now"}, says: []string{"now"}},
		"an unknown migration":    {args: []string{"migrate", "sideways"}, says: []string{"sideways"}},
		"a port out of range":     {args: []string{"serve", "--port", "70000"}, says: []string{"PORT"}},
		"all faults at once":      {settings: []string{"PLACEOPS_TZ=Mars", "PLACEOPS_WORKERS=x"}, args: []string{"serve"}, says: []string{"PLACEOPS_TZ", "PLACEOPS_WORKERS"}},
		"a short secret":          {settings: []string{"JWT_SECRET=short"}, args: []string{"serve"}, says: []string{"JWT_SECRET"}},
		"outside without secret":  {settings: []string{outside}, args: []string{"serve"}, says: []string{"JWT_SECRET"}},
		"a data folder as a file": {settings: []string{"PLACEOPS_DATA_DIR=/dev/null"}, args: []string{"user", "list"}, says: []string{"/dev/null"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := bare(t, test.settings...).run(test.args...).fails(test.says...)
			require.NotContains(t, got.err, "hidden")
		})
	}
}

func TestACommandOnAnOutsideDatabaseNeedsNoSecret(t *testing.T) {
	t.Parallel()
	in := bare(t, "DATABASE_URL="+storetest.URL(t))
	require.Len(t, lines(in.run("user", "list").ok().out), 1)
	require.NoDirExists(t, in.data())
}
