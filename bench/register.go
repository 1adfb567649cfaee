package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"placeops/auth"
)

// measureRegister publishes drives and has a selected student try to register, from the answer on and without a pause,
// until it works: how long students wait for the job.
func measureRegister(ctx context.Context, b *bench) (_ section, err error) {
	c, err := b.openCollege(ctx, nil)
	if err != nil {
		return section{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.addStudents(ctx, b.size.registerStudents); err != nil {
		return section{}, err
	}
	coordinator, err := c.client.newPerson(ctx, c.pool, auth.Coordinator)
	if err != nil {
		return section{}, err
	}
	selected, err := c.eligibleStudents(ctx)
	if err != nil {
		return section{}, err
	}
	const warmUp = 5
	var waits, tries []float64
	for i := range b.size.registerSamples + warmUp {
		if i%50 == 0 {
			b.startRound(ctx)
		}
		wait, tried, err := c.publishAndRegister(ctx, coordinator, selected[i%len(selected)])
		if err != nil {
			return section{}, err
		}
		if i >= warmUp {
			waits, tries = append(waits, milliseconds(wait)), append(tries, float64(tried))
		}
	}
	drives := int64(b.size.registerSamples + warmUp)
	err = errors.Join(
		mustCount(ctx, c.pool, drives, "SELECT count(*) FROM registrations"),
		mustCount(ctx, c.pool, drives, "SELECT count(*) FROM drives WHERE selected_count = $1", len(selected)),
		mustCount(ctx, c.pool, drives*int64(len(selected)), "SELECT count(*) FROM drive_students WHERE selected"))
	if err != nil {
		return section{}, err
	}
	return registerSection(b, len(selected), newSeries(waits), newSeries(tries)), nil
}

// eligibleStudents signs in everybody who meets the typical criteria.
func (c *college) eligibleStudents(ctx context.Context) ([]person, error) {
	_, criteria := typicalDrive()
	condition, args := criteria.Where(1)
	rows, err := c.pool.Query(ctx, `
SELECT u.user_id, u.name, u.email
FROM students s
JOIN users u ON u.user_id = s.student_id
WHERE `+condition, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var people []person
	for rows.Next() {
		var id int64
		var name, email string
		if err := rows.Scan(&id, &name, &email); err != nil {
			return nil, err
		}
		p, err := c.client.signIn(id, auth.Student, name, email)
		if err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	if len(people) == 0 && rows.Err() == nil {
		return nil, errors.New("nobody is eligible")
	}
	return people, rows.Err()
}

// publishAndRegister returns the time from the publish request's answer to the student's 201, and the requests it took.
func (c *college) publishAndRegister(ctx context.Context, coordinator, student person) (wait time.Duration, tries int, err error) {
	fields, _ := typicalDrive()
	var drive struct {
		ID int64 `json:"drive_id"`
	}
	if err := c.client.post(ctx, coordinator, "/drives", fields, http.StatusCreated, &drive); err != nil {
		return 0, 0, err
	}
	if err := c.client.post(ctx, coordinator, fmt.Sprintf("/drives/%d/publish", drive.ID), nil, http.StatusOK, nil); err != nil {
		return 0, 0, err
	}
	answered := time.Now()
	for time.Since(answered) < patience {
		tries++
		err := c.client.post(ctx, student, "/registrations", map[string]int64{"drive_id": drive.ID}, http.StatusCreated, nil)
		var refused *statusError
		switch {
		case err == nil:
			return time.Since(answered), tries, nil
		case !errors.As(err, &refused) || refused.status != http.StatusForbidden: // which is: not selected yet
			return 0, tries, err
		}
	}
	return 0, tries, fmt.Errorf("drive %d cannot be registered for after %s", drive.ID, patience)
}

func registerSection(b *bench, selected int, waits, tries series) section {
	return section{
		title: "Publish → students can register",
		about: fmt.Sprintf("%d students, %d of them selected by each of %d drives; over HTTP on loopback, client and server in one process. "+
			"Measured from the answer to `POST /drives/:id/publish` until a selected student's `POST /registrations`, repeated without a pause, "+
			"answers 201.", b.size.registerStudents, selected, len(waits)),
		columns: []string{"", "p50", "p90", "p99", "Highest"},
		rows: [][]string{
			{"wait, ms", figure(waits.median()), figure(waits.percentile(90)), figure(waits.percentile(99)), figure(waits.max())},
			{"requests", figure(tries.median()), figure(tries.percentile(90)), figure(tries.percentile(99)), figure(tries.max())},
		},
		goals: []goal{{"Publish → register, p99", waits.percentile(99), 100, "ms"}},
	}
}
