package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

func cores() int { return runtime.GOMAXPROCS(0) }

// leaderKilled is what became of the jobs when the leader was killed, in seconds from that moment.
type leaderKilled struct {
	interrupted              int64 // jobs that the leader was working
	others, elected, rescued float64
	registrations            loadResult
}

// rescueAge is how old a job's last attempt must be before River takes it to be lost; see rescueAfter in package jobs.
const rescueAge = "5 minutes"

// killLeader kills the leading process while it works, and students register with all processes; then it waits until every
// drive is published all the same.
func (s *several) killLeader(ctx context.Context, leader string) (k leaderKilled, err error) {
	now, err := s.c.leader(ctx, "")
	if err != nil || now != leader {
		return k, errors.Join(err, fmt.Errorf("the leader is %s and not %s, the process that was alone at first", now, leader))
	}
	open, err := s.fresh(ctx, 1)
	if err != nil {
		return k, err
	}
	drives, err := s.newDrives(ctx)
	if err != nil {
		return k, err
	}
	l := s.load(s.c.addresses(), [][]int64{open})
	l.Watch = nil
	registering, err := startChild[load, loadResult](ctx, "load", l)
	if err != nil {
		return k, err
	}
	jobs, publishErr := s.publishAll(ctx, drives)
	if publishErr == nil {
		publishErr = s.awaitJobs(ctx, jobs, max(1, len(jobs)/4))
	}
	killErr := s.c.placeops[0].kill()
	s.c.placeops[0] = nil
	killed := time.Now()
	k.registrations, err = registering()
	if err := errors.Join(publishErr, killErr, err); err != nil {
		return k, err
	}
	if err := s.awaitAfterKill(ctx, &k, leader, jobs, killed); err != nil {
		return k, err
	}
	if err := s.checkPublished(ctx, drives, jobs, "attempt <= 2"); err != nil {
		return k, err
	}
	return k, s.checkRegistered(ctx, k.registrations, open[0])
}

// awaitAfterKill waits for the jobs that the others do at once, then for a new leader and the jobs that it takes over from
// the killed one.
func (s *several) awaitAfterKill(ctx context.Context, k *leaderKilled, leader string, jobs []int64, killed time.Time) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for time.Since(killed) < 3*patience {
		taken, err := s.shortenWait(ctx, leader, jobs)
		if err != nil {
			return err
		}
		k.interrupted += taken
		var completed, lost int
		var elected bool
		err = s.c.pool.QueryRow(ctx, `
SELECT count(*) FILTER (WHERE state = 'completed'), count(*) FILTER (WHERE `+lostJob+`),
       EXISTS (SELECT FROM river_leader WHERE leader_id <> $2)
FROM river_job
WHERE id = ANY ($1)`, jobs, leader).Scan(&completed, &lost, &elected)
		if err != nil {
			return err
		}
		since := time.Since(killed).Seconds()
		if k.others == 0 && completed+lost == len(jobs) {
			k.others = since
		}
		if k.elected == 0 && elected {
			k.elected = since
		}
		if completed == len(jobs) && (k.elected > 0 || s.c.b.size.hurry) {
			k.rescued = since
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return fmt.Errorf("after %s not all jobs are completed, or there is no new leader", 3*patience)
}

// lostJob is what a job of the killed leader still looks like.
const lostJob = "state = 'running' AND attempted_by[array_upper(attempted_by, 1)] = $2"

// shortenWait makes the killed leader's jobs look as old as River wants them to be before it takes them to be lost; in a
// hurry it gives them back itself.
func (s *several) shortenWait(ctx context.Context, leader string, jobs []int64) (taken int64, err error) {
	change := "attempted_at = attempted_at - $3::interval"
	if s.c.b.size.hurry {
		change = "state = 'available', scheduled_at = now() - 0 * $3::interval"
	}
	tag, err := s.c.pool.Exec(ctx, "UPDATE river_job SET "+change+" WHERE id = ANY ($1) AND attempted_at > now() - $3::interval AND "+lostJob,
		jobs, leader, rescueAge)
	return tag.RowsAffected(), err
}

// checkRegistered allows for one thing: a request whose answer was lost with the process is repeated, and then answered 200.
func (s *several) checkRegistered(ctx context.Context, r loadResult, drive int64) error {
	n := len(s.students)
	if r.Wrong > 0 || r.Statuses[201]+r.Statuses[200] != n || r.Statuses[200] > r.Broken {
		return fmt.Errorf("wrong result: %s", r)
	}
	return mustCount(ctx, s.c.pool, int64(n), "SELECT count(*) FROM registrations WHERE drive_id = $1", drive)
}

func (leaderKilled) about(drives int) string {
	return fmt.Sprintf("At the end %d drives are published while students register, and the process that leads is killed (`kill -9`) in the middle. "+
		"Checked: every drive is published once all the same, and everybody is registered once. A job that was under way in a killed "+
		"process is run again when its attempt is older than 4 min 20 s; here it was made to look so old, to save that wait.", drives)
}

func (k leaderKilled) rows() [][]string {
	return [][]string{
		{"**leader killed**", "", ""},
		{"jobs that it was working", fmt.Sprint(k.interrupted), ""},
		{"requests that broke and were repeated elsewhere", fmt.Sprint(k.registrations.Broken), ""},
		{"until the other jobs were completed, s", figure(k.others), ""},
		{"until another process led, s", figure(k.elected), ""},
		{"until all jobs were completed (without the wait), s", figure(k.rescued), ""},
	}
}
