package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"placeops/auth"
)

type listSize struct {
	registrations int
	seconds       float64 // of each measurement
}

// listSQL is what the list of a drive's registrations holds, made into JSON by PostgreSQL itself.
const listSQL = `
SELECT json_agg(listed)::text
FROM (
    SELECT r.registration_id, r.drive_id, r.student_id, r.registered_at, u.name, u.email, s.roll_number, s.branch, s.batch_year, s.cgpa
    FROM registrations r
    JOIN students s USING (student_id)
    JOIN users u ON u.user_id = r.student_id
    WHERE r.drive_id = $1
    ORDER BY r.registration_id
) AS listed`

// lists is the whole list of a drive's registrations, over HTTP and straight from the database.
type lists struct {
	c       *college
	reader  person
	drive   int64
	rows    int
	seconds float64

	http, json figures
	bytes      float64
}

// newLists brings up a college whose students have all registered for one drive.
func (c *college) newLists(ctx context.Context, size listSize) (*lists, error) {
	if err := c.addStudents(ctx, size.registrations); err != nil {
		return nil, err
	}
	coordinator, err := c.client.newPerson(ctx, c.pool, auth.Coordinator)
	if err != nil {
		return nil, err
	}
	l := &lists{c: c, reader: coordinator, rows: size.registrations, seconds: size.seconds}
	l.drive, err = c.driveOfAll(ctx, coordinator)
	return l, err
}

// driveOfAll opens a drive that all students register for.
func (c *college) driveOfAll(ctx context.Context, coordinator person) (int64, error) {
	drives, err := c.newPostedDrives(ctx, coordinator, 1, openDrive())
	if err != nil {
		return 0, err
	}
	_, err = c.pool.Exec(ctx, "INSERT INTO registrations (drive_id, student_id) SELECT drive_id, student_id FROM drive_students WHERE drive_id = $1",
		drives[0])
	return drives[0], errors.Join(err, c.settle(ctx))
}

func measureList(ctx context.Context, b *bench) (_ section, err error) {
	c, err := b.openCollege(ctx, 1, noAutovacuum())
	if err != nil {
		return section{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	l, err := c.newLists(ctx, b.size.list)
	if err != nil {
		return section{}, err
	}
	if err := l.compare(ctx); err != nil {
		return section{}, err
	}
	if err := b.takeTurns(ctx, b.size.rounds, l.overHTTP, l.straight); err != nil {
		return section{}, err
	}
	return l.section(b), nil
}

func (l *lists) path() string { return fmt.Sprintf("/api/registrations/%d/list", l.drive) }

// overHTTP reads the list again and again on one connection.
func (l *lists) overHTTP(ctx context.Context, counts bool) error {
	result, err := inChild[load, loadResult](ctx, "load", load{
		Connections: 1, Seconds: l.seconds, WarmUp: l.seconds / 4, Watch: l.c.watched(),
		HTTP: &httpWork{
			Addresses: l.c.addresses()[:1], People: []string{l.reader.token}, Scripts: [][]call{{{Method: "GET", Path: l.path(), Has: "]"}}},
		},
	})
	if err != nil {
		return err
	}
	l.bytes = float64(result.Bytes) / float64(result.Requests)
	l.http.add(result, counts)
	return result.allAnswered()
}

func (l *lists) straight(ctx context.Context, counts bool) error {
	result, err := inChild[load, loadResult](ctx, "load", load{
		Connections: 1, Seconds: l.seconds, WarmUp: l.seconds / 4, Watch: l.c.watched(),
		SQL: &sqlWork{URL: l.c.url, Statement: listSQL, Args: [][]int64{{l.drive}}},
	})
	if err != nil {
		return err
	}
	l.json.add(result, counts)
	return nil
}

// compare checks that both are the same list.
func (l *lists) compare(ctx context.Context) error {
	type row struct {
		RegistrationID int64     `json:"registration_id"`
		DriveID        int64     `json:"drive_id"`
		StudentID      int64     `json:"student_id"`
		RegisteredAt   time.Time `json:"registered_at"`
		Name           string    `json:"name"`
		Email          string    `json:"email"`
		RollNumber     string    `json:"roll_number"`
		Branch         string    `json:"branch"`
		BatchYear      int       `json:"batch_year"`
		CGPA           float64   `json:"cgpa"`
	}
	var told, is []row
	if err := l.c.client.get(ctx, l.reader, l.path(), &told); err != nil {
		return err
	}
	var text []byte
	if err := l.c.pool.QueryRow(ctx, listSQL, l.drive).Scan(&text); err != nil {
		return err
	}
	if err := json.Unmarshal(text, &is); err != nil {
		return err
	}
	same := func(a, b row) bool {
		at := a.RegisteredAt.Equal(b.RegisteredAt)
		a.RegisteredAt = b.RegisteredAt
		return at && a == b
	}
	if len(is) != l.rows || !slices.EqualFunc(told, is, same) {
		return fmt.Errorf("wrong result: the list of %d registrations has %d that are not the same", l.rows, len(told))
	}
	return nil
}

func (l *lists) section(b *bench) section {
	ratio := ratios(l.http.p50, l.json.p50)
	return section{
		title: fmt.Sprintf("List of %d registrations", l.rows),
		about: fmt.Sprintf("`GET /api/registrations/:id/list`, whole (%.1f MB), again and again on one connection for %g s in each of %d rounds. The "+
			"limit is one `SELECT json_agg(…)` of the same rows and columns through pgx. A figure is the median of a round. Checked: both give "+
			"the same rows. Cores used: %s; %s (`json_agg`).",
			l.bytes/(1<<20), l.seconds, b.size.rounds, l.http.coresText("placeops", "PostgreSQL"), l.json.coresText("PostgreSQL")),
		columns: []string{"", "Median", "Spread"},
		rows: [][]string{
			spread("list, ms", newSeries(l.http.p50)),
			spread("– p99, ms", newSeries(l.http.p99)),
			spread("lists/s", newSeries(l.http.rate)),
			spread("`json_agg`, ms", newSeries(l.json.p50)),
			spread("list ÷ `json_agg`", ratio),
		},
		goals: []goal{atMost(fmt.Sprintf("List of %d registrations ÷ `json_agg`", l.rows), ratio.median(), 1.5, "×")},
	}
}
