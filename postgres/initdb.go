//go:build unix

package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ensureCluster makes the cluster if there is none, and refuses one that the
// binaries cannot read. It reports whether the cluster is new.
func ensureCluster(ctx context.Context, cfg Config, place layout, bins binaries) (isNew bool, err error) {
	if major := place.dataMajor(); major != 0 {
		if major != bins.major {
			return false, VersionError{Dir: place.data(), Data: major, Bin: bins.major}
		}
		return false, nil
	}
	if entries, err := os.ReadDir(place.data()); err == nil && len(entries) > 0 {
		return false, fmt.Errorf("%s holds files but no database: move them away or choose another data directory (PLACEOPS_DATA_DIR)", place.data())
	}
	cfg.Logger.InfoContext(ctx, "initialising the database", "dir", place.data(), "version", bins.version)
	// Under another name until complete: a first start that is killed leaves
	// no half cluster.
	if err := initCluster(ctx, cfg, place, bins); err != nil {
		_ = os.RemoveAll(place.unfinished())
		return false, err
	}
	return true, place.explain(os.Rename(place.unfinished(), place.data()), "")
}

func initCluster(ctx context.Context, cfg Config, place layout, bins binaries) error {
	dir := place.unfinished()
	if err := os.RemoveAll(dir); err != nil {
		return place.explain(err, "")
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return place.explain(err, "")
	}
	if err := place.account.own(dir); err != nil {
		return place.explain(err, "")
	}
	output, err := runInitdb(ctx, bins.initdb(), initdbArguments(cfg, dir, bins.major), place.account)
	if err != nil {
		return place.explain(fmt.Errorf("initdb failed: %w\n%s", err, lastLines(output, tailLines)), output)
	}
	// Written over the existing file, which keeps its owner.
	return place.explain(os.WriteFile(filepath.Join(dir, "pg_hba.conf"), []byte(hostAccess), 0o600), "")
}

// initdbArguments choose a sort order by code point, the same on every machine
// and with every libc. Where people read the order, queries ask for a collation.
func initdbArguments(cfg Config, dir string, major int) []string {
	args := []string{"-D", dir, "-U", userOfDatabase, "-E", "UTF8", "-A", "trust", "--locale=C", "--no-instructions"}
	if major >= 17 {
		args = append(args, "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
	}
	if !cfg.Durable {
		args = append(args, "--no-sync")
	}
	return args
}

// runInitdb runs initdb as the account and returns what it printed. If
// placeops is killed meanwhile, initdb dies with it.
func runInitdb(ctx context.Context, program string, args []string, as account) (string, error) {
	initdb := exec.CommandContext(ctx, program, args...)
	initdb.Dir = "/"
	initdb.Env = environment()
	initdb.WaitDelay = 2 * time.Second // a grandchild may keep the pipe open
	initdb.SysProcAttr = childAttributes(as, syscall.SIGKILL)

	var output []byte
	var err error
	onOwnThread(func() { output, err = initdb.CombinedOutput() })
	var exit *exec.ExitError
	switch {
	case err != nil && ctx.Err() != nil:
		err = ctx.Err()
	case err != nil && !errors.As(err, &exit):
		err = cannotRun(program, as, err)
	}
	return string(output), err
}

// onOwnThread runs f on a thread that lives as long as f: the kernel sends a
// child its parent-death signal when the forking thread ends.
func onOwnThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		f()
	}()
	<-done
}

// ensureDatabase creates the database placeops if it is missing.
func ensureDatabase(ctx context.Context, socketDir string, isNew bool) error {
	if !isNew {
		conn, err := pgx.Connect(ctx, connectionURL(socketDir, databaseName))
		if err == nil {
			return conn.Close(ctx)
		}
		if !isCode(err, "3D000") { // no such database
			return err
		}
	}
	conn, err := pgx.Connect(ctx, connectionURL(socketDir, "postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s OWNER %s", databaseName, userOfDatabase))
	return err
}

func isCode(err error, code string) bool {
	var fromServer *pgconn.PgError
	return errors.As(err, &fromServer) && fromServer.Code == code
}

// lastLines returns at most n lines from the end of text.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
