package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
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
	allKilled        fault = "placeops and PostgreSQL killed"
	placeopsPaused   fault = "placeops paused"
	postgresPaused   fault = "PostgreSQL paused"
	diskFull         fault = "disk full"
	connectionCut    fault = "connection cut by the client"
	answerLost       fault = "answer lost on the way"
	pausedAtMost           = 800 * time.Millisecond
	startKilledAfter       = 600 * time.Millisecond
)

// faults are the kinds that a run injects. Each round of those of one list comes in an order of its own.
type faults struct {
	clients, processes, network []fault
}

func (f faults) all() []fault { return slices.Concat(f.clients, f.processes, f.network) }

// faultsOf are the faults that can be injected into a shape, where the data has a small disk of its own or not.
func faultsOf(s shape, smallDisk bool) faults {
	if layered, ok := layerFaults[s]; ok {
		return faults{clients: []fault{connectionCut, answerLost}, processes: layered}
	}
	f := faults{
		clients: []fault{connectionCut, answerLost},
		processes: []fault{
			placeopsKilled, startKilled, postgresKilled, backendKilled, allKilled, placeopsPaused, postgresPaused,
		},
	}
	if smallDisk {
		f.processes = append(f.processes, diskFull)
	}
	if s == outside {
		f.network = networkFaults
	}
	return f
}

// injectFaults injects one fault after the other until ctx ends. It leaves placeops running.
func (r *run) injectFaults(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(r.config.seed, faultNumber)) //nolint:gosec // repeatable on purpose
	for ctx.Err() == nil {
		for _, i := range rng.Perm(len(r.faults.processes)) {
			wait(ctx, time.Duration(rng.Int64N(int64(r.config.faultPause))))
			if ctx.Err() != nil {
				break
			}
			if err := r.inject(r.faults.processes[i], rng); err != nil {
				return fmt.Errorf("%s: %w", r.faults.processes[i], err)
			}
		}
	}
	return nil
}

func (r *run) inject(kind fault, rng *rand.Rand) error {
	upTo := func(d time.Duration) time.Duration { return time.Duration(rng.Int64N(int64(d))) }
	victim := r.in.processes[rng.IntN(len(r.in.processes))]
	happened := true
	var err error
	switch kind {
	case placeopsKilled:
		err = errors.Join(victim.kill(), r.restart(victim))
	case startKilled:
		err = r.killStarting(victim, upTo(startKilledAfter))
	case postgresKilled:
		happened, err = killed(r.killPostgres())
	case backendKilled:
		happened, err = r.killBackend(rng)
	case allKilled:
		happened, err = r.killAll()
	case placeopsPaused:
		err = paused([]int{victim.now.cmd.Process.Pid}, upTo(pausedAtMost))
	case postgresPaused:
		happened, err = r.pausePostgres(upTo(pausedAtMost))
	case diskFull:
		err = r.fillDisk(upTo(fullAtMost))
	default:
		err = r.injectLayer(kind, victim, upTo(pausedAtMost))
	}
	if happened && err == nil {
		r.counts.fault(kind)
	}
	return err
}

// restart starts a placeops after a kill. Once one with its own PostgreSQL is ready, nothing that was asked before can take
// effect any more: it has ended whatever was left of the PostgreSQL before.
func (r *run) restart(p *placeops) error {
	if r.config.shape == embedded {
		return r.restartAll()
	}
	r.restarts++
	return p.start()
}

// restartAll starts all processes when nothing is left of those before, nor of what they have asked PostgreSQL for.
func (r *run) restartAll() error {
	r.restarts += len(r.in.processes)
	return r.in.start(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.fences = append(r.fences, r.clock())
	})
}

func (r *run) killStarting(p *placeops, after time.Duration) error {
	if err := errors.Join(p.kill(), p.begin()); err != nil {
		return err
	}
	wait(context.Background(), after)
	return errors.Join(p.kill(), r.restart(p))
}

// killPostgres ends PostgreSQL's main process; its keeper, mostly placeops, is to bring it back. 0: it is down already.
func (r *run) killPostgres() (pid int, err error) {
	if pid, _ = r.in.postmaster(); pid == 0 {
		return 0, nil
	}
	return pid, gone(syscall.Kill(pid, syscall.SIGKILL))
}

func killed(pid int, err error) (bool, error) { return pid != 0, err }

func (r *run) killBackend(rng *rand.Rand) (bool, error) {
	_, others := r.in.postmaster()
	if len(others) == 0 {
		return false, nil
	}
	return true, gone(syscall.Kill(others[rng.IntN(len(others))], syscall.SIGKILL))
}

// killAll freezes every placeops first, so that none can restart what is killed under it. An outside PostgreSQL is brought back
// by its keeper, who ends what is left of the one before; only then does any placeops start.
func (r *run) killAll() (happened bool, err error) {
	for _, p := range r.in.processes {
		if err := p.now.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			return false, err
		}
	}
	if r.config.shape != embedded {
		if err := r.in.awaitPostmaster(0); err != nil {
			return false, err
		}
	}
	pid, err := r.killPostgres()
	if err := errors.Join(err, r.in.kill()); err != nil {
		return false, err
	}
	if r.config.shape != embedded {
		if err := r.in.awaitPostmaster(pid); err != nil {
			return false, err
		}
	}
	return pid != 0, r.restartAll()
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
