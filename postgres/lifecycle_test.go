//go:build unix

package postgres_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/postgres"
)

func TestRowsSurviveAStopAndAWarmStart(t *testing.T) {
	t.Parallel()
	cfg := postgres.Config{Dir: newDir(t, scratch.disk), Durable: true, Logger: testLogger(t)}

	began := time.Now()
	first, err := postgres.Start(t.Context(), cfg)
	require.NoError(t, err)
	t.Logf("first start %v", time.Since(began))
	t.Cleanup(func() { _ = first.Stop(context.Background()) })
	conn := connect(t, first.URL())
	execute(t, conn, "CREATE TABLE kept AS SELECT g FROM generate_series(1, 1000) g")
	stop(t, first)
	stop(t, first) // again is fine
	require.Zero(t, first.Pid())

	began = time.Now()
	second := start(t, cfg)
	t.Logf("warm start %v", time.Since(began))
	require.Equal(t, first.URL(), second.URL())
	require.Equal(t, 1000, query[int](t, connect(t, second.URL()), "SELECT count(*) FROM kept"))

	began = time.Now()
	stop(t, second)
	t.Logf("stop %v", time.Since(began))
	require.NoDirExists(t, filepath.Join(cfg.Dir, "run"))
	require.NoFileExists(t, filepath.Join(cfg.Dir, "data", "postmaster.pid"))
}

func TestADataDirectoryMayHaveAnyName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"the office", "2026+27", "100%", `Asha's "new" folder, ünï`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := freshConfig(t)
			cfg.Dir = filepath.Join(cfg.Dir, name)
			require.Equal(t, 1, query[int](t, connect(t, start(t, cfg).URL()), "SELECT 1"))
		})
	}
}

func TestTheDatabaseIsOursPrivateAndUnicode(t *testing.T) {
	t.Parallel()
	cfg := freshConfig(t)
	server := start(t, cfg)
	conn := connect(t, server.URL())

	require.Equal(t, "placeops", query[string](t, conn, "SELECT current_database()"))
	require.Equal(t, "placeops", query[string](t, conn, "SELECT current_user"))
	require.Equal(t, "placeops", query[string](t, conn,
		"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"))
	require.Equal(t, "UTF8", query[string](t, conn, "SHOW server_encoding"))
	require.Equal(t, "UTC", query[string](t, conn, "SHOW timezone"))
	require.Empty(t, query[string](t, conn, "SHOW listen_addresses"))

	for _, private := range []string{"run", "data"} {
		info, err := os.Stat(filepath.Join(cfg.Dir, private))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), private)
	}
}

func TestMemoryIsPlannedByTheMachine(t *testing.T) {
	t.Parallel()
	for memoryMB, want := range map[int][]string{
		256:    {"64MB", "128MB"},
		4096:   {"256MB", "2GB"},
		262144: {"256MB", "128GB"},
	} {
		cfg := preparedConfig(t)
		cfg.MemoryMB, cfg.Connections = memoryMB, 40
		conn := connect(t, start(t, cfg).URL())
		for i, name := range []string{"shared_buffers", "effective_cache_size"} {
			require.Equal(t, want[i], query[string](t, conn, "SHOW "+name), "%s with %d MB", name, memoryMB)
		}
		require.Equal(t, "70", query[string](t, conn, "SHOW max_connections"))
	}
}

func TestSettingsWinOverTheDefaults(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	cfg.Durable = false
	cfg.Settings = map[string]string{"max_connections": "17", "fsync": "on", "application_name": "it's me"}
	conn := connect(t, start(t, cfg).URL())

	require.Equal(t, "17", query[string](t, conn, "SHOW max_connections"))
	require.Equal(t, "on", query[string](t, conn, "SHOW fsync"))
	require.Equal(t, "off", query[string](t, conn, "SHOW synchronous_commit"))
	require.Equal(t, "128MB", query[string](t, conn, "SHOW shared_buffers"))
}

func TestStopEndsSessionsThatAreBusy(t *testing.T) {
	t.Parallel()
	server := start(t, preparedConfig(t))
	busy := connect(t, server.URL())
	ended := make(chan error, 1)
	go func() {
		_, err := busy.Exec(context.Background(), "SELECT pg_sleep(600)")
		ended <- err
	}()
	observer := connect(t, server.URL())
	eventually(t, "the sleeper sleeps", func() bool {
		return query[bool](t, observer, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')")
	})

	stop(t, server)
	require.Error(t, <-ended)
}

func TestStopHurriesWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	server := start(t, preparedConfig(t))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()

	// Fast, immediate or by force, as the moment has it: but it ends.
	_ = server.Stop(ctx)

	require.Zero(t, server.Pid())
	_, err := pgx.Connect(t.Context(), server.URL())
	require.Error(t, err)
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := postgres.Start(ctx, cfg)
	require.ErrorIs(t, err, context.Canceled)
	start(t, cfg) // the directory is free again
}

func TestALongPathGetsItsSocketElsewhere(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	long := filepath.Join(filepath.Dir(cfg.Dir), "a-directory-with-a-name-that-is-as-long-as-the-one-"+
		"somebody-chose-for-the-placement-office-of-a-very-large-university")
	require.NoError(t, os.Rename(cfg.Dir, long))
	cfg.Dir = long

	server := start(t, cfg)
	require.NotContains(t, server.URL(), "very-large-university")
	require.Equal(t, 1, query[int](t, connect(t, server.URL()), "SELECT 1"))
}

func TestASymbolicLinkIsADataDirectoryToo(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	link := cfg.Dir + "-link"
	require.NoError(t, os.Symlink(cfg.Dir, link))
	cfg.Dir = link

	require.Equal(t, 1, query[int](t, connect(t, start(t, cfg).URL()), "SELECT 1"))
}
