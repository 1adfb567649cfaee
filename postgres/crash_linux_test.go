package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/postgres"
)

func TestNothingIsLostWhenPlaceopsIsKilled(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	w := startWriter(t, cfg)
	w.awaitRows(t, 200)
	w.kill(t)
	requireEveryRow(t, cfg, w)
}

func TestNothingIsLostWhenPlaceopsAndPostgreSQLAreKilled(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	w := startWriter(t, cfg)
	w.awaitRows(t, 200)
	// Frozen, placeops cannot restart what is killed under it.
	require.NoError(t, w.process.Process.Signal(syscall.SIGSTOP))
	require.NoError(t, syscall.Kill(w.postmaster, syscall.SIGKILL))
	w.kill(t)
	requireEveryRow(t, cfg, w)
}

func TestNoServerOutlivesAKilledPlaceops(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	w := startWriter(t, cfg)
	w.awaitRows(t, 1)
	if _, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", w.postmaster)); errors.Is(err, os.ErrPermission) {
		t.Skip("this system hides the processes of other users, even from root")
	}
	require.NotEmpty(t, serversIn(cfg))
	w.kill(t)
	eventually(t, "the orphans end by themselves", func() bool { return len(serversIn(cfg)) == 0 })
}

// requireEveryRow starts a server after a crash and looks for what was lost.
func requireEveryRow(t *testing.T, cfg postgres.Config, w *writer) {
	t.Helper()
	server := start(t, cfg)
	conn := connect(t, server.URL())
	rows, last := query[int](t, conn, "SELECT count(*) FROM written"), query[int](t, conn, "SELECT max(id) FROM written")
	require.Equal(t, last, rows, "no gaps")
	require.GreaterOrEqual(t, rows, w.last, "acknowledged rows are there")
	require.LessOrEqual(t, rows, w.last+2)
	stop(t, server)
	require.Empty(t, serversIn(cfg), "no orphans")
}

func TestAKilledServerComesBack(t *testing.T) {
	t.Parallel()
	server := start(t, preparedConfig(t))
	url := server.URL()
	conn := connect(t, url)
	execute(t, conn, "CREATE TABLE kept AS SELECT g FROM generate_series(1, 1000) g")
	for restarts := 1; restarts <= 2; restarts++ {
		killed := server.Pid()
		require.NoError(t, syscall.Kill(killed, syscall.SIGKILL))
		eventually(t, "it is restarted", func() bool { return server.Restarts() == restarts })

		require.Equal(t, url, server.URL())
		require.NotEqual(t, killed, server.Pid())
		require.Equal(t, 1000, query[int](t, connect(t, url), "SELECT count(*) FROM kept"))
	}
	require.Empty(t, server.Failed())
}

func TestBackendsThatOutliveTheServerDoNotBlockItsRestart(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	server := start(t, cfg)
	busy, frozen, observer := connect(t, server.URL()), connect(t, server.URL()), connect(t, server.URL())
	busyPid, frozenPid := int(busy.PgConn().PID()), int(frozen.PgConn().PID())
	go func() { _, _ = busy.Exec(context.Background(), "SELECT count(*) FROM generate_series(1, 1e12)") }()
	eventually(t, "the query runs", func() bool {
		return query[string](t, observer, fmt.Sprintf("SELECT state FROM pg_stat_activity WHERE pid = %d", busyPid)) == "active"
	})
	require.NoError(t, syscall.Kill(frozenPid, syscall.SIGSTOP))

	require.NoError(t, syscall.Kill(server.Pid(), syscall.SIGKILL))

	eventually(t, "it is restarted", func() bool { return server.Restarts() == 1 })
	require.NotContains(t, serversIn(cfg), busyPid)
	require.NotContains(t, serversIn(cfg), frozenPid)
	require.Equal(t, 1, query[int](t, connect(t, server.URL()), "SELECT 1"))
}

func TestStopDuringARestart(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	server := start(t, cfg)
	require.NoError(t, syscall.Kill(server.Pid(), syscall.SIGKILL))

	_ = server.Stop(context.Background()) // whether or not the restart was done
	require.Empty(t, serversIn(cfg))
	require.Zero(t, server.Pid())
	start(t, cfg)
}

func TestFailedTellsWhyTheServerCannotComeBack(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t).GivingUpAfter(1)
	server := start(t, cfg)
	control := filepath.Join(cfg.Dir, "data", "global", "pg_control")
	require.NoError(t, os.Rename(control, control+".gone"))
	require.NoError(t, syscall.Kill(server.Pid(), syscall.SIGKILL))

	err := <-server.Failed()
	require.ErrorContains(t, err, cfg.Dir)
	require.ErrorContains(t, err, "could not be started again")
	require.ErrorContains(t, err, "pg_control") // PostgreSQL's own words
	stop(t, server)

	require.NoError(t, os.Rename(control+".gone", control))
	start(t, cfg) // repaired, it recovers
}

func TestAProcessIdThatNowBelongsToAnotherProgram(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	w := startWriter(t, cfg)
	w.awaitRows(t, 1)
	require.NoError(t, w.process.Process.Signal(syscall.SIGSTOP))
	require.NoError(t, syscall.Kill(w.postmaster, syscall.SIGKILL))
	w.kill(t)
	eventually(t, "all of it is gone", func() bool { return len(serversIn(cfg)) == 0 })
	pidFile := filepath.Join(cfg.Dir, "data", "postmaster.pid")
	content, err := os.ReadFile(pidFile)
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(content), "\n")
	// Our parent lives, and is no PostgreSQL.
	require.NoError(t, os.WriteFile(pidFile, fmt.Appendf(nil, "%d\n%s", os.Getppid(), rest), 0o600))

	requireEveryRow(t, cfg, w)
}

func TestOnlyTheServerInheritsNothingOfOurs(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	server := start(t, cfg)
	fds := filepath.Join("/proc", strconv.Itoa(server.Pid()), "fd")
	entries, err := os.ReadDir(fds)
	if errors.Is(err, os.ErrPermission) {
		t.Skip("this system hides the server's open files")
	}
	require.NoError(t, err)
	for _, entry := range entries {
		target, _ := os.Readlink(filepath.Join(fds, entry.Name()))
		require.NotContains(t, target, "placeops.lock")
	}
}

// serversIn lists the PostgreSQL processes that work in the data directory.
func serversIn(cfg postgres.Config) []int {
	data := filepath.Join(cfg.Dir, "data")
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	var pids []int
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && cwd == data {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(link)))
			pids = append(pids, pid)
		}
	}
	return slices.Sorted(slices.Values(pids))
}
