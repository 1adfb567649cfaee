// Command bench measures placeops: how long publishing, registering, polling, listing, exporting, importing and signing in
// take, each beside the least that the same machine could take for it. `go run ./bench` starts everything that it needs and
// writes docs/benchmarks.md; `go run ./bench -quick` runs all of it in small, to see that it works.
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

	"golang.org/x/sync/errgroup"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	is, err := beChild(ctx)
	if !is {
		err = command(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // everything has been cleaned up by now
	}
}

func command(ctx context.Context) error {
	quick := flag.Bool("quick", false, "run each scenario in small and print the report")
	only := flag.String("only", "", "run these scenarios (commas between them) and print the report: "+strings.Join(names(), ", "))
	rounds := flag.Int("rounds", 0, "measure so many times instead of the usual number (with -only)")
	now := flag.Bool("now", false, "do not wait until the machine is quiet (with -only)")
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
	if *rounds > 0 {
		size.rounds = *rounds
	}
	if *now {
		size.waitForQuiet, size.waitForQuietPerRound = 0, 0
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

// scenario is one thing that is measured.
type scenario struct {
	name    string
	measure func(context.Context, *bench) (section, error)
}

var scenarios = []scenario{
	{"publish", measurePublish},
	{"register", measureRegister},
	{"storm", measureStorm},
	{"audit", measureAudit},
	{"archive", measureArchive},
	{"selections", measureSelections},
	{"polling", measurePolling},
	{"list", measureList},
	{"files", measureFiles},
	{"workbook", measureWorkbook},
	{"import", measureImport},
	{"login", measureLogin},
	{"processes", measureProcesses},
	{"growth", measureGrowth},
	{"start", measureStart},
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
	sections, errs := make([]section, len(chosen)), make([]error, len(chosen))
	var running errgroup.Group
	running.SetLimit(size.atOnce)
	for i, s := range chosen {
		running.Go(func() error {
			sections[i], errs[i] = b.run(ctx, s)
			return nil
		})
	}
	_ = running.Wait() // the errors are in errs
	return report(facts, sections), errors.Join(errs...)
}

// run measures one scenario.
func (b *bench) run(ctx context.Context, s scenario) (section, error) {
	own := *b
	own.say("%s …", s.name)
	own.startScenario(ctx)
	measured, err := s.measure(ctx, &own)
	if err != nil {
		err = fmt.Errorf("%s: %w", s.name, err)
		measured = section{title: s.name, about: "Not measured, it failed: " + err.Error()}
	}
	measured.conditions = own.conditions()
	for _, g := range measured.goals {
		own.say("  %s: %s", g.what, g.verdict())
	}
	return measured, err
}
