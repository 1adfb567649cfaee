package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

type processesSize struct {
	processes                          int
	students, registering, connections int
	drives                             int // published at once
}

// several is a college with one or more processes.
type several struct {
	*storm
	processes, drives int

	storms  figures
	publish []float64 // drives/s
}

// measureProcesses compares three processes on one database with one, in two colleges in turns, and then kills the leader.
func measureProcesses(ctx context.Context, b *bench) (_ section, err error) {
	size := b.size.processes
	colleges := []*several{{processes: 1, drives: size.drives}, {processes: size.processes, drives: size.drives}}
	for _, s := range colleges {
		// Whoever is alone at first leads.
		c, openErr := b.openCollege(ctx, 1, noAutovacuum())
		if openErr != nil {
			return section{}, openErr
		}
		defer func() { err = errors.Join(err, c.close()) }()
		if s.storm, err = c.newStorm(ctx, size.students, size.registering, size.connections); err != nil {
			return section{}, err
		}
	}
	one, all := colleges[0], colleges[1]
	leader, err := all.c.leader(ctx, "")
	if err != nil {
		return section{}, err
	}
	for range size.processes - 1 {
		if err := all.c.addProcess(ctx); err != nil {
			return section{}, err
		}
	}
	if err := b.takeTurns(ctx, b.size.rounds, one.storming, all.storming, one.publishing, all.publishing); err != nil {
		return section{}, err
	}
	killed, err := all.killLeader(ctx, leader)
	if err != nil {
		return section{}, fmt.Errorf("after the leader was killed: %w", err)
	}
	return processesSection(b, one, all, killed), nil
}

func (s *several) storming(ctx context.Context, counts bool) error {
	drives, err := s.fresh(ctx, 1)
	if err != nil {
		return err
	}
	result, err := s.overHTTP(ctx, s.c.addresses(), drives)
	s.storms.add(result, counts)
	return err
}

// publishing publishes drives one after the other and measures until the last one's students are selected.
func (s *several) publishing(ctx context.Context, counts bool) error {
	if err := s.c.empty(ctx, s.emptied); err != nil {
		return err
	}
	drives, err := s.newDrives(ctx)
	if err != nil {
		return err
	}
	if err := s.c.settle(ctx); err != nil {
		return err
	}
	began := time.Now()
	jobs, err := s.publishAll(ctx, drives)
	if err != nil {
		return err
	}
	if err := s.awaitJobs(ctx, jobs, len(jobs)); err != nil {
		return err
	}
	took := time.Since(began)
	into(&s.publish, float64(len(drives))/took.Seconds(), counts)
	return s.checkPublished(ctx, drives, jobs, "attempt = 1")
}

func (s *several) newDrives(ctx context.Context) ([]int64, error) {
	drives := make([]int64, s.drives)
	for i := range drives {
		var err error
		if drives[i], err = s.c.newDrive(ctx, s.coordinator, openDrive()); err != nil {
			return nil, err
		}
	}
	return drives, nil
}

// publishAll asks the last process, which lives longest.
func (s *several) publishAll(ctx context.Context, drives []int64) (jobs []int64, err error) {
	last := newClient(s.c.placeops[len(s.c.placeops)-1].url, s.c.client.tokens)
	for _, drive := range drives {
		var published struct {
			JobID int64 `json:"job_id"`
		}
		if err := last.post(ctx, s.coordinator, fmt.Sprintf("/drives/%d/publish", drive), nil, 200, &published); err != nil {
			return nil, err
		}
		jobs = append(jobs, published.JobID)
	}
	return jobs, nil
}

// awaitJobs waits until so many of the jobs are completed.
func (s *several) awaitJobs(ctx context.Context, jobs []int64, n int) error {
	deadline := time.Now().Add(2 * patience)
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for {
		var completed int
		var others string
		err := s.c.pool.QueryRow(ctx, `
SELECT count(*) FILTER (WHERE state = 'completed'),
       coalesce(string_agg(concat(id, ' ', state, ' ', attempted_by, ' ', attempted_at), ', ') FILTER (WHERE state <> 'completed'), '')
FROM river_job
WHERE id = ANY ($1)`, jobs).Scan(&completed, &others)
		if err != nil || completed >= n {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("after %s only %d of %d jobs are completed; the others: %s", 2*patience, completed, len(jobs), others)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// checkPublished makes sure that every job is once in effect.
func (s *several) checkPublished(ctx context.Context, drives, jobs []int64, attempts string) error {
	students, db := int64(s.c.b.size.processes.students), s.c.pool
	n := int64(len(drives))
	return errors.Join(
		mustCount(ctx, db, n, "SELECT count(*) FROM river_job WHERE id = ANY ($1) AND state = 'completed' AND "+attempts, jobs),
		mustCount(ctx, db, n, "SELECT count(*) FROM drives WHERE drive_id = ANY ($1) AND status = 'posted' AND selected_count = $2", drives, students),
		mustCount(ctx, db, n*students, "SELECT count(*) FROM drive_students WHERE drive_id = ANY ($1) AND selected", drives),
		mustCount(ctx, db, 3*n, "SELECT count(*) FROM notices WHERE drive_id = ANY ($1) AND event <> 'drive-created'", drives))
}

// leader waits for a leader other than the given one.
func (c *college) leader(ctx context.Context, other string) (id string, err error) {
	deadline := time.Now().Add(patience)
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := c.pool.QueryRow(ctx, "SELECT leader_id FROM river_leader").Scan(&id)
		switch {
		case err == nil && id != other:
			return id, nil
		case err != nil && !errors.Is(err, pgx.ErrNoRows):
			return "", err
		case time.Now().After(deadline):
			return "", fmt.Errorf("after %s there is no leader", patience)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-ticker.C:
		}
	}
}

func processesSection(b *bench, one, all *several, killed leaderKilled) section {
	size := b.size.processes
	storms, publish := ratios(all.storms.rate, one.storms.rate), ratios(all.publish, one.publish)
	title := fmt.Sprintf("%d processes", size.processes)
	rows := append([][]string{{"**one process**", "", ""}}, one.storms.rows("registrations/s")...)
	rows = append(rows, spread("drives published a second", newSeries(one.publish)), []string{"**" + title + "**", "", ""})
	rows = append(append(rows, all.storms.rows("registrations/s")...), spread("drives published a second", newSeries(all.publish)))
	rows = append(rows, spread("storm: "+title+" ÷ one", storms), spread("publishing: "+title+" ÷ one", publish))
	return section{
		title: title + " on one database",
		about: fmt.Sprintf("A storm as above (%d of %d students on %d connections, spread over the processes), and %d drives published one after "+
			"the other, until the students of the last are selected, in %d rounds: by one process, and in turns by %d on another database. All of "+
			"them share the same %d cores, so more processes cannot be faster here; the ratio is what they cost. Checked: every job is in effect "+
			"once. %s",
			size.registering, size.students, size.connections, size.drives, b.size.rounds, size.processes, cores(), killed.about(size.drives)),
		columns: []string{"", "Median", "Spread"},
		rows:    append(rows, killed.rows()...),
		goals: []goal{
			atLeast("Storm: "+title+" ÷ one", storms.median(), 0.9, "×"),
			atLeast("Publishing: "+title+" ÷ one", publish.median(), 0.9, "×"),
		},
	}
}
