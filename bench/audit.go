package main

import (
	"context"
	"errors"
	"fmt"
)

// audited are the tables whose triggers write the audit trail and that bare statements write into.
var audited = []string{"registrations", "drive_students"}

// withoutTrail runs f while what it does to those tables leaves nothing in the audit trail: a bare statement is one without it.
func (c *college) withoutTrail(ctx context.Context, f func() error) (err error) {
	for _, table := range audited {
		if err := c.exec(ctx, "ALTER TABLE "+table+" DISABLE TRIGGER USER"); err != nil {
			return err
		}
	}
	defer func() {
		for _, table := range audited {
			err = errors.Join(err, c.exec(ctx, "ALTER TABLE "+table+" ENABLE TRIGGER USER"))
		}
	}()
	return f()
}

// measureAudit lets the same storm go over one college with its audit trail and, in turns, without it.
func measureAudit(ctx context.Context, b *bench) (_ section, err error) {
	size := b.size.storm
	c, err := b.openCollege(ctx, 1, noAutovacuum())
	if err != nil {
		return section{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	s, err := c.newStorm(ctx, size.students, size.registering, size.connections)
	if err != nil {
		return section{}, err
	}
	var with, without figures
	err = b.takeTurns(ctx, b.size.rounds, s.withTrail(&with), func(ctx context.Context, counts bool) error {
		return c.withoutTrail(ctx, func() error { return s.once(&without)(ctx, counts) })
	})
	if err != nil {
		return section{}, err
	}
	ratio := ratios(with.rate, without.rate)
	table := append([][]string{{"**with the audit trail**", "", ""}}, with.rows("registrations/s")...)
	table = append(table, []string{"**without it**", "", ""})
	table = append(append(table, without.rows("registrations/s")...), spread("rate with ÷ rate without", ratio))
	return section{
		title: "Registration storm with the audit trail",
		about: fmt.Sprintf("%d of %d students register once, on %d connections, in %d rounds, as in the storm before; in turns with the triggers that "+
			"write the audit trail and without them. Checked: the trail has each registration once. Cores used: %s (with it); %s (without).",
			size.registering, size.students, size.connections, b.size.rounds, with.coresText("placeops", "PostgreSQL"),
			without.coresText("placeops", "PostgreSQL")),
		columns: []string{"", "Median", "Spread"},
		rows:    table,
		goals:   []goal{atLeast("Storm: rate with the audit trail ÷ without", ratio.median(), 0.95, "×")},
	}, nil
}

func (s *storm) withTrail(f *figures) turn {
	return func(ctx context.Context, counts bool) error {
		var last int64
		if err := s.c.pool.QueryRow(ctx, "SELECT coalesce(max(audit_id), 0) FROM audit_entries").Scan(&last); err != nil {
			return err
		}
		if err := s.once(f)(ctx, counts); err != nil {
			return err
		}
		return mustCount(ctx, s.c.pool, int64(len(s.students)),
			"SELECT sum(cardinality(user_ids)) FROM audit_entries WHERE entity = 'registration' AND change = 'created' AND audit_id > $1", last)
	}
}
