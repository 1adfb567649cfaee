package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"syscall"
	"time"
)

// fault is something that goes wrong on purpose.
type fault string

const (
	placeopsKilled   fault = "placeops killed"
	startKilled      fault = "placeops killed while it starts"
	postgresKilled   fault = "PostgreSQL killed"
	backendKilled    fault = "one backend killed"
	bothKilled       fault = "placeops and PostgreSQL killed"
	placeopsPaused   fault = "placeops paused"
	postgresPaused   fault = "PostgreSQL paused"
	connectionCut    fault = "connection cut by the client"
	answerLost       fault = "answer lost on the way"
	pausedAtMost           = 800 * time.Millisecond
	startKilledAfter       = 600 * time.Millisecond
)

// processFaults are those that befall processes; each round of them comes in an order of its own.
var processFaults = []fault{
	placeopsKilled, startKilled, postgresKilled, backendKilled, bothKilled, placeopsPaused, postgresPaused,
}

var allFaults = append([]fault{connectionCut, answerLost}, processFaults...)

// injectFaults injects one fault after the other until ctx ends. It leaves placeops running.
func (r *run) injectFaults(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(r.config.seed, faultNumber)) //nolint:gosec // repeatable on purpose
	for ctx.Err() == nil {
		for _, i := range rng.Perm(len(processFaults)) {
			wait(ctx, time.Duration(rng.Int64N(int64(r.config.faultPause))))
			if ctx.Err() != nil {
				break
			}
			if err := r.inject(processFaults[i], rng); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) inject(kind fault, rng *rand.Rand) error {
	upTo := func(d time.Duration) time.Duration { return time.Duration(rng.Int64N(int64(d))) }
	happened := true
	var err error
	switch kind {
	case placeopsKilled:
		err = errors.Join(r.in.kill(), r.restart())
	case startKilled:
		err = r.killStarting(upTo(startKilledAfter))
	case postgresKilled:
		happened, err = r.killPostgres()
	case backendKilled:
		happened, err = r.killBackend(rng)
	case bothKilled:
		happened, err = r.killBoth()
	case placeopsPaused:
		err = paused([]int{r.in.now.cmd.Process.Pid}, upTo(pausedAtMost))
	case postgresPaused:
		happened, err = r.pausePostgres(upTo(pausedAtMost))
	}
	if happened && err == nil {
		r.counts.fault(kind)
	}
	return err
}

// restart starts placeops after a kill. Once it is ready, nothing that was asked before can take effect any more: it has ended
// whatever was left of the PostgreSQL before.
func (r *run) restart() error {
	return r.in.start(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.fences = append(r.fences, r.clock())
	})
}

func (r *run) killStarting(after time.Duration) error {
	if err := errors.Join(r.in.kill(), r.in.begin()); err != nil {
		return err
	}
	wait(context.Background(), after)
	return errors.Join(r.in.kill(), r.restart())
}

// killPostgres ends PostgreSQL's main process; placeops is to bring it back. False: it is down already.
func (r *run) killPostgres() (bool, error) {
	pid, _ := r.in.postmaster()
	if pid == 0 {
		return false, nil
	}
	return true, gone(syscall.Kill(pid, syscall.SIGKILL))
}

func (r *run) killBackend(rng *rand.Rand) (bool, error) {
	_, others := r.in.postmaster()
	if len(others) == 0 {
		return false, nil
	}
	return true, gone(syscall.Kill(others[rng.IntN(len(others))], syscall.SIGKILL))
}

// killBoth freezes placeops first, so that it cannot restart what is killed under it.
func (r *run) killBoth() (bool, error) {
	if err := r.in.now.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return false, err
	}
	killed, err := r.killPostgres()
	return killed, errors.Join(err, r.in.kill(), r.restart())
}

func (r *run) pausePostgres(d time.Duration) (bool, error) {
	pid, others := r.in.postmaster()
	if pid == 0 {
		return false, nil
	}
	return true, paused(append(others, pid), d)
}

// paused stops processes for a while. Those that end meanwhile, or did just before, need no waking.
func paused(pids []int, d time.Duration) error {
	var errs []error
	for _, pid := range pids {
		errs = append(errs, gone(syscall.Kill(pid, syscall.SIGSTOP)))
	}
	wait(context.Background(), d)
	for _, pid := range pids {
		errs = append(errs, gone(syscall.Kill(pid, syscall.SIGCONT)))
	}
	return errors.Join(errs...)
}

func gone(err error) error {
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}
