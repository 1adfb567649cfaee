package postgres_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"placeops/postgres"
)

// requireRefused starts on cfg and expects an error that says all of this.
func requireRefused(t *testing.T, cfg postgres.Config, says ...string) {
	t.Helper()
	server, err := postgres.Start(t.Context(), cfg)
	if err == nil {
		stop(t, server)
	}
	require.Error(t, err)
	t.Log(err)
	for _, part := range says {
		require.ErrorContains(t, err, part)
	}
}

func TestDataOfAnotherMajorVersionIsRefused(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	marker := filepath.Join(cfg.Dir, "data", "PG_VERSION")
	own, err := os.ReadFile(marker)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(marker, []byte("12\n"), 0o600))

	requireRefused(t, cfg, "PostgreSQL 12", "PostgreSQL "+string(bytes.TrimSpace(own)), cfg.Dir)
	_, err = postgres.Start(t.Context(), cfg)
	require.ErrorAs(t, err, &postgres.VersionError{})

	require.NoError(t, os.WriteFile(marker, own, 0o600))
	start(t, cfg) // untouched
}

func TestADirectoryThatCannotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	cfg := freshConfig(t)
	parent := filepath.Dir(cfg.Dir)
	if os.Geteuid() == 0 {
		// Only a read-only file system keeps root out.
		mountTmpfs(t, cfg.Dir, syscall.MS_RDONLY, "")
		requireRefused(t, cfg, cfg.Dir, "read-only", "PLACEOPS_DATA_DIR")
		return
	}
	require.NoError(t, os.Chmod(parent, 0o555))
	t.Cleanup(func() { _ = os.Chmod(parent, 0o755) })
	requireRefused(t, cfg, cfg.Dir, "may not write", "PLACEOPS_DATA_DIR")
}

func TestADirectoryRootCanReachButPostgreSQLCannotIsRefused(t *testing.T) {
	t.Parallel()
	cfg := freshConfig(t)
	closed := filepath.Dir(cfg.Dir)
	require.NoError(t, os.Chmod(closed, 0o700))
	if os.Geteuid() != 0 {
		start(t, cfg) // our own, so we may
		return
	}
	requireRefused(t, cfg, "cannot enter "+closed, "PLACEOPS_DATA_DIR")
	require.NoDirExists(t, cfg.Dir)
}

func TestAFileInTheWayIsRefused(t *testing.T) {
	t.Parallel()
	cfg := freshConfig(t)
	require.NoError(t, os.WriteFile(cfg.Dir, nil, 0o600))
	requireRefused(t, cfg, cfg.Dir, "is not a directory")
}

func TestForeignFilesInTheClustersPlaceAreRefused(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	require.NoError(t, os.Remove(filepath.Join(cfg.Dir, "data", "PG_VERSION")))
	requireRefused(t, cfg, cfg.Dir, "holds files but no database")
}

func TestABinDirWithoutAServerIsRefused(t *testing.T) {
	t.Parallel()
	cfg := freshConfig(t)
	cfg.BinDir = scratch.disk
	requireRefused(t, cfg, scratch.disk, "no PostgreSQL server")
}

func TestAStartErrorHasTheServersOwnWords(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	cfg.Settings = map[string]string{"no_such_setting": "1"}
	requireRefused(t, cfg, "no_such_setting")
}

func TestAFullDiskIsNamedWhenExtracting(t *testing.T) {
	t.Parallel()
	if !postgres.Bundled() {
		t.Skip("this binary has no bundle to extract")
	}
	cfg := freshConfig(t)
	cfg.BinDir = ""
	mountTmpfs(t, cfg.Dir, 0, "size=20m")
	requireRefused(t, cfg, "the disk that holds "+cfg.Dir+" is full", "PLACEOPS_DATA_DIR")
	requireNothingLeft(t, cfg.Dir)
}

func TestAFullDiskIsNamedWhenInitialising(t *testing.T) {
	t.Parallel()
	cfg := freshConfig(t)
	mountTmpfs(t, cfg.Dir, 0, "size=20m")
	requireRefused(t, cfg, "the disk that holds "+cfg.Dir+" is full", "PLACEOPS_DATA_DIR")
	requireNothingLeft(t, cfg.Dir)
}

// requireNothingLeft fails if a failed first start keeps space on the disk.
func requireNothingLeft(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range entries {
		require.Equal(t, "placeops.lock", entry.Name())
	}
}

func TestADiskThatFillsUpBetweenRunsIsNamedAndLosesNothing(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	small := newDir(t, scratch.memory)
	mountTmpfs(t, small, 0, "size=120m")
	out, err := exec.Command("cp", "-a", filepath.Join(cfg.Dir, "data"), small).CombinedOutput()
	require.NoError(t, err, string(out))
	cfg.Dir = small

	server := start(t, cfg)
	execute(t, connect(t, server.URL()), "CREATE TABLE kept AS SELECT 1 AS one")
	stop(t, server)
	ballast := fillDisk(t, small)
	requireRefused(t, cfg, "the disk that holds "+small+" is full")

	require.NoError(t, os.Remove(ballast))
	require.Equal(t, 1, query[int](t, connect(t, start(t, cfg).URL()), "SELECT one FROM kept"))
}

func TestALimitOnFileSizesIsNamed(t *testing.T) {
	t.Parallel()
	cfg := freshConfig(t)
	limited := newDir(t, scratch.disk)
	require.NoError(t, os.Mkdir(limited, 0o755))
	for _, name := range []string{"initdb", "postgres"} {
		script := "#!/bin/sh\ntrap '' XFSZ\nulimit -f 1000\nexec " + filepath.Join(cfg.BinDir, name) + " \"$@\"\n"
		require.NoError(t, os.WriteFile(filepath.Join(limited, name), []byte(script), 0o755))
	}
	cfg.BinDir = limited
	requireRefused(t, cfg, "a limit on file sizes", cfg.Dir, "PLACEOPS_DATA_DIR")
}

// mountTmpfs makes dir a file system of its own, which takes root.
func mountTmpfs(t *testing.T, dir string, flags uintptr, options string) {
	t.Helper()
	require.NoError(t, os.Mkdir(dir, 0o755))
	if err := unix.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		t.Skipf("this user cannot mount a tmpfs: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, unix.Unmount(dir, unix.MNT_DETACH)) })
}

// fillDisk leaves no free byte and returns the file that takes them all.
func fillDisk(t *testing.T, dir string) string {
	t.Helper()
	ballast, err := os.Create(filepath.Join(dir, "ballast"))
	require.NoError(t, err)
	defer func() { _ = ballast.Close() }()
	_, err = io.Copy(ballast, zeroes{})
	require.ErrorIs(t, err, syscall.ENOSPC)
	return ballast.Name()
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { return len(p), nil }
