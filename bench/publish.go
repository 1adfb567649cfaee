package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/auth"
	"placeops/eligibility"
)

// publishCase is one drive that is published again and again.
type publishCase struct {
	name     string
	fields   map[string]any
	criteria eligibility.Criteria
	students int
	eligible int64

	job, bare, ready []float64 // milliseconds, one of each per round
}

type publishSize struct {
	students, rounds int
	typicalOnly      bool // no drive without criteria
}

// measurePublish compares the auto-publish job, as a started queue works it, with bare statements that write the same rows
// into the same table, in colleges of different sizes.
func measurePublish(ctx context.Context, b *bench) (section, error) {
	var cases []*publishCase
	for _, size := range b.size.publish {
		measured, err := publishIn(ctx, b, size)
		if err != nil {
			return section{}, fmt.Errorf("%d students: %w", size.students, err)
		}
		cases = append(cases, measured...)
	}
	return publishSection(cases), nil
}

func publishIn(ctx context.Context, b *bench, size publishSize) (_ []*publishCase, err error) {
	c, err := b.openCollege(ctx, 1, noAutovacuum())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.addStudents(ctx, size.students); err != nil {
		return nil, err
	}
	coordinator, err := c.client.newPerson(ctx, c.pool, auth.Coordinator)
	if err != nil {
		return nil, err
	}
	typical, typicalCriteria := typicalDrive()
	cases := []*publishCase{{name: "typical criteria", fields: typical, criteria: typicalCriteria, students: size.students}}
	if !size.typicalOnly {
		cases = append(cases, &publishCase{name: "no criteria", fields: openDrive(), students: size.students})
	}
	for _, pc := range cases {
		if err := pc.prepare(ctx, c); err != nil {
			return nil, err
		}
		err := b.takeTurns(ctx, min(size.rounds, b.size.rounds),
			pc.once(c, coordinator, &pc.job, pc.byJob),
			pc.once(c, coordinator, &pc.bare, bare(pc.byBareInsert)),
			pc.once(c, coordinator, &pc.ready, bare(pc.fromReadyIDs)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pc.name, err)
		}
	}
	return cases, nil
}

// prepare counts who is eligible and keeps their ids in a table.
func (pc *publishCase) prepare(ctx context.Context, c *college) error {
	if err := c.exec(ctx, "DROP TABLE IF EXISTS bench_eligible", "CREATE TABLE bench_eligible (student_id bigint PRIMARY KEY)"); err != nil {
		return err
	}
	condition, args := pc.criteria.Where(1)
	tag, err := c.pool.Exec(ctx, `
INSERT INTO bench_eligible
SELECT s.student_id
FROM students s
JOIN users u ON u.user_id = s.student_id
WHERE `+condition+`
ORDER BY s.student_id`, args...)
	if err != nil {
		return err
	}
	if pc.eligible = tag.RowsAffected(); pc.eligible == 0 {
		return errNobody
	}
	return c.exec(ctx, "VACUUM ANALYZE bench_eligible")
}

// once measures one way of filling a new drive and checks what it stored, in empty tables.
func (pc *publishCase) once(c *college, coordinator person, list *[]float64,
	measure func(context.Context, *college, person, int64) (float64, error),
) turn {
	return func(ctx context.Context, counts bool) error {
		if err := c.empty(ctx, allSelections); err != nil {
			return err
		}
		drive, err := c.newDrive(ctx, coordinator, pc.fields)
		if err != nil {
			return err
		}
		if err := c.settle(ctx); err != nil {
			return err
		}
		took, err := measure(ctx, c, coordinator, drive)
		if err != nil {
			return err
		}
		into(list, took, counts)
		err = mustCount(ctx, c.pool, pc.eligible,
			"SELECT count(*) FROM drive_students JOIN bench_eligible USING (student_id) WHERE drive_id = $1 AND selected", drive)
		if err != nil {
			return err
		}
		return mustCount(ctx, c.pool, pc.eligible, "SELECT count(*) FROM drive_students")
	}
}

// byJob publishes the drive and measures its job from the moment at which the queue takes it until another connection sees
// it completed.
func (pc *publishCase) byJob(ctx context.Context, c *college, coordinator person, driveID int64) (float64, error) {
	jobID, err := c.publish(ctx, coordinator, driveID)
	if err != nil {
		return 0, err
	}
	run, err := awaitJob(ctx, c.pool, jobID, func() error { return nil })
	if err != nil {
		return 0, err
	}
	err = mustCount(ctx, c.pool, pc.eligible, "SELECT selected_count FROM drives WHERE drive_id = $1", driveID)
	if err != nil {
		return 0, err
	}
	return milliseconds(run), mustCount(ctx, c.pool, 3, "SELECT count(*) FROM notices WHERE drive_id = $1 AND event <> 'drive-created'", driveID)
}

// bare is a measurement without the audit trail.
func bare(measure func(context.Context, *college, person, int64) (float64, error)) func(context.Context, *college, person, int64) (float64, error) {
	return func(ctx context.Context, c *college, coordinator person, driveID int64) (ms float64, err error) {
		err = c.withoutTrail(ctx, func() error {
			ms, err = measure(ctx, c, coordinator, driveID)
			return err
		})
		return ms, err
	}
}

func (pc *publishCase) byBareInsert(ctx context.Context, c *college, _ person, driveID int64) (float64, error) {
	return c.bareInsert(ctx, pc.criteria, driveID)
}

// bareInsert selects a drive's students by the plain statement that a person would write, and returns how long that took.
func (c *college) bareInsert(ctx context.Context, criteria eligibility.Criteria, driveID int64) (ms float64, err error) {
	condition, args := criteria.Where(2)
	args = append([]any{driveID}, args...)
	return timed(func() error {
		_, err := c.pool.Exec(ctx, `
INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
SELECT $1, s.student_id, true, now()
FROM students s
JOIN users u ON u.user_id = s.student_id
WHERE `+condition, args...)
		return err
	})
}

// fromReadyIDs inserts ids that somebody has found and sorted before: the stricter limit.
func (pc *publishCase) fromReadyIDs(ctx context.Context, c *college, _ person, driveID int64) (float64, error) {
	return timed(func() error {
		_, err := c.pool.Exec(ctx, `
INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
SELECT $1, student_id, true, now()
FROM bench_eligible
ORDER BY student_id`, driveID)
		return err
	})
}

// awaitJob waits until a job is completed and returns how long it ran, up to when its result could be seen. meanwhile is
// called at each look.
func awaitJob(ctx context.Context, pool *pgxpool.Pool, jobID int64, meanwhile func() error) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*patience)
	defer cancel()
	const every = 2 * time.Millisecond
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		var state string
		var attempted *time.Time
		var failure *string
		err := pool.QueryRow(ctx, "SELECT state::text, attempted_at, errors[1]->>'error' FROM river_job WHERE id = $1", jobID).
			Scan(&state, &attempted, &failure)
		seen := time.Now()
		if err == nil {
			err = meanwhile()
		}
		switch {
		case err != nil:
			return 0, err
		case failure != nil:
			return 0, fmt.Errorf("job %d failed: %s", jobID, *failure)
		case state == "completed":
			return seen.Sub(*attempted), nil
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("job %d is still %s: %w", jobID, state, ctx.Err())
		case <-ticker.C:
		}
	}
}

func publishSection(cases []*publishCase) section {
	s := section{
		title: "Publish",
		about: "The `auto-publish` job of `POST /drives/:id/publish`, from the moment at which the queue takes it until another connection " +
			"sees it completed. The limit is a bare `INSERT … SELECT` of the same rows into the same table, with its commit: once with the " +
			"drive's criteria, and once, stricter, from a table that holds the eligible students' ids ready and sorted; both without the audit " +
			"trail. Each begins with an empty table.",
		columns: []string{"", "Median", "Spread"},
	}
	for _, pc := range cases {
		name := fmt.Sprintf("%d students, %s", pc.students, pc.name)
		toBare, toReady := ratios(pc.job, pc.bare), ratios(pc.job, pc.ready)
		s.rows = append(s.rows,
			[]string{fmt.Sprintf("**%s: %d eligible (%d %%), %d rounds**", name, pc.eligible, pc.eligible*100/int64(pc.students), len(pc.job)), "", ""},
			spread("job, ms", newSeries(pc.job)),
			spread("bare `INSERT … SELECT` with the criteria, ms", newSeries(pc.bare)),
			spread("bare `INSERT … SELECT` of ready ids, ms", newSeries(pc.ready)),
			spread("job ÷ bare with the criteria", toBare),
			spread("job ÷ bare of ready ids", toReady))
		s.goals = append(s.goals,
			atMost("Publish, "+name+": job ÷ bare `INSERT … SELECT`", toBare.median(), 1.2, "×"),
			atMost("Publish, "+name+": job ÷ the same from ready ids", toReady.median(), 1.5, "×"))
	}
	return s
}
