package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/deploy/npm"
)

const top = "../.."

// The program has what its go.mod needs and no test's tools; each module brings at least one licence.
func TestEveryLinkedModuleHasItsLicence(t *testing.T) {
	t.Parallel()
	text, err := notices(t.Context(), top, "amd64")
	require.NoError(t, err)
	modules, err := linked(t.Context(), top, "amd64")
	require.NoError(t, err)
	require.Greater(t, len(modules), 40)
	for _, m := range modules {
		require.Contains(t, string(text), "\n"+m.Path+" "+m.Version+"\n")
	}
	for _, words := range []string{
		"PostgreSQL Global Development Group", "Bitstream Vera", "The Go Authors", "SmartBear", "Mozilla Public License Version 2.0",
		"github.com/jackc/pgx/v5 ", "github.com/riverqueue/river ", "\nreact ", "Meta Platforms", "\nreact-aria-components ",
	} {
		require.Contains(t, string(text), words)
	}
	require.NotContains(t, string(text), "github.com/stretchr/testify", "tests are not in the program")
	require.NotContains(t, string(text), "\r")
}

func TestTheNoticesAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	first, err := notices(t.Context(), top, "arm64")
	require.NoError(t, err)
	again, err := notices(t.Context(), top, "arm64")
	require.NoError(t, err)
	require.Equal(t, string(first), string(again))
}

// The file is held against the lock file, and, where the packages are installed, against what they bring.
func TestTheLicencesOfTheConsoleAreCurrent(t *testing.T) {
	t.Parallel()
	const howto = "run make console generate"
	kept, err := os.ReadFile(filepath.Join(top, consoleFile))
	require.NoError(t, err)
	packages, err := npm.Console(top)
	require.NoError(t, err)
	require.Greater(t, len(packages), 20)
	titles := regexp.MustCompile(`(?m)^={80}\n(\S+ \d\S* \(.+\))$`).FindAllStringSubmatch(string(kept), -1)
	require.Len(t, titles, len(packages), howto)
	for i, p := range packages {
		require.Equal(t, consoleTitle(p), titles[i][1], howto)
	}
	if _, err := os.Stat(packages[0].Dir); err != nil {
		t.Log("the packages are not installed (make console): only their names and versions were compared")
		return
	}
	fresh, err := consoleNotices(top)
	require.NoError(t, err)
	require.Equal(t, string(fresh), string(kept), howto)
}

func TestAModuleWithoutALicenceIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := &module{Path: "example.com/bare", Version: "v1.0.0", Dir: dir, folders: map[string]bool{}}
	m.add(listed{Dir: filepath.Join(dir, "inner"), EmbedFiles: []string{"pages/index.html"}})
	for _, folder := range []string{"inner/pages", "other"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, folder), 0o755))
	}
	for _, file := range []string{"license.go", "README.md", "other/LICENSE"} { // none of them is one of what is linked
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), nil, 0o600))
	}
	_, err := m.licences()
	require.ErrorContains(t, err, "example.com/bare v1.0.0 has no file with a licence")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "inner", "pages", "COPYING.txt"), nil, 0o600))
	files, err := m.licences()
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "inner", "pages", "COPYING.txt")}, files)
}

func TestNamesOfLicences(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"LICENSE": true, "LICENCE.md": true, "license-apache.txt": true, "COPYING": true, "NOTICE.txt": true, "PATENTS": true,
		"UNLICENSE": true, "LICENSES": true, "licensed.txt": false, "noticeboard": false, "AUTHORS": false, "copy.txt": false,
	} {
		require.Equal(t, want, licenceName.MatchString(name), name)
	}
}

func TestTheLicenceOfPlaceOpsIsThere(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(top, "LICENSE"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(text), "MIT License\n\nCopyright (c) 2026 The placeOps authors\n"))
}
