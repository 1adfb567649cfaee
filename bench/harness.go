package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"placeops/store"
)

// bench is one run: its folder, and what it has seen of the machine's other work.
type bench struct {
	size     sizes
	dir      string
	log      io.Writer
	binary   func() (string, error) // the real placeops, built once
	template func() (string, error) // a data directory whose database is new and migrated, made once
	shared   *sharedServer          // where scenarios share one PostgreSQL
	others   otherWork
	// archive takes the write-ahead log of the colleges; nil: none is archived.
	archive func(ctx context.Context, name, path string) error
}

func newBench(size sizes, log io.Writer) (*bench, error) {
	dir, err := newPassableDir("", "placeops-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{size: size, dir: dir, log: log}
	b.binary = sync.OnceValues(func() (string, error) { return buildBinary(dir) })
	b.template = sync.OnceValues(b.makeTemplate)
	if size.oneServer {
		b.shared = &sharedServer{}
	}
	return b, nil
}

func (b *bench) close() error {
	var err error
	if b.shared != nil {
		err = b.shared.stop()
	}
	return errors.Join(err, os.RemoveAll(b.dir))
}

func (b *bench) say(format string, args ...any) { _, _ = fmt.Fprintf(b.log, format+"\n", args...) }

// newDir makes a folder of its own in the run's folder.
func (b *bench) newDir() (string, error) { return newPassableDir(b.dir, "") }

// newPassableDir makes a folder for everybody: as root, PostgreSQL runs as another user, who must be able to pass.
func newPassableDir(parent, pattern string) (string, error) {
	dir, err := os.MkdirTemp(parent, pattern)
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755) //nolint:gosec // nothing in it is secret
}

// buildBinary builds as `make build` does.
func buildBinary(dir string) (string, error) {
	path := filepath.Join(dir, "placeops")
	output, err := exec.CommandContext(context.Background(), "go", "build", "-ldflags", "-s -w", "-o", path, "placeops").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build placeops: %w: %s", err, output)
	}
	return path, nil
}

// secret signs the tokens of all scenarios; whoever holds it can mint one.
const secret = "a secret of the benchmarks, 32 bytes or more"

const patience = time.Minute // for what ends in any case

// turn is one of several things that are measured beside each other. One that does not count is for warming up.
type turn func(ctx context.Context, counts bool) error

// takeTurns measures things in rounds, each round beginning with another one, after a round that does not count.
func (b *bench) takeTurns(ctx context.Context, rounds int, turns ...turn) error {
	for round := 1 - b.size.coldRounds; round <= rounds; round++ {
		b.startRound(ctx)
		for i := range turns {
			next := turns[(round+b.size.coldRounds+i)%len(turns)]
			if err := next(ctx, round > 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// into adds a measurement to a list, if it counts.
func into(list *[]float64, value float64, counts bool) {
	if counts {
		*list = append(*list, value)
	}
}

// execAll runs statements one after the other.
func execAll(ctx context.Context, db store.DBTX, statements ...string) error {
	for _, statement := range statements {
		if _, err := db.Exec(ctx, statement); err != nil {
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

var errNobody = errors.New("nobody is eligible")
