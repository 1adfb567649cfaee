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

type pollingSize struct {
	students    int
	drives      int // half of them open to everybody
	connections int
	seconds     float64 // of each measurement
	warmUp      float64
	checked     int // students whose answers are compared with the database
	probes      int // drives that change while students poll
}

// mostStale is how old an answer may be.
const mostStale = time.Second

// polling is students whose web clients ask all the time: for the drives, and for each of them two questions.
type polling struct {
	c           *college
	size        pollingSize
	coordinator person
	students    []person
	drives      []int64
	first       int // student that the next load begins with

	polls, healthz figures
	bytes          []float64 // of an answer
	stale          staleness
	staleRate      float64 // requests/s while drives changed
}

// measurePolling compares what polling students ask with the least that the server can answer. There are two processes on
// the database, to see that what one of them changes is told by the other.
func measurePolling(ctx context.Context, b *bench) (_ section, err error) {
	c, err := b.openCollege(ctx, 2, noAutovacuum())
	if err != nil {
		return section{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	p := &polling{c: c, size: b.size.polling}
	if err := p.prepare(ctx); err != nil {
		return section{}, err
	}
	// The registrations came without placeops' doing, and what it tells may be so old.
	select {
	case <-ctx.Done():
		return section{}, ctx.Err()
	case <-time.After(mostStale):
	}
	if err := p.compareWithDatabase(ctx); err != nil {
		return section{}, err
	}
	err = b.takeTurns(ctx, b.size.rounds,
		func(ctx context.Context, counts bool) error { return p.poll(ctx, &p.polls, p.script(p.drives), counts) },
		func(ctx context.Context, counts bool) error { return p.poll(ctx, &p.healthz, healthzScript(), counts) })
	if err != nil {
		return section{}, err
	}
	b.startRound(ctx)
	if err := p.measureStaleness(ctx); err != nil {
		return section{}, err
	}
	return p.section(b), nil
}

// prepare publishes the drives, and registers each student for every fourth of the open ones.
func (p *polling) prepare(ctx context.Context) error {
	c := p.c
	if err := c.addStudents(ctx, p.size.students); err != nil {
		return err
	}
	var err error
	if p.coordinator, err = c.client.newPerson(ctx, c.pool, auth.Coordinator); err != nil {
		return err
	}
	if p.students, err = c.signInStudents(ctx, "true ORDER BY s.student_id"); err != nil {
		return err
	}
	typical, _ := typicalDrive()
	open, err := c.newPostedDrives(ctx, p.coordinator, p.size.drives/2, openDrive())
	if err != nil {
		return err
	}
	narrow, err := c.newPostedDrives(ctx, p.coordinator, p.size.drives-len(open), typical)
	if err != nil {
		return err
	}
	p.drives = slices.Concat(open, narrow)
	_, err = c.pool.Exec(ctx, `
INSERT INTO registrations (drive_id, student_id)
SELECT drive_id, student_id
FROM drive_students
WHERE drive_id = ANY ($1) AND (drive_id + student_id) % 4 = 0`, open)
	if err != nil {
		return err
	}
	return c.settle(ctx)
}

// script is what the web client of a student asks every few seconds.
func (p *polling) script(drives []int64) []call {
	script := []call{{Method: "GET", Path: "/api/drives", Has: `"status":"posted"`}}
	for _, drive := range drives {
		script = append(script,
			call{Method: "GET", Path: fmt.Sprintf("/api/registrations/%d/check", drive), Has: `"registered":`},
			call{Method: "GET", Path: fmt.Sprintf("/api/eligibility/%d/check", drive), Has: `"eligible":`})
	}
	return script
}

func healthzScript() []call { return []call{{Method: "GET", Path: "/healthz", Has: `"`}} }

// load is one script for all students, on one process. Each load begins with students who have not asked for a while.
func (p *polling) load(script []call) load {
	work := httpWork{Addresses: p.c.addresses()[:1], Scripts: [][]call{script}}
	for _, student := range p.students {
		work.People = append(work.People, student.token)
	}
	return load{
		Connections: p.size.connections, First: p.first, Seconds: p.size.seconds, WarmUp: p.size.warmUp, Watch: p.c.watched(),
		HTTP: &work,
	}
}

func (p *polling) poll(ctx context.Context, f *figures, script []call, counts bool) error {
	result, err := inChild[load, loadResult](ctx, "load", p.load(script))
	if err != nil {
		return err
	}
	p.first = (p.first + result.Requests/len(script) + p.size.connections) % len(p.students)
	f.add(result, counts)
	if f == &p.polls {
		into(&p.bytes, float64(result.Bytes)/float64(result.Requests), counts)
	}
	return result.allAnswered()
}

// allAnswered fails unless every request was answered 200 with what it should contain.
func (r loadResult) allAnswered() error {
	if r.Requests == 0 || !r.all(200, r.Requests) {
		return fmt.Errorf("wrong result: %s", r)
	}
	return nil
}

// compareWithDatabase checks the answers of some students against the tables.
func (p *polling) compareWithDatabase(ctx context.Context) error {
	l := p.load(p.script(p.drives))
	l.Connections, l.Seconds, l.WarmUp, l.Keep = 1, 0, 0, true
	l.HTTP.People = l.HTTP.People[:p.size.checked]
	result, err := inChild[load, loadResult](ctx, "load", l)
	if err != nil {
		return err
	}
	if err := result.allAnswered(); err != nil {
		return err
	}
	steps := len(l.HTTP.Scripts[0])
	for i, student := range p.students[:p.size.checked] {
		if err := p.compareStudent(ctx, student, result.Answers[i*steps:(i+1)*steps]); err != nil {
			return fmt.Errorf("student %d: %w", student.id, err)
		}
	}
	return nil
}

func (p *polling) compareStudent(ctx context.Context, student person, answers []string) error {
	var drives []struct {
		ID     int64 `json:"drive_id"`
		Status string
	}
	if err := json.Unmarshal([]byte(answers[0]), &drives); err != nil {
		return err
	}
	if len(drives) != len(p.drives) {
		return fmt.Errorf("wrong result: %d drives instead of %d", len(drives), len(p.drives))
	}
	for i, drive := range p.drives {
		var told, is struct{ Registered, Eligible bool }
		err := errors.Join(json.Unmarshal([]byte(answers[1+2*i]), &told), json.Unmarshal([]byte(answers[2+2*i]), &told))
		if err != nil {
			return err
		}
		err = p.c.pool.QueryRow(ctx, `
SELECT EXISTS (SELECT FROM registrations WHERE drive_id = $1 AND student_id = $2),
       EXISTS (SELECT FROM drive_students WHERE drive_id = $1 AND student_id = $2 AND selected)`, drive, student.id).
			Scan(&is.Registered, &is.Eligible)
		if err != nil {
			return err
		}
		if told != is {
			return fmt.Errorf("wrong result: drive %d is told to be %+v, and is %+v", drive, told, is)
		}
	}
	return nil
}

func (p *polling) section(b *bench) section {
	ratio := ratios(p.polls.rate, p.healthz.rate)
	rows := append(p.polls.rows("requests/s"), spread("bytes of an answer", newSeries(p.bytes)))
	rows = append(rows, p.healthz.rows("the same load on `/healthz`, requests/s")...)
	rows = append(rows, spread("÷ `/healthz`", ratio), []string{"requests/s while drives change", figure(p.staleRate), ""})
	return section{
		title: "Polling storm",
		about: fmt.Sprintf("What the web client asks every few seconds: `GET /api/drives`, then `GET /api/registrations/:id/check` and "+
			"`GET /api/eligibility/:id/check` for each of %d posted drives, half of them open to everybody and half with typical criteria. %d "+
			"students with their own tokens, one after the other on %d connections, for %g s in each of %d rounds, each after %g s that do not "+
			"count. The limit is the same load, with the same tokens, on `/healthz`. Checked: the answers of %d students, one by one, against "+
			"the tables. Cores used: %s; on `/healthz` %s.\n\n%s",
			p.size.drives, p.size.students, p.size.connections, p.size.seconds, b.size.rounds, p.size.warmUp, p.size.checked,
			p.polls.coresText("placeops", "PostgreSQL"), p.healthz.coresText("placeops", "PostgreSQL"), p.stale.about(p.size.probes)),
		columns: []string{"", "Median", "Spread"},
		rows:    append(rows, p.stale.rows()...),
		goals: []goal{
			atLeast("Polling: rate ÷ `/healthz`", ratio.median(), 0.5, "×"),
			atLeast("Polling: rate", newSeries(p.polls.rate).median(), 5000, "requests/s"),
			atMost("Polling: p99", newSeries(p.polls.p99).median(), 50, "ms"),
			atMost("Polling: oldest answer", newSeries(p.stale.all()).max()/1000, mostStale.Seconds(), "s"),
		},
	}
}
