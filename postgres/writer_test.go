//go:build unix

package postgres_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/postgres"
)

const (
	writerDir    = "PLACEOPS_POSTGRES_TEST_DIR"
	writerBinDir = "PLACEOPS_POSTGRES_TEST_BINDIR"
)

// writeUntilKilled is the other process of the crash tests: it holds a server,
// prints its process id, then inserts rows and prints each once acknowledged.
func writeUntilKilled() {
	err := func() error {
		ctx := context.Background()
		server, err := postgres.Start(ctx, postgres.Config{
			Dir: os.Getenv(writerDir), BinDir: os.Getenv(writerBinDir), Durable: true,
		})
		if err != nil {
			return err
		}
		conn, err := pgx.Connect(ctx, server.URL())
		if err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, "CREATE TABLE written (id bigint PRIMARY KEY)"); err != nil {
			return err
		}
		fmt.Fprintln(os.Stdout, server.Pid())
		for id := 1; ; id++ {
			if _, err := conn.Exec(ctx, "INSERT INTO written VALUES ($1)", id); err != nil {
				return err
			}
			fmt.Fprintln(os.Stdout, id)
		}
	}()
	fmt.Fprintln(os.Stderr, err)
	select {} // the test says when this process ends
}

// writer is a process that runs writeUntilKilled.
type writer struct {
	process    *exec.Cmd
	postmaster int
	lines      *bufio.Scanner
	last       int // the last row it reported as written
}

func startWriter(t *testing.T, cfg postgres.Config) *writer {
	t.Helper()
	process := exec.Command(os.Args[0], "-test.run=^$")
	process.Env = append(os.Environ(), roleVariable+"="+roleWriter, writerDir+"="+cfg.Dir, writerBinDir+"="+cfg.BinDir)
	process.Stderr = t.Output()
	output, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	t.Cleanup(func() { _ = process.Process.Kill() })
	w := &writer{process: process, lines: bufio.NewScanner(output)}
	w.postmaster = w.next(t)
	return w
}

func (w *writer) next(t *testing.T) int {
	t.Helper()
	require.True(t, w.lines.Scan(), "the writer ended")
	number, err := strconv.Atoi(strings.TrimSpace(w.lines.Text()))
	require.NoError(t, err)
	return number
}

func (w *writer) awaitRows(t *testing.T, n int) {
	t.Helper()
	for w.last < n {
		w.last = w.next(t)
	}
}

// kill ends the process as kill -9 does and reads what it last reported.
func (w *writer) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, w.process.Process.Kill())
	for w.lines.Scan() {
		number, err := strconv.Atoi(w.lines.Text())
		if err != nil {
			break // cut off in the middle of a line
		}
		w.last = number
	}
	_ = w.process.Wait()
}
