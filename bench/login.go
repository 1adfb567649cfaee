package main

import (
	"context"
	"errors"
	"fmt"

	"placeops/auth"
)

type loginSize struct {
	people      int
	connections int
	seconds     float64 // of each measurement
	pause       float64 // between two requests of the person who is signed in already
}

const password = "a password of the benchmarks"

// logins are people who all sign in, while another one works.
type logins struct {
	c       *college
	size    loginSize
	hash    string
	bodies  []string
	worker  person
	drives  int
	hashing int // goroutines of argon2id alone: as many as cores

	logins, hashes, work, alone figures
	peak                        peak
}

// measureLogin compares log-ins over HTTP with argon2id alone.
func measureLogin(ctx context.Context, b *bench) (_ section, err error) {
	c, err := b.openCollege(ctx, 1, noAutovacuum())
	if err != nil {
		return section{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	l := &logins{c: c, size: b.size.login, drives: 20, hashing: cores()}
	if err := l.prepare(ctx); err != nil {
		return section{}, err
	}
	if err := b.takeTurns(ctx, b.size.rounds, l.signIn, l.hashAlone, l.workAlone); err != nil {
		return section{}, err
	}
	return l.section(b), nil
}

// prepare gives everybody the same password, as placeops hashes it.
func (l *logins) prepare(ctx context.Context) error {
	c := l.c
	if err := c.addStudents(ctx, l.size.people); err != nil {
		return err
	}
	var err error
	if l.hash, err = auth.NewPasswords(1).Hash(ctx, password); err != nil {
		return err
	}
	if _, err := c.pool.Exec(ctx, "UPDATE users SET password_hash = $1", l.hash); err != nil {
		return err
	}
	for n := range l.size.people {
		l.bodies = append(l.bodies, fmt.Sprintf(`{"email":"student%d@college.example","password":%q}`, n+1, password))
	}
	coordinator, err := c.client.newPerson(ctx, c.pool, auth.Coordinator)
	if err != nil {
		return err
	}
	if _, err := c.newPostedDrives(ctx, coordinator, l.drives, openDrive()); err != nil {
		return err
	}
	students, err := c.signInStudents(ctx, "true LIMIT 1")
	if err != nil {
		return err
	}
	l.worker = students[0]
	return c.settle(ctx)
}

// signIn lets everybody sign in at once, and looks what that means for somebody who only wants to see the drives.
func (l *logins) signIn(ctx context.Context, counts bool) error {
	placeops := l.c.placeops[0]
	if err := placeops.peakFromNow(); err != nil {
		return err
	}
	work := httpWork{Addresses: l.c.addresses(), People: make([]string, len(l.bodies))}
	for _, body := range l.bodies {
		work.Scripts = append(work.Scripts, []call{{Method: "POST", Path: "/api/auth/login", Body: body, Has: `"token":`}})
	}
	wait, err := startChild[load, loadResult](ctx, "load", load{
		Connections: l.size.connections, Seconds: l.size.seconds, WarmUp: l.size.seconds / 4, Watch: l.c.watched(), HTTP: &work,
	})
	if err != nil {
		return err
	}
	// In the middle of it.
	seen, workErr := l.see(ctx, l.size.seconds/4, l.size.seconds/2)
	result, err := wait()
	if err = errors.Join(err, workErr); err != nil {
		return err
	}
	l.logins.add(result, counts)
	l.work.add(seen, counts)
	return errors.Join(result.allAnswered(), seen.allAnswered(), placeops.updatePeak(&l.peak))
}

// see asks for the drives, with pauses.
func (l *logins) see(ctx context.Context, warmUp, seconds float64) (loadResult, error) {
	return inChild[load, loadResult](ctx, "load", load{
		Connections: 1, Seconds: seconds, WarmUp: warmUp, Pause: l.size.pause, Watch: l.c.watched(),
		HTTP: &httpWork{
			Addresses: l.c.addresses(), People: []string{l.worker.token}, Scripts: [][]call{{{Method: "GET", Path: "/api/drives", Has: `"posted"`}}},
		},
	})
}

func (l *logins) workAlone(ctx context.Context, counts bool) error {
	seen, err := l.see(ctx, l.size.seconds/4, l.size.seconds/2)
	if err != nil {
		return err
	}
	l.alone.add(seen, counts)
	return seen.allAnswered()
}

func (l *logins) hashAlone(ctx context.Context, counts bool) error {
	result, err := inChild[load, loadResult](ctx, "load", load{
		Connections: l.hashing, Seconds: l.size.seconds, WarmUp: l.size.seconds / 4, Argon2: &argon2Work{Hash: l.hash, Password: password},
	})
	l.hashes.add(result, counts)
	return err
}

func (l *logins) section(b *bench) section {
	ratio := ratios(l.logins.rate, l.hashes.rate)
	rows := append(l.logins.rows("log-ins/s"), spread("argon2id alone, a second", newSeries(l.hashes.rate)), spread("÷ argon2id alone", ratio))
	rows = append(rows, []string{"highest RSS of placeops, MB", figure(l.peak.rss), ""},
		[]string{"– without the pages of its program file, MB", figure(l.peak.anon), ""},
		[]string{fmt.Sprintf("**`GET /api/drives` (%d drives) meanwhile**", l.drives), "", ""})
	rows = append(rows, l.work.latencyRows()...)
	rows = append(rows, []string{"**– without log-ins**", "", ""})
	return section{
		title: "Log-in storm",
		about: fmt.Sprintf("`POST /api/auth/login` with the right passwords of %d people on %d connections, for %g s in each of %d rounds. The limit "+
			"is argon2id alone with the same parameters in %d goroutines, as many as there are cores. Meanwhile one person who is signed in "+
			"already looks at the drives, every %g ms. Cores used: %s.",
			l.size.people, l.size.connections, l.size.seconds, b.size.rounds, l.hashing, l.size.pause*1000,
			l.logins.coresText("placeops", "PostgreSQL")),
		columns: []string{"", "Median", "Spread"},
		rows:    append(rows, l.alone.latencyRows()...),
		goals: []goal{
			atLeast("Log-ins: rate ÷ argon2id alone", ratio.median(), 0.9, "×"),
			atMost("Log-ins: highest RSS of placeops", l.peak.rss, 200, "MB"),
			atMost("Log-ins: `GET /api/drives` meanwhile, p99", newSeries(l.work.p99).median(), 250, "ms"),
		},
	}
}
