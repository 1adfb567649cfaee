//go:build unix

package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// impossiblePid is above Linux's highest process id, 4194304.
const impossiblePid = 4194305

// step is one signal and how long it may take to work.
type step struct {
	signal   syscall.Signal
	patience time.Duration
}

var (
	// A predecessor is usually already shutting down: its placeops was killed.
	endPredecessor = []step{{syscall.SIGINT, 10 * time.Second}, {syscall.SIGQUIT, 5 * time.Second}, {syscall.SIGKILL, 5 * time.Second}}
	// Survivors have no postmaster to report to; recovery redoes what counts.
	endSurvivors = []step{{syscall.SIGQUIT, 500 * time.Millisecond}, {syscall.SIGKILL, 5 * time.Second}}
)

// clearPredecessors ends what an earlier server left on this directory. With
// the lock held, any server process here lost its placeops, its postmaster or
// both; PostgreSQL would refuse to start beside it.
func clearPredecessors(ctx context.Context, place layout, logger *slog.Logger) error {
	if err := clearPostmaster(ctx, place, logger); err != nil {
		return err
	}
	survivors := func() []int { return serverProcesses(place) }
	return endProcesses(ctx, "process that outlived its server", survivors, endSurvivors, logger)
}

// clearPostmaster deals with the process id in postmaster.pid: the previous
// server, which is ended, or something that must not matter: by now another
// program, or a dead server nobody collects (PostgreSQL takes both for alive).
func clearPostmaster(ctx context.Context, place layout, logger *slog.Logger) error {
	pid, _ := recordedPid(place)
	if pid != 0 && isServerOf(place, pid) {
		previous := func() []int {
			if isServerOf(place, pid) {
				return []int{pid}
			}
			return nil
		}
		if err := endProcesses(ctx, "previous server", previous, endPredecessor, logger); err != nil {
			return err
		}
	}
	// Read again: a server that ended by itself took the file with it.
	pid, content := recordedPid(place)
	if pid == 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return nil
	}
	logger.WarnContext(ctx, "postmaster.pid names a process that is not PostgreSQL", "pid", pid)
	return place.explain(forgetPid(place, content), "")
}

func recordedPid(place layout) (pid int, content []byte) {
	content, err := os.ReadFile(place.pidFile())
	if err != nil {
		return 0, nil
	}
	first, _, _ := bytes.Cut(content, []byte("\n"))
	pid, err = strconv.Atoi(string(bytes.TrimSpace(first)))
	if err != nil || pid <= 1 {
		return 0, nil
	}
	return pid, content
}

// forgetPid puts an impossible process id into postmaster.pid. The file stays,
// because its other lines let PostgreSQL see surviving users of its memory.
func forgetPid(place layout, content []byte) error {
	_, rest, _ := bytes.Cut(content, []byte("\n"))
	changed := append([]byte(strconv.Itoa(impossiblePid)+"\n"), rest...)
	return os.WriteFile(place.pidFile(), changed, 0o600)
}

// endProcesses signals the processes that find returns until there are none.
func endProcesses(ctx context.Context, what string, find func() []int, steps []step, logger *slog.Logger) error {
	for _, next := range steps {
		pids := find()
		for _, pid := range pids {
			logger.WarnContext(ctx, "ending a "+what, "pid", pid, "signal", next.signal.String())
			_ = syscall.Kill(pid, next.signal)
		}
		gone, err := waitUntilGone(ctx, find, next.patience)
		if gone || err != nil {
			return err
		}
	}
	return fmt.Errorf("a %s does not end, process ids %v: end it by hand", what, slices.Sorted(slices.Values(find())))
}

func waitUntilGone(ctx context.Context, find func() []int, patience time.Duration) (bool, error) {
	for deadline := time.Now().Add(patience); ; {
		if len(find()) == 0 {
			return true, nil
		}
		if time.Now().After(deadline) {
			return false, nil
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return false, err
		}
	}
}
