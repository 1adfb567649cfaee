// Command bench measures placeops: how long publishing, registering, starting and importing take, each beside the least
// that the same database could take for it. `go run ./bench` starts everything that it needs and writes
// docs/benchmarks.md; `go run ./bench -quick` runs all of it in small, to see that it works.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // everything has been cleaned up by now
	}
}

func command(ctx context.Context) error {
	quick := flag.Bool("quick", false, "run each scenario in small and print the report")
	only := flag.String("only", "", "run these scenarios (commas between them) and print the report: "+strings.Join(names(), ", "))
	out := flag.String("out", "docs/benchmarks.md", "file that a full run writes")
	flag.Parse()
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	size := full
	if *quick {
		size = small
	}
	text, failed := runAll(ctx, chosen, size, os.Stderr)
	if *quick || *only != "" {
		fmt.Print(text)
		return failed
	}
	if ctx.Err() != nil {
		return failed // half a report is none
	}
	return errors.Join(failed, os.WriteFile(*out, []byte(text), 0o644)) //nolint:gosec // a page for everybody
}

// sizes says how much of everything a run does.
type sizes struct {
	publishStudents, publishRounds     int
	registerStudents, registerSamples  int
	starts                             int
	idle                               time.Duration // before the memory is read
	importRows, importRounds           int
	downloadRows, downloadRounds       int
	waitForQuiet, waitForQuietPerRound time.Duration
}

var (
	full = sizes{
		publishStudents: 60_000, publishRounds: 9,
		registerStudents: 2_000, registerSamples: 300,
		starts: 5, idle: 10 * time.Second,
		importRows: 50_000, importRounds: 7,
		downloadRows: 100_000, downloadRounds: 5,
		waitForQuiet: 5 * time.Minute, waitForQuietPerRound: 20 * time.Second,
	}
	small = sizes{
		publishStudents: 3_000, publishRounds: 1,
		registerStudents: 300, registerSamples: 5,
		starts: 1, idle: 100 * time.Millisecond,
		importRows: 500, importRounds: 1,
		downloadRows: 1_000, downloadRounds: 1,
	}
)

// scenario is one thing that is measured.
type scenario struct {
	name    string
	measure func(context.Context, *bench) (section, error)
}

var scenarios = []scenario{
	{"publish", measurePublish},
	{"register", measureRegister},
	{"start", measureStart},
	{"import", measureImport},
	{"download", measureDownload},
}

func names() []string {
	var all []string
	for _, s := range scenarios {
		all = append(all, s.name)
	}
	return all
}

func choose(only string) ([]scenario, error) {
	if only == "" {
		return scenarios, nil
	}
	var chosen []scenario
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == strings.TrimSpace(name) })
		if i < 0 {
			return nil, fmt.Errorf("there is no scenario %q: choose of %s", name, strings.Join(names(), ", "))
		}
		chosen = append(chosen, scenarios[i])
	}
	return chosen, nil
}

// runAll runs scenarios and returns the report. One that fails is reported as such, and the others still run.
func runAll(ctx context.Context, chosen []scenario, size sizes, log io.Writer) (text string, failed error) {
	b, err := newBench(size, log)
	if err != nil {
		return "", err
	}
	defer func() { failed = errors.Join(failed, b.close()) }()
	facts, err := b.machineFacts(ctx)
	if err != nil {
		return "", err
	}
	var sections []section
	for _, s := range chosen {
		b.say("%s …", s.name)
		b.startScenario(ctx)
		measured, err := s.measure(ctx, b)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", s.name, err))
			measured = section{title: s.name, about: "Not measured, it failed: " + err.Error()}
		}
		measured.conditions = b.conditions()
		sections = append(sections, measured)
		for _, g := range measured.goals {
			b.say("  %s: %s", g.what, g.verdict())
		}
	}
	return report(facts, sections), failed
}
