package main

import (
	"context"
	"errors"
	"fmt"
)

type selectionsSize struct {
	students, registering, connections int
	past                               int // drives that everybody was selected for
}

// measureSelections lets the same storm go over two colleges in turns: a new one, and one whose table of selections holds
// what many years leave behind.
func measureSelections(ctx context.Context, b *bench) (_ section, err error) {
	size := b.size.selections
	var storms [2]*storm
	for i := range storms {
		c, openErr := b.openCollege(ctx, 1, noAutovacuum())
		if openErr != nil {
			return section{}, openErr
		}
		defer func() { err = errors.Join(err, c.close()) }()
		if storms[i], err = c.newStorm(ctx, size.students, size.registering, size.connections); err != nil {
			return section{}, err
		}
		storms[i].emptied = "registrations, attendance"
	}
	few, many := storms[0], storms[1]
	if err := many.c.addPastDrives(ctx, many.coordinator.id, size.past, false); err != nil {
		return section{}, err
	}
	var withFew, withMany figures
	if err := b.takeTurns(ctx, b.size.rounds, few.once(&withFew), many.once(&withMany)); err != nil {
		return section{}, err
	}
	rows := size.past * size.students
	ratio := ratios(withFew.rate, withMany.rate)
	table := append([][]string{{fmt.Sprintf("**%d rows (drives of this run)**", size.students), "", ""}}, withFew.rows("registrations/s")...)
	table = append(table, []string{fmt.Sprintf("**%d rows more**", rows), "", ""})
	table = append(append(table, withMany.rows("registrations/s")...), spread("time with many ÷ time with few", ratio))
	return section{
		title: "Registration storm with many selections",
		about: fmt.Sprintf("%d of %d students register once, on %d connections, in %d rounds, as in the storm before: in a college whose table "+
			"`drive_students` holds little, and in turns in one where it holds %d rows of %d earlier drives.",
			size.registering, size.students, size.connections, b.size.rounds, rows, size.past),
		columns: []string{"", "Median", "Spread"},
		rows:    table,
		goals: []goal{
			atMost(fmt.Sprintf("Storm with %d selection rows: time ÷ with few", rows), ratio.median(), 1.1, "×"),
		},
	}, nil
}

// once is a storm for one new drive.
func (s *storm) once(f *figures) turn {
	return func(ctx context.Context, counts bool) error {
		drives, err := s.fresh(ctx, 1)
		if err != nil {
			return err
		}
		result, err := s.overHTTP(ctx, s.c.addresses(), drives)
		f.add(result, counts)
		return err
	}
}
