// Package storetest gives tests a real PostgreSQL: one throw-away server for each test binary, and a fresh database with
// the whole schema for each test. It is for tests alone.
//
// The server is the bundled one, or an installed one when PLACEOPS_TEST_POSTGRES_BIN names its folder. It lives in memory
// where the system has /dev/shm, with durability off: what tests need to survive a crash, package postgres tests.
package storetest

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/jobs"
	"placeops/postgres"
	"placeops/store"
)

// Main is TestMain of every package whose tests need a database.
func Main(m *testing.M) {
	code := m.Run()
	cluster.stop()
	os.Exit(code)
}

// New returns a pool on a fresh database of its own, which is gone when the test ends.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return Open(t, URL(t))
}

// Open returns a pool on a database that URL made, closed when the test ends.
func Open(t testing.TB, databaseURL string) *pgxpool.Pool {
	t.Helper()
	pool, err := store.OpenPool(t.Context(), cluster.pooler.before(databaseURL), store.PoolOptions{MaxConns: 20, Pooled: Pooled()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL makes a fresh database and returns its connection URL.
func URL(t testing.TB) string {
	t.Helper()
	return makeDatabase(t, template)
}

// EmptyURL is URL without the schema.
func EmptyURL(t testing.TB) string {
	t.Helper()
	return makeDatabase(t, "template0")
}

func makeDatabase(t testing.TB, from string) string {
	t.Helper()
	if err := cluster.start(); err != nil {
		t.Fatalf("test database: %v", err)
	}
	name := fmt.Sprintf("test_%d", cluster.databases.Add(1))
	if err := cluster.admin("CREATE DATABASE " + name + " TEMPLATE " + from + cluster.strategy); err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() {
		if err := cluster.admin("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("test database: %v", err)
		}
	})
	return cluster.urlOf(name)
}

// Dir makes a folder beside the server's, removed at the end of the test: one that the server's user can pass, unlike
// t.TempDir, and in memory where there is some.
func Dir(t testing.TB) string {
	t.Helper()
	dir := SharedDir(t)
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("test folder: %v", err)
		}
	})
	return dir
}

// SharedDir is Dir for all tests of the binary: it is removed when they have ended.
func SharedDir(t testing.TB) string {
	t.Helper()
	if err := cluster.start(); err != nil {
		t.Fatalf("test database: %v", err)
	}
	dir, err := os.MkdirTemp(cluster.dir, "") //nolint:usetesting // neither passable nor shared
	if err == nil {
		err = os.Chmod(dir, 0o755) //nolint:gosec // see Dir
	}
	if err != nil {
		t.Fatalf("test folder: %v", err)
	}
	return dir
}

const (
	template  = "placeops" // the database that package postgres makes; here it only serves as a template
	dirPrefix = "placeops-test-"
	startTime = time.Minute
)

// cluster is the binary's server. It is a package variable because a test binary has one, and TestMain stops it.
var cluster throwAway

type throwAway struct {
	once      sync.Once
	err       error
	dir       string
	server    *postgres.Server
	strategy  string // how CREATE DATABASE copies the template
	conn      *pgx.Conn
	connMu    sync.Mutex
	databases atomic.Int64
	pooler    pooler
}

func (c *throwAway) start() error {
	c.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startTime)
		defer cancel()
		c.err = c.startNow(ctx)
	})
	return c.err
}

func (c *throwAway) startNow(ctx context.Context) (err error) {
	removeLeftovers()
	if c.dir, err = os.MkdirTemp(memoryDir(), dirPrefix+strconv.Itoa(os.Getpid())+"-"); err != nil {
		return err
	}
	if err := os.Chmod(c.dir, 0o755); err != nil { //nolint:gosec // as root, PostgreSQL runs as another user
		return err
	}
	c.server, err = postgres.Start(ctx, postgres.Config{
		Dir:      filepath.Join(c.dir, "data"),
		BinDir:   os.Getenv("PLACEOPS_TEST_POSTGRES_BIN"),
		Settings: map[string]string{"max_connections": "400", "max_wal_size": "4GB", "autovacuum": "off"},
		Logger:   slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	if c.conn, err = pgx.Connect(ctx, c.urlOf("postgres")); err != nil {
		return err
	}
	if c.strategy, err = c.copyStrategy(ctx); err != nil {
		return err
	}
	if err := c.migrateTemplate(ctx); err != nil || !Pooled() {
		return err
	}
	return c.pooler.start(c.dir, c.server.URL())
}

// copyStrategy picks the fastest way to copy a database: files instead of WAL (PostgreSQL 15), cloned where the file
// system can (18).
func (c *throwAway) copyStrategy(ctx context.Context) (string, error) {
	var version int
	if err := c.conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return "", err
	}
	if version < 150000 {
		return "", nil
	}
	if version >= 180000 {
		if _, err := c.conn.Exec(ctx, "SET file_copy_method = clone"); err != nil {
			return "", err
		}
	}
	return " STRATEGY = FILE_COPY", nil
}

func (c *throwAway) migrateTemplate(ctx context.Context) error {
	pool, err := store.OpenPool(ctx, c.urlOf(template), store.PoolOptions{})
	if err != nil {
		return err
	}
	defer pool.Close()
	schema, err := jobs.NewSchema(pool, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	_, err = store.NewMigrator(pool, schema).Up(ctx)
	return err
}

func (c *throwAway) admin(statement string) error {
	c.connMu.Lock()
	defer c.connMu.Unlock()
	_, err := c.conn.Exec(context.Background(), statement)
	return err
}

func (c *throwAway) urlOf(database string) string {
	u, err := url.Parse(c.server.URL())
	if err != nil {
		panic(err) // package postgres makes the URL
	}
	u.Path = "/" + database
	return u.String()
}

func (c *throwAway) stop() {
	c.pooler.stop()
	if c.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), startTime)
		defer cancel()
		if err := c.server.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "test database:", err)
		}
	}
	if c.dir != "" {
		if err := os.RemoveAll(c.dir); err != nil {
			fmt.Fprintln(os.Stderr, "test database:", err)
		}
	}
}

func memoryDir() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return os.TempDir()
}

// removeLeftovers clears what a killed test run left behind: folders named after a process that is gone. Its server has
// ended with it.
func removeLeftovers() {
	found, _ := filepath.Glob(filepath.Join(memoryDir(), dirPrefix+"*")) // the pattern is good
	for _, dir := range found {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), dirPrefix), "-")
		n, err := strconv.Atoi(pid)
		if err == nil && syscall.Kill(n, 0) == syscall.ESRCH {
			_ = os.RemoveAll(dir) // another run may be removing it too
		}
	}
}
