package main

import (
	"context"
	"errors"
	"fmt"
)

type growthSize struct {
	students    []int // of the colleges
	registering int   // of them, in a storm
	drives      int   // that each of those registers for
	connections int
	past        int     // drives that everybody had registered for
	seconds     float64 // of each measurement of a list
}

// grown is a college of one size and what things cost there.
type grown struct {
	students int
	*storm
	lists *lists

	publish []float64 // µs for each selected student
	storms  []float64 // µs for each registration
	listed  []float64 // µs for each row
}

// measureGrowth measures the same in colleges of which each has several times the data of the one before.
func measureGrowth(ctx context.Context, b *bench) (_ section, err error) {
	size := b.size.growth
	var all []*grown
	var turns []turn
	for _, students := range size.students {
		c, openErr := b.openCollege(ctx, 1, noAutovacuum())
		if openErr != nil {
			return section{}, openErr
		}
		defer func() { err = errors.Join(err, c.close()) }()
		g, growErr := c.grow(ctx, size, students)
		if growErr != nil {
			return section{}, fmt.Errorf("%d students: %w", students, growErr)
		}
		all = append(all, g)
	}
	for _, measure := range []func(*grown) turn{(*grown).publishing, (*grown).storming, (*grown).listing} {
		for _, g := range all {
			turns = append(turns, measure(g))
		}
	}
	if err := b.takeTurns(ctx, b.size.rounds, turns...); err != nil {
		return section{}, err
	}
	return growthSection(b, all), nil
}

// grow makes a college with a past.
func (c *college) grow(ctx context.Context, size growthSize, students int) (*grown, error) {
	l, err := c.newLists(ctx, listSize{students, size.seconds})
	if err != nil {
		return nil, err
	}
	if err := c.empty(ctx, allSelections); err != nil {
		return nil, err
	}
	if err := c.addPastDrives(ctx, l.reader.id, size.past, true); err != nil {
		return nil, err
	}
	if err := c.pool.QueryRow(ctx, "SELECT max(drive_id) FROM drive_students").Scan(&l.drive); err != nil {
		return nil, err
	}
	g := &grown{students: students, lists: l, storm: &storm{c: c, coordinator: l.reader, connections: size.connections}}
	// Those who register are spread over all.
	every := students / size.registering
	g.storm.students, err = c.signInStudents(ctx, "s.student_id % $1 = 0 ORDER BY s.student_id LIMIT $2", every, size.registering)
	if err == nil && len(g.storm.students) != size.registering {
		err = errors.New("too few students")
	}
	return g, err
}

// publishing publishes one more drive for everybody.
func (g *grown) publishing() turn {
	return func(ctx context.Context, counts bool) error {
		if err := g.c.settle(ctx); err != nil {
			return err
		}
		drive, err := g.c.newDrive(ctx, g.coordinator, openDrive())
		if err != nil {
			return err
		}
		jobID, err := g.c.publish(ctx, g.coordinator, drive)
		if err != nil {
			return err
		}
		run, err := awaitJob(ctx, g.c.pool, jobID, func() error { return nil })
		if err != nil {
			return err
		}
		into(&g.publish, milliseconds(run)*1000/float64(g.students), counts)
		return mustCount(ctx, g.c.pool, int64(g.students), "SELECT count(*) FROM drive_students WHERE drive_id = $1 AND selected", drive)
	}
}

// storming lets the same number of students register for new drives, whatever the size of the college.
func (g *grown) storming() turn {
	return func(ctx context.Context, counts bool) error {
		drives, err := g.c.newPostedDrives(ctx, g.coordinator, g.c.b.size.growth.drives, openDrive())
		if err != nil {
			return err
		}
		if err := g.c.settle(ctx); err != nil {
			return err
		}
		result, err := g.overHTTP(ctx, g.c.addresses(), drives)
		if err != nil {
			return err
		}
		into(&g.storms, 1e6/result.rate(), counts)
		return nil
	}
}

// listing reads the registrations for one of the past drives, which are as many as students.
func (g *grown) listing() turn {
	return func(ctx context.Context, counts bool) error {
		g.lists.http = figures{}
		if err := g.lists.overHTTP(ctx, true); err != nil {
			return err
		}
		into(&g.listed, g.lists.http.p50[0]*1000/float64(g.students), counts)
		return nil
	}
}

func growthSection(b *bench, all []*grown) section {
	size := b.size.growth
	s := section{
		title: "Growth",
		about: fmt.Sprintf("The same in colleges of which each has ten times the data of the one before, in turns, in %d rounds: to publish a drive "+
			"for everybody, a storm of %d students who register for %d drives each on %d connections, and the whole list of a drive's "+
			"registrations. Each college has a past of %d drives that everybody was selected and registered for, so the largest one's tables of "+
			"selections and registrations begin with %d rows each. A figure is the time for each selected student, for each registration and "+
			"for each row of the list, in µs. What is the same for every drive weighs most in the smallest college.",
			b.size.rounds, size.registering, size.drives, size.connections, size.past, size.past*size.students[len(size.students)-1]),
		columns: []string{"µs for each"},
	}
	publish, storms, listed := []string{"selected student (publish)"}, []string{"registration (storm)"}, []string{"row (list)"}
	for _, g := range all {
		s.columns = append(s.columns, fmt.Sprintf("%d students", g.students))
		publish = append(publish, withSpread(g.publish))
		storms = append(storms, withSpread(g.storms))
		listed = append(listed, withSpread(g.listed))
	}
	first, last := all[0], all[len(all)-1]
	s.rows = [][]string{publish, storms, listed}
	times := last.students / first.students
	s.goals = []goal{
		atMost(fmt.Sprintf("Growth, publish: cost of a row with %d times the data", times), ratios(last.publish, first.publish).median(), 1.3, "×"),
		atMost(fmt.Sprintf("Growth, storm: cost of a registration with %d times the data", times), ratios(last.storms, first.storms).median(), 1.3, "×"),
		atMost(fmt.Sprintf("Growth, list: cost of a row with %d times the data", times), ratios(last.listed, first.listed).median(), 1.3, "×"),
	}
	if len(all) > 2 {
		before := all[len(all)-2]
		s.goals = append(s.goals,
			atMost("– publish, against the college before", ratios(last.publish, before.publish).median(), 1.3, "×"),
			atMost("– storm, against the college before", ratios(last.storms, before.storms).median(), 1.3, "×"),
			atMost("– list, against the college before", ratios(last.listed, before.listed).median(), 1.3, "×"))
	}
	return s
}

// withSpread is a cell with a median and its spread.
func withSpread(values []float64) string {
	s := newSeries(values)
	return fmt.Sprintf("%s (%s – %s)", figure(s.median()), figure(s.min()), figure(s.max()))
}
