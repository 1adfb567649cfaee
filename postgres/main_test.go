//go:build unix

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/postgres"
)

const (
	// patience is for waiting on conditions that normally hold within moments.
	patience = 30 * time.Second

	// The test binary runs itself again in other roles, given by this variable.
	roleVariable     = "PLACEOPS_POSTGRES_TEST_ROLE"
	roleWriter       = "writer"       // holds a server and writes rows until killed
	roleUnprivileged = "unprivileged" // runs the tests as an ordinary user
)

// scratch is where this run's directories are: passable for the user that
// PostgreSQL runs as, unlike t.TempDir(), and in memory where possible.
var scratch struct{ disk, memory string }

func TestMain(m *testing.M) {
	if os.Getenv(roleVariable) == roleWriter {
		writeUntilKilled()
	}
	code, err := runTests(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func runTests(m *testing.M) (code int, err error) {
	if scratch.disk, err = passableDir(os.TempDir()); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch.disk)) }()
	if scratch.memory, err = passableDir("/dev/shm"); err != nil {
		scratch.memory = scratch.disk
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch.memory)) }()
	return m.Run(), nil
}

func passableDir(parent string) (string, error) {
	dir, err := os.MkdirTemp(parent, "pgtest-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

// newDir returns a path for a data directory that does not exist yet.
func newDir(t *testing.T, parent string) string {
	t.Helper()
	dir, err := passableDir(parent)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return filepath.Join(dir, "placeops-data")
}

// template is a stopped server with an empty database. Copying it is much
// faster than making a new one.
var template = sync.OnceValues(func() (postgres.Config, error) {
	cfg := postgres.Config{Dir: filepath.Join(scratch.disk, "template")}
	server, err := postgres.Start(context.Background(), cfg)
	if err != nil {
		return cfg, err
	}
	cfg.BinDir = server.BinDir()
	return cfg, server.Stop(context.Background())
})

// preparedConfig is for a data directory with an empty database in it.
func preparedConfig(t *testing.T) postgres.Config {
	t.Helper()
	from, err := template()
	if errors.Is(err, postgres.ErrNoServer) {
		t.Skip(err)
	}
	require.NoError(t, err)
	dir := newDir(t, scratch.memory)
	require.NoError(t, os.Mkdir(dir, 0o755))
	out, err := exec.Command("cp", "-a", filepath.Join(from.Dir, "data"), dir).CombinedOutput()
	require.NoError(t, err, string(out))
	return postgres.Config{Dir: dir, BinDir: from.BinDir, Durable: true, Logger: testLogger(t)}
}

// freshConfig is for a data directory that does not exist yet.
func freshConfig(t *testing.T) postgres.Config {
	t.Helper()
	from, err := template()
	if errors.Is(err, postgres.ErrNoServer) {
		t.Skip(err)
	}
	require.NoError(t, err)
	return postgres.Config{Dir: newDir(t, scratch.memory), BinDir: from.BinDir, Logger: testLogger(t)}
}

func testLogger(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// start starts a server that is stopped at the end of the test.
func start(t *testing.T, cfg postgres.Config) *postgres.Server {
	t.Helper()
	server, err := postgres.Start(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Stop(context.Background()) })
	return server
}

func stop(t *testing.T, server *postgres.Server) {
	t.Helper()
	require.NoError(t, server.Stop(context.Background()))
}

// connect connects to url, trying again while a server is being restarted.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	var conn *pgx.Conn
	eventually(t, "connect to "+url, func() bool {
		var err error
		conn, err = pgx.Connect(t.Context(), url)
		return err == nil
	})
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func execute(t *testing.T, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	_, err := conn.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

func query[T any](t *testing.T, conn *pgx.Conn, sql string) T {
	t.Helper()
	var value T
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&value))
	return value
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !condition() {
		require.True(t, time.Now().Before(deadline), "in vain: %s", what)
		<-ticker.C
	}
}
