// Command chaos is placeOps under fire: a random, but seeded, mix of requests to the real program while it, its PostgreSQL or
// the connections to it are killed, paused and cut, and a model that remembers what was acknowledged. At the end nothing
// acknowledged may be lost, nothing refused may be there, and nothing may be half done. See docs/reliability.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	load := flag.Duration("time", 3*time.Minute, "how long to send requests and inject faults")
	seed := flag.Uint64("seed", 0, "of the random choices; 0: a new one")
	parent := flag.String("dir", memoryDir(), "where the run's folder is made; in memory a start takes a second, and a kill loses no more than on a disk")
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := runChaos(ctx, config{
		seed: *seed, load: *load, faultPause: 500 * time.Millisecond, leastFaults: 3, parent: *parent,
		students: 60, studentWorkers: 4, officers: 3,
	}, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

// memoryDir is a folder in memory where the system has one.
func memoryDir() string {
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err == nil && info.IsDir() {
		return memory
	}
	return os.TempDir()
}

// config is how much of everything.
type config struct {
	seed                     uint64
	load                     time.Duration
	faultPause               time.Duration // at most, between two faults that befall processes
	leastFaults              int           // of each kind; a run with fewer has shown nothing
	parent                   string        // where the run's folder is made
	students                 int
	studentWorkers, officers int
}

// runChaos is one run. What it prints tells how to repeat it.
func runChaos(ctx context.Context, c config, out io.Writer) (err error) {
	fmt.Fprintf(out, "seed %d, %v of load\n", c.seed, c.load)
	in, err := newInstall(ctx, c.parent)
	if err != nil {
		return err
	}
	r := newRun(c, in)
	err = r.all(ctx)
	r.counts.print(out)
	r.printState(out)
	if err == nil {
		err = r.verdict()
	}
	if closeErr := in.close(err != nil); err == nil {
		err = closeErr
	} else {
		err = fmt.Errorf("%w\nkept for a look: %s", err, in.dir)
	}
	return err
}
