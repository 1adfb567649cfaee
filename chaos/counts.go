package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// counts is what a run has done.
type counts struct {
	mu         sync.Mutex
	operations map[string]map[outcome]int
	faults     map[fault]int
	answered   moment // when the newest acknowledged request ended
	silence    moment // the longest time without any
}

func newCounts() *counts {
	return &counts{operations: map[string]map[outcome]int{}, faults: map[fault]int{}}
}

func (c *counts) operation(kind string, answer reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if answer.outcome == acknowledged && answer.end > c.answered {
		c.silence = max(c.silence, answer.end-c.answered)
		c.answered = answer.end
	}
	if c.operations[kind] == nil {
		c.operations[kind] = map[outcome]int{}
	}
	c.operations[kind][answer.outcome]++
}

func (c *counts) fault(kind fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[kind]++
}

// missing are the faults, of these, that were injected fewer times than wanted.
func (c *counts) missing(of []fault, atLeast int) (kinds []fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, kind := range of {
		if c.faults[kind] < atLeast {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func (c *counts) print(w io.Writer, kinds []fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	outcomes := []outcome{acknowledged, refused, unknown, unsent}
	total := map[outcome]int{}
	fmt.Fprintf(w, "%-34s %12s %9s %9s %9s\n", "operations", outcomes[0], outcomes[1], outcomes[2], outcomes[3])
	row := func(name string, n map[outcome]int) {
		fmt.Fprintf(w, "%-34s %12d %9d %9d %9d\n", name, n[acknowledged], n[refused], n[unknown], n[unsent])
	}
	for _, kind := range slices.Sorted(maps.Keys(c.operations)) {
		row("  "+kind, c.operations[kind])
		for result, n := range c.operations[kind] {
			total[result] += n
		}
	}
	row("together", total)
	fmt.Fprintf(w, "%-34s %12s\n", "faults", "injected")
	sum := 0
	for _, kind := range kinds {
		fmt.Fprintf(w, "  %-32s %12d\n", kind, c.faults[kind])
		sum += c.faults[kind]
	}
	fmt.Fprintf(w, "%-34s %12d\n", "together", sum)
	fmt.Fprintf(w, "longest time without an acknowledged request: %v\n", c.silence.Round(time.Millisecond))
}
