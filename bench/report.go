package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// series is a list of measurements in ascending order.
type series []float64

func newSeries(values []float64) series { return slices.Sorted(slices.Values(values)) }

func (s series) min() float64    { return s[0] }
func (s series) max() float64    { return s[len(s)-1] }
func (s series) median() float64 { return (s[(len(s)-1)/2] + s[len(s)/2]) / 2 }

// percentile is the smallest measurement that at least p percent do not exceed.
func (s series) percentile(p float64) float64 {
	return s[max(0, int(math.Ceil(p/100*float64(len(s))))-1)]
}

// ratios divides measurements that were taken side by side.
func ratios(of, by []float64) series {
	quotients := make([]float64, len(of))
	for i := range of {
		quotients[i] = of[i] / by[i]
	}
	return newSeries(quotients)
}

// section is one scenario's part of the report.
type section struct {
	title, about string
	columns      []string
	rows         [][]string
	goals        []goal
	conditions   string
}

// goal is what a figure should not exceed, or should reach.
type goal struct {
	what       string
	got, limit float64
	unit       string
	least      bool // the limit is the least
}

func atMost(what string, got, limit float64, unit string) goal {
	return goal{what: what, got: got, limit: limit, unit: unit}
}

func atLeast(what string, got, limit float64, unit string) goal {
	return goal{what: what, got: got, limit: limit, unit: unit, least: true}
}

func (g goal) reached() bool {
	if g.least {
		return g.got >= g.limit
	}
	return g.got <= g.limit
}

func (g goal) verdict() string {
	if g.reached() {
		return "reached: " + g.figure(g.got)
	}
	return fmt.Sprintf("**missed by %s**: %s", g.figure(math.Abs(g.got-g.limit)), g.figure(g.got))
}

// asked is the goal itself.
func (g goal) asked() string {
	if g.least {
		return "≥ " + g.figure(g.limit)
	}
	return "≤ " + g.figure(g.limit)
}

func (g goal) figure(value float64) string { return figure(value) + " " + g.unit }

// figure prints three significant digits.
func figure(value float64) string {
	switch {
	case math.Abs(value) >= 100:
		return fmt.Sprintf("%.0f", value)
	case math.Abs(value) >= 10:
		return fmt.Sprintf("%.1f", value)
	default:
		return fmt.Sprintf("%.2f", value)
	}
}

// spread is the usual row of a table: median, lowest, highest.
func spread(what string, s series) []string {
	return []string{what, figure(s.median()), figure(s.min()) + " – " + figure(s.max())}
}

const preface = `# Benchmarks

Written by ` + "`go run ./bench`" + `, which starts everything that it measures; run it to get the figures of another machine.

Each scenario is measured several times beside its limit: the least that the same machine could do for the same rows, in the
same run, taking turns. A ratio divides two measurements of the same turn. Absolute times depend on the machine, ratios much
less. Unless said otherwise a figure is the median, and the spread is from the lowest to the highest. Results are checked as
well: a run that loses or doubles a row fails.

placeops is the real binary in a process of its own, with its default settings, logging into a file. PostgreSQL is the one that
placeops carries, with the settings that ` + "`placeops serve`" + ` gives it, durable: every commit waits for the disk. The load comes
from a third process on the same cores, over connections on loopback that stay open. Autovacuum is off where vacuums and
checkpoints come between the measurements.
`

func report(facts [][2]string, sections []section) string {
	var text strings.Builder
	text.WriteString(preface + "\n")
	var rows [][]string
	for _, fact := range facts {
		rows = append(rows, fact[:])
	}
	table(&text, []string{"", ""}, rows)
	text.WriteString("\n## Goals\n\n")
	rows = nil
	for _, s := range sections {
		for _, g := range s.goals {
			rows = append(rows, []string{g.what, g.asked(), g.verdict()})
		}
		if s.goals == nil {
			rows = append(rows, []string{s.title, "", "**not measured**"})
		}
	}
	table(&text, []string{"What", "Goal", "Result"}, rows)
	for _, s := range sections {
		fmt.Fprintf(&text, "\n## %s\n\n%s\n", s.title, s.about)
		if s.rows != nil {
			text.WriteString("\n")
			table(&text, s.columns, s.rows)
		}
		if s.conditions != "" {
			text.WriteString("\n" + s.conditions + "\n")
		}
	}
	return text.String()
}

func table(text *strings.Builder, columns []string, rows [][]string) {
	line := func(cells []string) { text.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(columns)
	line(slices.Repeat([]string{"---"}, len(columns)))
	for _, row := range rows {
		line(row)
	}
}
