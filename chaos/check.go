package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// checker compares what there is with what was acknowledged, over HTTP and straight in the database.
type checker struct {
	*run
	caller *caller
	db     *pgx.Conn
}

func (r *run) check(ctx context.Context) error {
	url, err := r.in.databaseURL()
	if err != nil {
		return err
	}
	c := &checker{run: r, caller: r.newCaller(checkNumber)}
	c.caller.calm = true
	if c.db, err = pgx.Connect(ctx, url); err != nil {
		return err
	}
	defer func() { _ = c.db.Close(context.WithoutCancel(ctx)) }()
	if err := c.db.QueryRow(ctx, interruptedSQL).Scan(&r.rescued); err != nil {
		return err
	}
	for _, check := range []func(context.Context) error{
		c.invariants, c.everyDriveIsThere, c.everyDriveIsRight, c.importsAreWhole, c.exportsAreOfOneMoment, c.filesHaveOwners,
		c.trailIsTrue,
	} {
		if err := check(ctx); err != nil {
			return err
		}
	}
	return nil
}

// interruptedSQL counts the jobs that placeops, or the queue itself, found to be worked by nobody.
const interruptedSQL = `
SELECT count(*)
FROM river_job
WHERE EXISTS (SELECT FROM unnest(errors) AS e WHERE e ->> 'error' LIKE 'interrupted:%' OR e ->> 'error' LIKE 'Stuck job rescued%')`

// invariants lists what contradicts itself, whatever was asked.
func (c *checker) invariants(ctx context.Context) error {
	for _, i := range invariants {
		if err := c.holds(ctx, i.broken, i.query); err != nil {
			return err
		}
	}
	return nil
}

// holds runs a query that finds what is wrong.
func (c *checker) holds(ctx context.Context, broken, query string) error {
	wrong, err := texts(ctx, c.db, query)
	if err != nil {
		return fmt.Errorf("%s: %w", broken, err)
	}
	for _, text := range wrong {
		c.violation("%s: %s", broken, text)
	}
	return nil
}

func texts(ctx context.Context, db *pgx.Conn, query string) ([]string, error) {
	rows, err := db.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// everyDriveIsThere finds drives that were lost, doubled, or refused and yet made.
func (c *checker) everyDriveIsThere(ctx context.Context) error {
	names, err := texts(ctx, c.db, "SELECT company_name FROM drives")
	if err != nil {
		return err
	}
	found := map[string]int{}
	for _, name := range names {
		found[name]++
		if _, asked := c.names[name]; !asked {
			c.violation("drive %s is there, and nobody has asked for it", name)
		}
	}
	for name, want := range c.names {
		if n := found[name]; n < want.least || n > want.most {
			c.violation("drive %s is there %d times; by its answer at least %d, at most %d", name, n, want.least, want.most)
		}
	}
	return nil
}

func (c *checker) everyDriveIsRight(ctx context.Context) error {
	for _, d := range c.drives {
		if err := c.driveIsRight(ctx, d); err != nil {
			return fmt.Errorf("drive %d: %w", d.id, err)
		}
	}
	return nil
}

// driveFacts is what the database says of a drive.
type driveFacts struct {
	status               string
	selected, registered []int64
	marks                map[int64]string
}

func (c *checker) driveIsRight(ctx context.Context, d *drive) error {
	var f driveFacts
	err := c.db.QueryRow(ctx, `
SELECT status,
       ARRAY(SELECT student_id FROM drive_students WHERE drive_id = $1 AND selected ORDER BY 1),
       ARRAY(SELECT student_id FROM registrations WHERE drive_id = $1 ORDER BY 1),
       coalesce((SELECT jsonb_object_agg(student_id, status) FROM attendance WHERE drive_id = $1), '{}')
FROM drives
WHERE drive_id = $1`, d.id).Scan(&f.status, &f.selected, &f.registered, &f.marks)
	if errors.Is(err, pgx.ErrNoRows) {
		c.violation("drive %d was acknowledged and is lost", d.id)
		return nil
	}
	if err != nil {
		return err
	}
	if !d.within(f.status) {
		c.violation("drive %d is %s; by its answers at least %s, at most %s", d.id, f.status, d.least, d.most)
	}
	if d.atStop != nil && !slices.Equal(d.atStop, f.registered) {
		c.violation("drive %d: registered when the stop had been answered: %v; in the end: %v", d.id, d.atStop, f.registered)
	}
	for _, s := range c.students {
		c.studentIsRight(d, s, f)
	}
	return c.answersAgree(ctx, d, f)
}

func (c *checker) studentIsRight(d *drive, s *student, f driveFacts) {
	is := func(list []int64) bool { return slices.Contains(list, s.id) }
	if d.least != "pending" && is(f.selected) != d.selected[s.id] {
		c.violation("drive %d, student %d: selected is %t", d.id, s.id, is(f.selected))
	}
	registration, registered := line(d.registrations, s.id, out), out
	if is(f.registered) {
		registered = in
	}
	if !registration.can(registered, never-1, c.fence) {
		c.violation("drive %d, student %d is %s, against what was acknowledged: %+v", d.id, s.id, registered, registration.changes)
	}
	mark := line(d.marks, s.id, unmarked)
	byDefault := f.status == "finished" && f.marks[s.id] == absent && mark.can(unmarked, never-1, c.fence)
	if !byDefault && !mark.can(f.marks[s.id], never-1, c.fence) {
		c.violation("drive %d, student %d is marked %q, against what was acknowledged: %+v", d.id, s.id, f.marks[s.id], mark.changes)
	}
}

// answersAgree asks over HTTP for what the database has said.
func (c *checker) answersAgree(ctx context.Context, d *drive, f driveFacts) error {
	var shown struct {
		Status     string `json:"status"`
		Registered int    `json:"registered_count"`
	}
	var registered []struct {
		ID int64 `json:"student_id"`
	}
	var attendance []struct {
		ID     int64   `json:"student_id"`
		Status *string `json:"status"`
	}
	for path, into := range map[string]any{
		"/drives/%d": &shown, "/registrations/%d/list": &registered, "/attendance/%d/list": &attendance,
	} {
		if err := c.ask(ctx, fmt.Sprintf(path, d.id), into); err != nil {
			return err
		}
	}
	var listed []int64
	for _, s := range registered {
		listed = append(listed, s.ID)
	}
	slices.Sort(listed)
	marks := map[int64]string{}
	for _, a := range attendance {
		if a.Status != nil {
			marks[a.ID] = *a.Status
		}
	}
	if shown.Status != f.status || shown.Registered != len(f.registered) || !slices.Equal(listed, f.registered) || !maps.Equal(marks, f.marks) {
		c.violation("drive %d: HTTP and database disagree: %+v, %v, %v, %+v", d.id, shown, listed, marks, f)
	}
	return nil
}

func (c *checker) ask(ctx context.Context, path string, into any) error {
	answer := c.caller.get(ctx, "check", c.head.token, path)
	if answer.status != http.StatusOK {
		return fmt.Errorf("%s answered %d: %s", path, answer.status, answer.body)
	}
	return answer.into(into)
}

// importsAreWhole requires all or none of each sheet.
func (c *checker) importsAreWhole(ctx context.Context) error {
	rolls, err := texts(ctx, c.db, "SELECT split_part(roll_number, '-', 1) || '-' FROM students WHERE roll_number LIKE 'I%'")
	if err != nil {
		return err
	}
	found := map[string]int{}
	for _, prefix := range rolls {
		found[prefix]++
	}
	for _, i := range c.imports {
		n := found[i.prefix]
		mayBe, mustBe := i.outcome != refused && i.outcome != unsent && !i.none, i.outcome == acknowledged && !i.none
		if n != 0 && n != i.rows || n != 0 && !mayBe || n == 0 && mustBe {
			c.violation("import %s was %s; of its %d rows %d are there, nobody may come of it: %t", i.prefix, i.outcome, i.rows, n, i.none)
		}
		if i.job != 0 {
			var job struct {
				jobBody
				Result struct {
					OK     bool `json:"ok"`
					DryRun bool `json:"dry_run"`
				} `json:"result"`
			}
			if err := c.ask(ctx, jobPath(i.job, ""), &job); err != nil {
				return err
			}
			if job.State != "completed" || job.Result.OK == i.none && !job.Result.DryRun {
				c.violation("import %s: its job is %+v", i.prefix, job)
			}
		}
	}
	return nil
}

// exportsAreOfOneMoment requires that each file is there, and shows the registrations as they were at some moment between
// the request and its end.
func (c *checker) exportsAreOfOneMoment(ctx context.Context) error {
	for _, e := range c.exports {
		answer := c.caller.get(ctx, "check", c.head.token, jobPath(e.job, "/download"))
		lines, err := csv.NewReader(strings.NewReader(string(answer.body))).ReadAll()
		if answer.status != http.StatusOK || err != nil || len(lines) == 0 {
			c.violation("export of job %d cannot be read: %d, %v", e.job, answer.status, err)
			continue
		}
		rolls := map[string]bool{}
		for _, cells := range lines[1:] {
			if rolls[cells[0]] {
				c.violation("export of job %d names %s twice", e.job, cells[0])
			}
			rolls[cells[0]] = true
		}
		if !slices.ContainsFunc(c.momentsOf(e), func(at moment) bool { return c.shows(e.drive, rolls, at) }) {
			c.violation("export of job %d, drive %d, from %v to %v shows registrations as they never were: %v", e.job, e.drive.id, e.begin, e.end,
				slices.Sorted(maps.Keys(rolls)))
		}
	}
	return nil
}

// momentsOf are the moments of an export at which something became possible or sure.
func (c *checker) momentsOf(e *export) []moment {
	moments := []moment{e.begin, min(e.end, never-1)}
	for _, l := range e.drive.registrations {
		for _, change := range l.changes {
			for _, at := range []moment{change.begin, change.end, change.begin - 1, change.end - 1} {
				if at >= e.begin && at <= e.end {
					moments = append(moments, at)
				}
			}
		}
	}
	return moments
}

// shows tells whether these can have been the registrations of a drive at a moment.
func (c *checker) shows(d *drive, rolls map[string]bool, at moment) bool {
	for _, s := range c.students {
		value := out
		if rolls[s.roll] {
			value = in
		}
		if !line(d.registrations, s.id, out).can(value, at, c.fence) {
			return false
		}
	}
	return len(rolls) <= len(c.students)
}
