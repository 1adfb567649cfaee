package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// run is one run: the installation under fire, and the model of what it should hold.
type run struct {
	config   config
	in       *install
	faults   faults
	began    time.Time
	counts   *counts
	restarts int // of placeops, all processes together
	rescued  int // jobs that were interrupted and made available again
	// backAfter is how long after the last fault every process was ready.
	backAfter moment

	head, coordinator person
	students          []*student
	unheard           sync.WaitGroup // requests whose answers nobody waits for

	mu         sync.Mutex
	drives     []*drive
	names      map[string]least // of companies, whose drives may or must be there
	imports    []*imported
	exports    []*export
	fences     []moment
	violations []string
}

// least says how many there must be at least, and at most.
type least struct{ least, most int }

// The numbers of the random sequences.
const (
	faultNumber = iota + 1
	importNumber
	nudgeNumber
	checkNumber
	networkNumber
	officerNumber = 100
	studentNumber = 1000
)

func newRun(c config, in *install, kinds faults) *run {
	return &run{config: c, in: in, faults: kinds, began: time.Now(), counts: newCounts(), names: map[string]least{}}
}

func (r *run) clock() moment { return time.Since(r.began) }

// fence is the first moment after another at which everything that was running then was known to be dead.
func (r *run) fence(after moment) moment {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, _ := slices.BinarySearch(r.fences, after)
	if i == len(r.fences) {
		return never
	}
	return r.fences[i]
}

// address is where a placeops listens, any one of several, once one does. It is "" when ctx ends before.
func (r *run) address(ctx context.Context, rng *rand.Rand) string {
	if front := r.in.layers.front; front != "" {
		return front // a load balancer knows who is there
	}
	for ctx.Err() == nil {
		for _, i := range rng.Perm(len(r.in.processes)) {
			if url := r.in.processes[i].url.Load(); url != nil {
				return *url
			}
		}
		wait(ctx, retryPause)
	}
	return ""
}

const mostViolations = 50

// violation notes something that must never happen.
func (r *run) violation(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if text := fmt.Sprintf(format, args...); len(r.violations) < mostViolations {
		r.violations = append(r.violations, fmt.Sprintf("%v: %s", r.clock().Round(time.Millisecond), text))
	}
}

// all sets up, puts under load and under fire, lets everything come to rest, and checks.
func (r *run) all(ctx context.Context) error {
	if err := r.in.start(func() {}); err != nil {
		return err
	}
	if err := r.populate(ctx); err != nil {
		return err
	}
	r.counts.answered = r.clock() // from here on silence counts
	if err := r.underFire(ctx); err != nil {
		return err
	}
	if err := r.comeBack(ctx); err != nil {
		return err
	}
	if err := r.comeToRest(ctx); err != nil {
		return err
	}
	if err := r.drain(ctx); err != nil {
		return err
	}
	return r.check(ctx)
}

// underFire returns when the load is over: its time has passed, and on a slow machine also all faults have had their turn.
// The last fault has then been mended.
func (r *run) underFire(ctx context.Context) error {
	load, cancel := context.WithCancel(ctx)
	defer cancel()
	group, load := errgroup.WithContext(load)
	group.Go(func() error {
		defer cancel()
		wait(load, r.config.load)
		for deadline := r.clock() + patience; r.clock() < deadline && len(r.counts.missing(r.faults.all(), r.config.leastFaults)) > 0; {
			wait(load, retryPause)
		}
		return nil
	})
	group.Go(func() error { return r.injectFaults(load) })
	if len(r.faults.network) > 0 {
		group.Go(func() error { return r.injectNetworkFaults(load) })
	}
	group.Go(func() error { r.importSheets(load); return nil })
	group.Go(func() error { r.nudge(load); return nil })
	for n := range r.config.officers {
		group.Go(func() error { r.runDrives(load, n); return nil })
	}
	for n := range r.config.studentWorkers {
		group.Go(func() error { r.comeAndGo(load, n); return nil })
	}
	return group.Wait()
}

func (r *run) printState(out io.Writer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	statuses := map[string]int{}
	for _, d := range r.drives {
		statuses[d.least]++
	}
	fmt.Fprintf(out, "drives %v, imports %d, exports %d, restarts of placeops %d, jobs interrupted and run again %d, all ready %v after the last fault\n",
		statuses, len(r.imports), len(r.exports), r.restarts, r.rescued, r.backAfter.Round(time.Millisecond))
}

// verdict is an error when something was violated, or when too little was tried to say so.
func (r *run) verdict() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for _, text := range r.violations {
		errs = append(errs, errors.New(text))
	}
	if missing := r.counts.missing(r.faults.all(), r.config.leastFaults); len(missing) > 0 {
		errs = append(errs, fmt.Errorf("fewer than %d faults of these kinds, so this run has shown nothing: %q", r.config.leastFaults, missing))
	}
	return errors.Join(errs...)
}
