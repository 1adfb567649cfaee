package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/auth"
	"placeops/jobs"
	"placeops/postgres"
	"placeops/server"
	"placeops/store"
	"placeops/uploads"
)

// bench is one run: its folder, and what it has seen of the machine's other work.
type bench struct {
	size   sizes
	dir    string
	log    io.Writer
	binary func() (string, error) // the real placeops, built once
	others otherWork
}

func newBench(size sizes, log io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp("", "placeops-bench-")
	if err != nil {
		return nil, err
	}
	// As root, PostgreSQL runs as another user, who must be able to pass.
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // nothing here is secret
		return nil, err
	}
	b := &bench{size: size, dir: dir, log: log}
	b.binary = sync.OnceValues(func() (string, error) { return buildBinary(dir) })
	return b, nil
}

func (b *bench) close() error { return os.RemoveAll(b.dir) }

func (b *bench) say(format string, args ...any) { _, _ = fmt.Fprintf(b.log, format+"\n", args...) }

// newDir makes a folder of its own in the run's folder.
func (b *bench) newDir() (string, error) {
	dir, err := os.MkdirTemp(b.dir, "")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755) //nolint:gosec // see newBench
}

// buildBinary builds as `make build` does.
func buildBinary(dir string) (string, error) {
	path := filepath.Join(dir, "placeops")
	output, err := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "placeops").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build placeops: %w: %s", err, output)
	}
	return path, nil
}

// secret signs the tokens of all scenarios; whoever holds it can mint one.
const secret = "a secret of the benchmarks, 32 bytes or more"

const patience = time.Minute // for what ends in any case

// college is a placeops in this process, as `placeops serve` makes it: a durable PostgreSQL of its own, a working queue and
// a server on a loopback port. settings are PostgreSQL's, beyond those of placeops.
type college struct {
	pool    *pgxpool.Pool
	jobs    *jobs.Client
	client  *client
	closers []func(context.Context) error
}

func (b *bench) openCollege(ctx context.Context, settings map[string]string) (_ *college, err error) {
	c := &college{}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	dir, err := b.newDir()
	if err != nil {
		return nil, err
	}
	if err := c.openDatabase(ctx, filepath.Join(dir, "data"), settings); err != nil {
		return nil, err
	}
	files, err := uploads.Open(ctx, filepath.Join(dir, "uploads"))
	if err != nil {
		return nil, err
	}
	c.onClose(func(context.Context) error { return files.Close() })
	c.jobs, err = jobs.NewClient(jobs.Deps{Pool: c.pool, Uploads: files, Logger: quiet()}, jobs.Options{Running: jobs.NewRunningSet()})
	if err != nil {
		return nil, err
	}
	if err := c.jobs.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, err
	}
	c.onClose(c.jobs.Stop)
	return c, c.serve(ctx, files)
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (c *college) onClose(f func(context.Context) error) { c.closers = append(c.closers, f) }

// close ends everything, the last started first.
func (c *college) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var errs []error
	for i := len(c.closers) - 1; i >= 0; i-- {
		errs = append(errs, c.closers[i](ctx))
	}
	return errors.Join(errs...)
}

func (c *college) openDatabase(ctx context.Context, dir string, settings map[string]string) error {
	database, err := postgres.Start(ctx, postgres.Config{Dir: dir, Durable: true, Settings: settings, Logger: quiet()})
	if err != nil {
		return err
	}
	c.onClose(database.Stop)
	c.pool, err = store.OpenPool(ctx, database.URL(), store.PoolOptions{MaxConns: 10})
	if err != nil {
		return err
	}
	c.onClose(func(context.Context) error { c.pool.Close(); return nil })
	schema, err := jobs.NewSchema(c.pool, quiet())
	if err != nil {
		return err
	}
	_, err = store.NewMigrator(c.pool, schema).Up(ctx)
	return err
}

func (c *college) serve(ctx context.Context, files *uploads.Store) error {
	tokens, err := auth.NewTokens([]byte(secret))
	if err != nil {
		return err
	}
	web, err := server.New(server.Deps{
		Pool: c.pool, Jobs: c.jobs, Tokens: tokens, Passwords: auth.NewPasswords(1), Limits: auth.DefaultLoginLimits(),
		Uploads: files, Links: uploads.NewLinks([]byte(secret)), Zone: time.UTC, Logger: quiet(), Version: "bench",
		Migrated: func(context.Context) (bool, error) { return true, nil },
	})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	c.onClose(func(ctx context.Context) error { return errors.Join(web.Shutdown(ctx), <-served) })
	c.client = newClient("http://"+listener.Addr().String(), tokens)
	return nil
}

// exec runs statements one after the other.
func (c *college) exec(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if _, err := c.pool.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%w in: %s", err, statement)
		}
	}
	return nil
}

// mustCount fails unless a query counts what it should.
func mustCount(ctx context.Context, db store.DBTX, want int64, query string, args ...any) error {
	var got int64
	if err := db.QueryRow(ctx, query, args...).Scan(&got); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("wrong result: %d instead of %d from %s", got, want, query)
	}
	return nil
}

// timed returns how long f took, in milliseconds.
func timed(f func() error) (float64, error) {
	began := time.Now()
	err := f()
	return milliseconds(time.Since(began)), err
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
