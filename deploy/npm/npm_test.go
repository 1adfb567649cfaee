package npm_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/deploy/npm"
)

func TestTheConsoleIsMadeOfWhatItNeedsToRun(t *testing.T) {
	t.Parallel()
	packages, err := npm.Console("../..")
	require.NoError(t, err)
	versions := map[string]string{}
	for _, p := range packages {
		require.NotContains(t, versions, p.Name+" "+p.Version)
		require.Len(t, p.SHA512, 128, p.Name)
		require.NotEmpty(t, p.Licence, p.Name)
		versions[p.Name] = p.Version
	}
	for _, name := range []string{"react", "react-dom", "react-aria-components", "scheduler", "d3-shape"} {
		require.Contains(t, versions, name)
	}
	for _, name := range []string{"vite", "typescript", "vitest", "@playwright/test", "@biomejs/biome", "@types/react", "@types/d3-shape"} {
		require.NotContains(t, versions, name)
	}
}

func TestALockFileThatDoesNotSayWhatIsFetchedIsRefused(t *testing.T) {
	t.Parallel()
	for lock, want := range map[string]string{
		`{`: "package-lock.json",
		`{"packages":{"node_modules/a":{"version":"1.0.0","license":"MIT"}}}`:                         "what node_modules/a is",
		`{"packages":{"node_modules/a":{"version":"1.0.0","integrity":"sha1-AA==","license":"MIT"}}}`: "no SHA-512",
		`{"packages":{"node_modules/a":{"version":"1.0.0","integrity":"sha512-AA=="}}}`:               "under what licence node_modules/a is",
		`{"packages":{"node_modules/a":{"version":"1.0.0","integrity":"sha512-!!","license":"MIT"}}}`: "illegal base64",
	} {
		top := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(top, "web"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(top, "web", "package-lock.json"), []byte(lock), 0o600))
		_, err := npm.Console(top)
		require.ErrorContains(t, err, want)
	}
}
