package main

import (
	"context"
	"errors"
	"fmt"
)

type stormSize struct {
	students    int // in the college, all of them selected
	registering int
	connections int
	drives      int // in the storm over many
}

// registerOneSQL is the registration of one student in one statement: what a registration takes when each is a transaction
// of its own.
const registerOneSQL = `
WITH open_drive AS (
    SELECT d.drive_id
    FROM drives d
    WHERE d.drive_id = $1
      AND d.status = 'posted'
      AND (d.registration_deadline IS NULL OR d.registration_deadline > now())
    FOR SHARE
), added AS (
    INSERT INTO registrations (drive_id, student_id)
    SELECT ds.drive_id, ds.student_id
    FROM drive_students ds
    JOIN open_drive o ON o.drive_id = ds.drive_id
    WHERE ds.student_id = $2 AND ds.selected
    ON CONFLICT (drive_id, student_id) DO NOTHING
    RETURNING registration_id, drive_id, student_id, registered_at
)
SELECT a.registration_id, a.drive_id, a.student_id, a.registered_at, true AS created
FROM added a
UNION ALL
SELECT r.registration_id, r.drive_id, r.student_id, r.registered_at, false AS created
FROM registrations r
WHERE r.drive_id = $1 AND r.student_id = $2 AND NOT EXISTS (SELECT FROM added)`

const bareInsertSQL = "INSERT INTO registrations (drive_id, student_id) VALUES ($1, $2)"

// storms are the measurements of the scenario.
type storms struct {
	*storm
	pgbench string // the program; "" where there is none

	one, many         figures // over HTTP: for one drive, for many at once
	pgx, pgb, inserts figures // straight to the database
}

// measureStorm compares registrations over HTTP with the same ones straight into the database, one a transaction.
func measureStorm(ctx context.Context, b *bench) (_ section, err error) {
	size := b.size.storm
	c, err := b.openCollege(ctx, 1, noAutovacuum())
	if err != nil {
		return section{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	s := storms{pgbench: findPgbench()}
	if s.storm, err = c.newStorm(ctx, size.students, size.registering, size.connections); err != nil {
		return section{}, err
	}
	turns := []turn{s.overOneDrive, s.overManyDrives, s.straight(&s.pgx, registerOneSQL), s.straight(&s.inserts, bareInsertSQL)}
	if s.pgbench != "" {
		turns = append(turns, s.byPgbench)
	}
	if err := b.takeTurns(ctx, b.size.rounds, turns...); err != nil {
		return section{}, err
	}
	return s.section(b), nil
}

func (s *storms) overOneDrive(ctx context.Context, counts bool) error {
	drives, err := s.fresh(ctx, 1)
	if err != nil {
		return err
	}
	result, err := s.overHTTP(ctx, s.c.addresses(), drives)
	s.one.add(result, counts)
	return err
}

func (s *storms) overManyDrives(ctx context.Context, counts bool) error {
	drives, err := s.fresh(ctx, s.c.b.size.storm.drives)
	if err != nil {
		return err
	}
	var lists [][]int64
	for _, drive := range drives {
		lists = append(lists, []int64{drive})
	}
	result, err := s.overHTTP(ctx, s.c.addresses(), lists...)
	s.many.add(result, counts)
	return err
}

// straight runs a statement for each student through pgx, on as many connections.
func (s *storms) straight(f *figures, statement string) turn {
	return func(ctx context.Context, counts bool) error {
		drives, err := s.fresh(ctx, 1)
		if err != nil {
			return err
		}
		return s.c.withoutTrail(ctx, func() error { return s.runStraight(ctx, f, statement, drives[0], counts) })
	}
}

func (s *storms) runStraight(ctx context.Context, f *figures, statement string, drive int64, counts bool) error {
	work := sqlWork{URL: s.c.url, Statement: statement}
	for _, student := range s.students {
		work.Args = append(work.Args, []int64{drive, student.id})
	}
	l := load{Connections: s.connections, Watch: s.c.watched(), SQL: &work}
	result, err := inChild[load, loadResult](ctx, "load", l)
	if err != nil {
		return err
	}
	f.add(result, counts)
	if !result.all(1, len(s.students)) {
		return fmt.Errorf("wrong result: %s", result)
	}
	return mustCount(ctx, s.c.pool, int64(len(s.students)), "SELECT count(*) FROM registrations WHERE drive_id = $1", drive)
}

func (s *storms) byPgbench(ctx context.Context, counts bool) error {
	drives, err := s.fresh(ctx, 1)
	if err != nil {
		return err
	}
	var rate float64
	var registered int64
	err = s.c.withoutTrail(ctx, func() (err error) {
		rate, registered, err = s.runPgbench(ctx, drives[0])
		return err
	})
	if err != nil {
		return err
	}
	into(&s.pgb.rate, rate, counts)
	return mustCount(ctx, s.c.pool, registered, "SELECT count(*) FROM registrations WHERE drive_id = $1", drives[0])
}

// limit is the faster of pgx and pgbench.
func (s *storms) limit() (name string, f *figures) {
	if s.pgbench != "" && newSeries(s.pgb.rate).median() > newSeries(s.pgx.rate).median() {
		return "pgbench", &s.pgb
	}
	return "pgx", &s.pgx
}

func (s *storms) section(b *bench) section {
	size := b.size.storm
	name, limit := s.limit()
	ratio, ratioMany := ratios(s.one.rate, limit.rate), ratios(s.many.rate, limit.rate)
	rows := append([][]string{{"**for one drive**", "", ""}}, s.one.rows("registrations/s over HTTP")...)
	rows = append(rows, spread("÷ the limit ("+name+")", ratio), []string{fmt.Sprintf("**for %d drives at once**", size.drives), "", ""})
	rows = append(rows, s.many.rows("registrations/s over HTTP")...)
	rows = append(rows, spread("÷ the limit ("+name+")", ratioMany), []string{"**straight into the database**", "", ""})
	rows = append(rows, s.pgx.rows("one registration a transaction, pgx, a second")...)
	pgbench := "pgbench is not on this machine"
	if s.pgbench != "" {
		pgbench = "also by `pgbench -M prepared`"
		rows = append(rows, spread("the same by pgbench", newSeries(s.pgb.rate)))
	}
	rows = append(rows, spread("bare `INSERT` of a row, pgx, a second", newSeries(s.inserts.rate)))
	return section{
		title: "Registration storm",
		about: fmt.Sprintf("%d of %d selected students register once, on %d connections that stay open, in %d rounds; each round in empty tables. "+
			"`POST /api/registrations` goes to the real binary, which logs every request into a file. The limit is a registration as one "+
			"statement and one transaction on as many connections straight into the same database, without the audit trail, through pgx from the same load process, %s; "+
			"the faster one counts. Checked: every registration is there once, all were answered 201, and asked again all were answered 200 with "+
			"the same id. Cores used: %s (over HTTP); %s (pgx).",
			size.registering, size.students, size.connections, b.size.rounds, pgbench, s.one.coresText("placeops", "PostgreSQL"),
			s.pgx.coresText("PostgreSQL")),
		columns: []string{"", "Median", "Spread"},
		rows:    rows,
		goals: []goal{
			atLeast("Storm: rate ÷ one registration a transaction ("+name+")", ratio.median(), 1.2, "×"),
			atMost("Storm: p99", newSeries(s.one.p99).median(), 50, "ms"),
			atLeast(fmt.Sprintf("Storm over %d drives: rate ÷ the same", size.drives), ratioMany.median(), 1.2, "×"),
			atMost(fmt.Sprintf("Storm over %d drives: p99", size.drives), newSeries(s.many.p99).median(), 50, "ms"),
		},
	}
}
