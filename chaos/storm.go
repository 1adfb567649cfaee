package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/auth"
)

// storm is everybody registering for one drive at once, in the middle of which something happens; until it is over everybody asks
// again and again.
type storm struct {
	name    string
	happens func() error // nil: nothing
	// smooth: nobody may notice.
	smooth bool
}

const (
	stormConnections = 64
	stormPatience    = 2 * time.Minute
)

// stormsOf are those of each shape, the quiet one first.
func (r *run) stormsOf() []storm {
	all := []storm{{name: "nothing happens", smooth: true}}
	inject := func(kind fault) func() error {
		return func() error { return r.injectLayer(kind, r.in.processes[0], pausedAtMost) }
	}
	killed := storm{name: string(placeopsKilled), happens: func() error {
		return errors.Join(r.in.processes[0].kill(), r.restart(r.in.processes[0]))
	}}
	switch r.config.shape {
	case haproxy, nginx:
		// nginx does not ask who is about to go, so what it sends in the moment in which a process stops listening is lost.
		all = append(all, killed, storm{name: "each is stopped in order and started", smooth: r.config.shape == haproxy, happens: r.rollOver})
	case pgbouncer:
		all = append(all, killed, storm{name: string(poolerKilled), happens: inject(poolerKilled)})
	case replica:
		all = append(all, storm{name: string(replayPaused), smooth: true, happens: inject(replayPaused)},
			storm{name: string(replicaKilled), smooth: true, happens: inject(replicaKilled)})
	case patroni:
		all = append(all, storm{name: string(leaderKilled), happens: inject(leaderKilled)},
			storm{name: string(leaderDatabase), happens: inject(leaderDatabase)})
	case bucket:
		all = append(all, killed)
	}
	return all
}

// rollOver replaces every process, as for a new version.
func (r *run) rollOver() error {
	for _, p := range r.in.processes {
		if err := errors.Join(p.stop(), r.restart(p)); err != nil {
			return err
		}
		if err := r.awaitBalanced(p); err != nil {
			return err
		}
	}
	return nil
}

// awaitBalanced waits until the load balancer sends to a process that is back: HAProxy wants two good answers, a second apart.
func (r *run) awaitBalanced(p *placeops) error {
	c := r.newCaller(checkNumber)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); wait(context.Background(), retryPause) {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, *p.url.Load()+"/readyz", nil)
		if err != nil {
			return err
		}
		if status, _, err := c.exchange(request); err == nil && status == http.StatusOK {
			wait(context.Background(), balancerNotices)
			return nil
		}
	}
	return errors.New("a process that was started again is not ready")
}

const balancerNotices = 2500 * time.Millisecond

// storms runs all storms of the shape and prints a line for each.
func (r *run) storms(ctx context.Context, out io.Writer) error {
	crowd, err := r.gatherCrowd(ctx)
	if err != nil {
		return err
	}
	if err := r.throughTheFront(ctx, out); err != nil {
		return err
	}
	if err := r.poll(ctx, out, crowd); err != nil {
		return fmt.Errorf("polling: %w", err)
	}
	fmt.Fprintf(out, "storms of %d students over %d connections\n%-62s %9s %8s %8s %8s %8s %10s  %s\n", len(crowd), stormConnections,
		"what happens", "a second", "p50 ms", "p99 ms", "repeated", "silence", "registered", "answers that were none")
	for _, s := range r.stormsOf() {
		if err := r.weather(ctx, out, s, crowd); err != nil {
			return fmt.Errorf("storm, %s: %w", s.name, err)
		}
	}
	return r.printSizes(ctx, out)
}

// printSizes prints what a row of the large tables takes, with its indexes.
func (r *run) printSizes(ctx context.Context, out io.Writer) error {
	return r.in.ask(ctx, func(db *pgx.Conn) error {
		var students, selections, registrations, audit, whole int64
		err := db.QueryRow(ctx, `SELECT (pg_total_relation_size('users') + pg_total_relation_size('students')) / (SELECT count(*) FROM students),
			pg_total_relation_size('drive_students') / (SELECT count(*) FROM drive_students),
			pg_total_relation_size('registrations') / (SELECT count(*) FROM registrations),
			pg_total_relation_size('audit_entries') / (SELECT count(*) FROM registrations),
			pg_database_size(current_database())`).Scan(&students, &selections, &registrations, &audit, &whole)
		if err == nil {
			fmt.Fprintf(out, "bytes for each: student %d, selection %d, registration %d; audit trail %d for each registration; the whole database %d MB\n",
				students, selections, registrations, audit, whole>>20)
		}
		return err
	})
}

// gatherCrowd makes students that pass every drive's criteria.
func (r *run) gatherCrowd(ctx context.Context) (crowd []person, err error) {
	tokens, err := auth.NewTokens([]byte(secret))
	if err != nil {
		return nil, err
	}
	var ids []int64
	err = r.in.ask(ctx, func(db *pgx.Conn) error {
		rows, err := db.Query(ctx, `WITH made AS (
			INSERT INTO users (name, email, role) SELECT 'Storm ' || n, 'storm' || n || '@college.example', 'STUDENT' FROM generate_series(1, $1::int) n
			RETURNING user_id)
			INSERT INTO students (student_id, roll_number, cgpa) SELECT user_id, 'Z' || user_id, 8.5 FROM made RETURNING student_id`, r.config.crowd)
		if err != nil {
			return err
		}
		if ids, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
			return err
		}
		_, err = db.Exec(ctx, "ANALYZE users, students")
		return err
	})
	for _, id := range ids {
		token, err := tokens.Issue(auth.Principal{UserID: id, Role: auth.Student, Name: "Storm", Email: "storm@college.example"}, time.Now())
		if err != nil {
			return nil, err
		}
		crowd = append(crowd, person{id: id, token: token})
	}
	return crowd, err
}

// tally is what a storm has seen.
type tally struct {
	mu       sync.Mutex
	ids      map[int64]int64 // registrations by student
	changed  int             // students who were told another number than before
	took     []time.Duration
	failures map[string]int
	repeated int
	last     time.Time
	silence  time.Duration
	begun    chan struct{} // closed when a third is there
	third    int
	over     chan struct{} // closed when what happens has happened
}

func (t *tally) success(student, registration int64, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if before, again := t.ids[student]; again {
		if before != registration {
			t.changed++
		}
	} else if t.ids[student] = registration; len(t.ids) == t.third {
		close(t.begun)
	}
	t.took = append(t.took, took)
	t.silence = max(t.silence, time.Since(t.last))
	t.last = time.Now()
}

func (t *tally) failure(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures[what]++
	t.repeated++
}

func (r *run) weather(ctx context.Context, out io.Writer, s storm, crowd []person) error {
	drive, err := r.openDrive(ctx, s.name)
	if err != nil {
		return err
	}
	t := &tally{
		ids: map[int64]int64{}, failures: map[string]int{}, begun: make(chan struct{}), third: len(crowd) / 3, over: make(chan struct{}), last: time.Now(),
	}
	began, worked := time.Now(), r.in.databaseTime()
	var everybody sync.WaitGroup
	for n := range stormConnections {
		everybody.Go(func() { r.crowdIn(ctx, t, drive, crowd, n) })
	}
	var happened error
	select {
	case <-ctx.Done():
	case <-t.begun:
		if s.happens != nil {
			happened = s.happens()
		}
	}
	close(t.over)
	everybody.Wait()
	took := time.Since(began)
	worked = r.in.databaseTime() - worked
	if err := errors.Join(ctx.Err(), happened); err != nil {
		return err
	}
	if t.changed > 0 {
		r.violation("storm, %s: %d students were given another registration when they asked again", s.name, t.changed)
	}
	slices.Sort(t.took)
	at := func(percent int) float64 { return t.took[(len(t.took)-1)*percent/100].Seconds() * 1000 }
	fmt.Fprintf(out, "%-62s %9.0f %8.1f %8.1f %8d %7.2fs %10d  %v\n", s.name, float64(len(t.took))/took.Seconds(), at(50), at(99), t.repeated,
		t.silence.Seconds(), len(t.ids), t.failures)
	if s.happens == nil && worked > 0 { // where nothing restarts, all of its processes are still there to tell
		fmt.Fprintf(out, "%62s PostgreSQL works %.1f µs for each\n", "", worked.Seconds()*1e6/float64(len(t.took)))
	}
	if s.smooth && t.repeated > 0 {
		r.violation("storm, %s: nobody should have noticed, and these answers were none: %v", s.name, t.failures)
	}
	return r.requireOnce(ctx, drive, t.ids)
}

func (r *run) openDrive(ctx context.Context, name string) (id int64, err error) {
	c := r.newCaller(checkNumber)
	c.calm = true
	insist := func(path string, body any, into any) error {
		answer, _, ok := c.insist(ctx, func(ctx context.Context) reply { return c.post(ctx, "storm", r.head.token, path, body) })
		if !ok || answer.outcome != acknowledged {
			return fmt.Errorf("%s answered %d: %s", path, answer.status, answer.body)
		}
		return answer.into(into)
	}
	var drive struct {
		ID  int64 `json:"drive_id"`
		Job int64 `json:"job_id"`
	}
	if err := insist("/drives", map[string]any{"company_name": "Storm: " + name, "job_title": "Trainee"}, &drive); err != nil {
		return 0, err
	}
	if err := insist(fmt.Sprintf("/drives/%d/publish", drive.ID), nil, &drive); err != nil {
		return 0, err
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); wait(ctx, retryPause) {
		var job jobBody
		if answer := c.get(ctx, "storm", r.head.token, jobPath(drive.Job, "")); answer.outcome == acknowledged && answer.into(&job) == nil && job.State == "completed" {
			return drive.ID, nil
		}
	}
	return 0, fmt.Errorf("drive %d is not open after %v", drive.ID, patience)
}

// crowdIn registers every so-manieth of the crowd, one after the other, each until it is answered; and all of them again until what
// happens is over.
func (r *run) crowdIn(ctx context.Context, t *tally, drive int64, crowd []person, number int) {
	client := &http.Client{Timeout: answerTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	defer client.CloseIdleConnections()
	c := r.newCaller(studentNumber + uint64(number)) //nolint:gosec // small
	c.http, c.calm = client, true
	deadline := time.Now().Add(stormPatience)
	for over := false; !over && ctx.Err() == nil; {
		for i := number; i < len(crowd) && ctx.Err() == nil; i += stormConnections {
			if !r.registerInStorm(ctx, t, c, drive, crowd[i], deadline) {
				return
			}
		}
		select {
		case <-t.over:
			over = true
		default:
		}
	}
}

// registerInStorm asks until there is an answer; it is false when there is none for too long.
func (r *run) registerInStorm(ctx context.Context, t *tally, c *caller, drive int64, who person, deadline time.Time) bool {
	began := time.Now()
	for ctx.Err() == nil {
		id, failure := r.registerOnce(ctx, c, drive, who)
		if failure == "" {
			t.success(who.id, id, time.Since(began))
			return true
		}
		t.failure(failure)
		if time.Now().After(deadline) {
			r.violation("student %d could not register for %v: %s", who.id, stormPatience, failure)
			return false
		}
		wait(ctx, retryPause)
	}
	return false
}

// registerOnce sends one request and says why it was no answer.
func (r *run) registerOnce(ctx context.Context, c *caller, drive int64, who person) (id int64, failure string) {
	url := r.address(ctx, c.rng)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("%s/registrations/%d/register", url, drive), nil)
	if err != nil {
		return 0, err.Error()
	}
	request.Header.Set("Authorization", "Bearer "+who.token)
	answer := reply{}
	if answer.status, answer.body, err = c.exchange(request); err != nil {
		return 0, "connection cut"
	}
	var registration struct {
		ID int64 `json:"registration_id"`
	}
	switch {
	case answer.status == http.StatusInternalServerError:
		r.violation("a registration in a storm answered 500: %s", answer.body)
	case answer.status != http.StatusCreated && answer.status != http.StatusOK:
	case answer.into(&registration) == nil:
		return registration.ID, ""
	}
	return 0, fmt.Sprint(answer.status)
}

// requireOnce requires that everybody who was answered is registered once, by the number that was given, and nobody else.
func (r *run) requireOnce(ctx context.Context, drive int64, acknowledged map[int64]int64) error {
	return r.in.ask(ctx, func(db *pgx.Conn) error {
		rows, err := db.Query(ctx, "SELECT student_id, registration_id FROM registrations WHERE drive_id = $1", drive)
		if err != nil {
			return err
		}
		found := map[int64]int64{}
		var student, registration int64
		_, err = pgx.ForEachRow(rows, []any{&student, &registration}, func() error {
			if found[student] != 0 {
				r.violation("storm: student %d is registered twice", student)
			}
			found[student] = registration
			return nil
		})
		for student, registration := range acknowledged {
			if found[student] != registration {
				r.violation("storm: student %d was given registration %d, and there is %d", student, registration, found[student])
			}
		}
		if len(found) != len(acknowledged) {
			r.violation("storm: %d are registered, %d were answered", len(found), len(acknowledged))
		}
		return err
	})
}
