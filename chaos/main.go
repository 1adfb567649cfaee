// Command chaos is placeOps under fire: a random, but seeded, mix of requests to the real program while it, its PostgreSQL or
// the connections to it are killed, paused and cut, and a model that remembers what was acknowledged. At the end nothing
// acknowledged may be lost, nothing refused may be there, and nothing may be half done. See docs/reliability.md.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

func main() {
	load := flag.Duration("time", 3*time.Minute, "how long to send requests and inject faults, in each shape")
	seed := flag.Uint64("seed", 0, "of the random choices; 0: a new one")
	which := flag.String("shape", "both", "embedded: placeops with its own PostgreSQL; outside: three on one PostgreSQL behind a network; or both; "+
		"of docs/scaling.md: haproxy, nginx, pgbouncer, replica, patroni, s3; or scaling, which is all of these")
	parent := flag.String("dir", "", "where the run's folder is made; without it in memory, where a start takes a second and a kill loses no more than on a disk")
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := runShapes(ctx, *which, config{
		seed: *seed, load: *load, faultPause: 500 * time.Millisecond, leastFaults: 3, parent: cmp.Or(*parent, memoryDir()),
		smallDisk: *parent == "", students: 60, studentWorkers: 4, officers: 3, crowd: 6000,
	})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func runShapes(ctx context.Context, which string, c config) (err error) {
	shapes := []shape{shape(which)}
	switch which {
	case "both":
		shapes = allShapes
	case "scaling":
		shapes = scalingShapes
	}
	dir, err := os.MkdirTemp("", "placeops-chaos-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if c.binary, err = build(ctx, dir); err != nil {
		return err
	}
	for _, c.shape = range shapes {
		c.aged = slices.Contains(scalingShapes, c.shape) // what is shown of that is shown by the shape outside
		if c.shape == patroni {                          // whose faults take half a minute each
			c.leastFaults = 1
		}
		if err := runChaos(ctx, c, os.Stdout); err != nil {
			return err
		}
	}
	return nil
}

// memoryDir is a folder in memory where the system has one.
func memoryDir() string {
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err == nil && info.IsDir() {
		return memory
	}
	return os.TempDir()
}

// shape is what is put under fire.
type shape string

const (
	embedded shape = "embedded" // one placeops with its own PostgreSQL
	outside  shape = "outside"  // several on one PostgreSQL, with a network between
)

var allShapes = []shape{embedded, outside}

// config is how much of everything.
type config struct {
	shape                    shape
	binary                   string // placeops
	seed                     uint64
	load                     time.Duration
	faultPause               time.Duration // at most, between two faults that befall processes, and between two of the network
	leastFaults              int           // of each kind; a run with fewer has shown nothing
	parent                   string        // where the run's folder is made
	smallDisk                bool          // the data gets a disk of its own, where that can be mounted
	aged                     bool          // an interrupted job of several processes does not wait for its time; see settle
	students                 int
	studentWorkers, officers int
	crowd                    int // students of a storm, in the shapes of docs/scaling.md
}

// runChaos is one run. What it prints tells how to repeat it.
func runChaos(ctx context.Context, c config, out io.Writer) (err error) {
	if all := slices.Concat(allShapes, scalingShapes); !slices.Contains(all, c.shape) {
		return fmt.Errorf("there is no shape %q, only %q", c.shape, all)
	}
	fmt.Fprintf(out, "%s, seed %d, %v of load\n", c.shape, c.seed, c.load)
	in, err := newInstall(ctx, c)
	if err != nil {
		return err
	}
	if in.noDisk != nil && slices.Contains(allShapes, c.shape) {
		fmt.Fprintf(out, "left out: %q, for %v\n", diskFull, in.noDisk)
	}
	r := newRun(c, in, faultsOf(c.shape, in.noDisk == nil))
	err = r.all(ctx)
	r.counts.print(out, r.faults.all())
	r.printState(out)
	if err == nil && slices.Contains(scalingShapes, c.shape) {
		err = r.storms(ctx, out)
	}
	err = errors.Join(err, r.verdict())
	keep := err != nil && ctx.Err() == nil // of one that was broken off there is nothing to see
	if err = errors.Join(err, in.close(keep)); keep {
		return fmt.Errorf("%w\n%s", err, in.remains())
	}
	return err
}
