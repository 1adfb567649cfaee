package config_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/config"
)

var update = flag.Bool("update", false, "write .env.example and docs/settings.md anew")

// printSecretIn makes a copy of the test program load a data directory and
// print its secret, to have a second process in the tests.
const printSecretIn = "CONFIG_TEST_PRINT_SECRET_IN"

func TestMain(m *testing.M) {
	if folder := os.Getenv(printSecretIn); folder != "" {
		printSecret(folder)
		return
	}
	os.Exit(m.Run())
}

func printSecret(folder string) {
	c, err := config.Load(config.LoadOptions{Environ: []string{"PLACEOPS_DATA_DIR=" + folder}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprint(os.Stdout, c.JWTSecret)
}

const (
	testSecret   = "a-secret-for-tests-with-32-bytes"
	testDatabase = "postgres://office:pass-word-of-database@db.example.edu:5433/placement"
)

// options returns what Load needs, with a data directory of the test's own.
func options(t *testing.T, environ map[string]string) config.LoadOptions {
	t.Helper()
	o := config.LoadOptions{Environ: []string{"PLACEOPS_DATA_DIR=" + filepath.Join(t.TempDir(), "data")}}
	for name, value := range environ {
		o.Environ = append(o.Environ, name+"="+value)
	}
	return o
}

func load(t *testing.T, environ map[string]string) *config.Config {
	t.Helper()
	c, err := config.Load(options(t, environ))
	require.NoError(t, err)
	return c
}

func writeFile(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), mode))
	require.NoError(t, os.Chmod(path, mode)) // whatever the umask
	return path
}
