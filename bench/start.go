package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// starts is what the runs of the real binary gave.
type starts struct {
	first, warm, stop []float64 // seconds
	own, database     []memory  // of placeops and of its PostgreSQL
}

// measureStart starts the real binary on a new data directory, stops it, starts it again on the same one, and reads the
// memory of the second process when it has been idle for a while.
func measureStart(ctx context.Context, b *bench) (section, error) {
	if _, err := b.binary(); err != nil {
		return section{}, err
	}
	var all starts
	for range b.size.starts {
		b.startRound(ctx)
		if err := all.once(ctx, b); err != nil {
			return section{}, err
		}
	}
	return all.section(b), nil
}

func (s *starts) once(ctx context.Context, b *bench) error {
	dir, err := b.newDir()
	if err != nil {
		return err
	}
	dataDir := filepath.Join(dir, "data")
	p, err := b.serve(ctx, dataDir)
	if err != nil {
		return err
	}
	s.first = append(s.first, p.took.Seconds())
	if err := s.measureStop(p); err != nil {
		return err
	}
	if p, err = b.serve(ctx, dataDir); err != nil {
		return err
	}
	s.warm = append(s.warm, p.took.Seconds())
	return errors.Join(s.measureMemory(ctx, p, b.size.idle), s.measureStop(p))
}

func (s *starts) measureStop(p *process) error {
	took, err := timed(p.stop)
	s.stop = append(s.stop, took/1000)
	return err
}

func (s *starts) measureMemory(ctx context.Context, p *process, idle time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(idle):
	}
	own, database, err := p.memory()
	if err != nil {
		return err
	}
	s.own, s.database = append(s.own, own), append(s.database, database)
	return nil
}

func (s *starts) section(b *bench) section {
	first, warm := newSeries(s.first), newSeries(s.warm)
	var both []memory
	for i := range s.own {
		both = append(both, s.own[i].plus(s.database[i]))
	}
	return section{
		title: "Start, stop and idle memory",
		about: fmt.Sprintf("The real binary in %d runs, from its start until it prints `placeOps is ready`. The first start on a new data "+
			"directory unpacks PostgreSQL, makes the database and migrates it; the warm one is on the same directory. Memory after %s without a "+
			"request, all processes of placeops and its PostgreSQL together: PSS counts what they share once, RSS once for each.",
			b.size.starts, b.size.idle),
		columns: []string{"", "Median", "Spread"},
		rows: [][]string{
			spread("first start, s", first),
			spread("warm start, s", warm),
			spread("stop, s", newSeries(s.stop)),
			spread("idle, PSS, MB", pss(both)),
			spread("– of placeops", pss(s.own)),
			spread("– of PostgreSQL", pss(s.database)),
			spread("– of both, pages of their program files, which the system can drop", files(both)),
			spread("idle, RSS, MB", rss(both)),
			spread("– of placeops", rss(s.own)),
			spread("– of PostgreSQL", rss(s.database)),
		},
		goals: []goal{
			atMost("First start", first.median(), 3, "s"),
			atMost("Warm start", warm.median(), 0.5, "s"),
			atMost("Idle memory of both processes (PSS)", pss(both).median(), 60, "MB"),
		},
	}
}

func pss(all []memory) series   { return seriesOf(all, func(m memory) float64 { return m.pss }) }
func rss(all []memory) series   { return seriesOf(all, func(m memory) float64 { return m.rss }) }
func files(all []memory) series { return seriesOf(all, func(m memory) float64 { return m.files }) }

func seriesOf(all []memory, part func(memory) float64) series {
	values := make([]float64, len(all))
	for i, m := range all {
		values[i] = part(m)
	}
	return newSeries(values)
}
