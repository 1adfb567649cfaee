package eligibility_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	migrations "placeops/sql"
)

const (
	binaries = "/usr/lib/postgresql/15/bin/"
	template = "template_placeops"
)

// socket is the directory of the throw-away server's socket.
var socket string

var databases atomic.Int64

func TestMain(m *testing.M) { os.Exit(withServer(m.Run)) }

// newDB returns a fresh migrated database, dropped at the end of the test.
func newDB(t testing.TB) *pgxpool.Pool {
	t.Helper()
	name := fmt.Sprintf("test_%d", databases.Add(1))
	admin(t, "CREATE DATABASE "+name+" TEMPLATE "+template)
	pool, err := pgxpool.New(t.Context(), dsn(name))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

func admin(t testing.TB, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn("postgres"))
	require.NoError(t, err)
	defer func() { _ = conn.Close(t.Context()) }()
	_, err = conn.Exec(t.Context(), statement)
	require.NoError(t, err)
}

func dsn(database string) string {
	return fmt.Sprintf("host=%s user=postgres dbname=%s", socket, database)
}

// withServer runs the tests beside a server of their own.
func withServer(run func() int) int {
	directory, err := os.MkdirTemp("", "eligibility-test-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(directory) }()
	socket = directory
	as := serverUser(directory)
	data := filepath.Join(directory, "data")
	command(as, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.utf8", "-N")
	command(as, "pg_ctl", "-D", data, "-w", "-l", filepath.Join(directory, "log"), "-o",
		"-c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off -k "+directory, "start")
	defer command(as, "pg_ctl", "-D", data, "-m", "immediate", "stop")
	migrate()
	return run()
}

// serverUser is postgres when the tests run as root, whom the server refuses; else nil, the caller.
func serverUser(directory string) *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		panic(err)
	}
	uid, _ := strconv.Atoi(account.Uid)
	gid, _ := strconv.Atoi(account.Gid)
	if err := os.Chown(directory, uid, gid); err != nil {
		panic(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func command(as *syscall.Credential, name string, args ...string) {
	cmd := exec.Command(binaries+name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	cmd.Dir = "/"
	// No pipe: the server keeps its end open for as long as it runs.
	output, err := os.CreateTemp("", "eligibility-test-output-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.Remove(output.Name()) }()
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(output.Name())
		panic(fmt.Sprintf("%s: %v\n%s", name, err, said))
	}
}

// migrate makes the template that every test's database is a copy of.
func migrate() {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn("postgres"))
	if err != nil {
		panic(err)
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+template); err != nil {
		panic(err)
	}
	_ = conn.Close(ctx)
	db, err := sql.Open("pgx", dsn(template))
	if err != nil {
		panic(err)
	}
	defer func() { _ = db.Close() }()
	files, err := fs.Sub(migrations.Migrations, "migrations")
	if err != nil {
		panic(err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		panic(err)
	}
	if _, err := provider.Up(ctx); err != nil {
		panic(err)
	}
}
