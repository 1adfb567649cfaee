package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"placeops/auth"
	"placeops/eligibility"
)

// firstRegistrations is work for a process of its own: to publish drives, and after each to try to register until it works.
type firstRegistrations struct {
	Address         string
	Coordinator     string // token
	Students        []string
	Drive           json.RawMessage // its fields
	Samples, WarmUp int
}

// firstRegistered is what that gave, in milliseconds.
type firstRegistered struct{ Waits, Tries []float64 }

// measureRegister publishes drives and has a selected student try to register, from the answer on and without a pause,
// until it works: how long students wait for the job.
func measureRegister(ctx context.Context, b *bench) (_ section, err error) {
	c, err := b.openCollege(ctx, 1, nil)
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
	fields, criteria := typicalDrive()
	condition, args := criteria.Where(1)
	selected, err := c.signInStudents(ctx, condition, args...)
	if err != nil {
		return section{}, err
	}
	const warmUp = 5
	work := firstRegistrations{Address: c.placeops[0].address(), Coordinator: coordinator.token, Samples: b.size.registerSamples, WarmUp: warmUp}
	for _, student := range selected {
		work.Students = append(work.Students, student.token)
	}
	if work.Drive, err = json.Marshal(fields); err != nil {
		return section{}, err
	}
	b.startRound(ctx)
	result, err := inChild[firstRegistrations, firstRegistered](ctx, "first-registration", work)
	if err != nil {
		return section{}, err
	}
	drives := int64(b.size.registerSamples + warmUp)
	err = errors.Join(
		mustCount(ctx, c.pool, drives, "SELECT count(*) FROM registrations"),
		mustCount(ctx, c.pool, drives, "SELECT count(*) FROM drives WHERE selected_count = $1", len(selected)),
		mustCount(ctx, c.pool, drives*int64(len(selected)), "SELECT count(*) FROM drive_students WHERE selected"))
	if err != nil {
		return section{}, err
	}
	bare, err := c.bareSelections(ctx, criteria)
	if err != nil {
		return section{}, err
	}
	return registerSection(b, len(selected), newSeries(result.Waits), newSeries(result.Tries), newSeries(bare)), nil
}

// bareSelections selects the students of the last drives anew, by nothing but the statement.
func (c *college) bareSelections(ctx context.Context, criteria eligibility.Criteria) (ms []float64, err error) {
	var drives []int64
	const some = 50
	err = c.pool.QueryRow(ctx, "SELECT array_agg(drive_id) FROM (SELECT drive_id FROM drives ORDER BY drive_id DESC LIMIT $1) AS last",
		some).Scan(&drives)
	if err != nil {
		return nil, err
	}
	for _, table := range []string{"registrations", "drive_students"} {
		if _, err := c.pool.Exec(ctx, "DELETE FROM "+table+" WHERE drive_id = ANY ($1)", drives); err != nil {
			return nil, err
		}
	}
	if err := c.exec(ctx, "VACUUM ANALYZE drive_students, registrations"); err != nil {
		return nil, err
	}
	err = c.withoutTrail(ctx, func() error {
		for _, drive := range drives {
			took, err := c.bareInsert(ctx, criteria, drive)
			if err != nil {
				return err
			}
			ms = append(ms, took)
		}
		return nil
	})
	return ms, err
}

func registerSection(b *bench, selected int, waits, tries, bare series) section {
	return section{
		title: "Publish → students can register",
		about: fmt.Sprintf("%d students, %d of them selected by each of %d drives, one drive after the other. "+
			"Measured from the answer to `POST /drives/:id/publish` until a selected student's `POST /registrations`, repeated without a pause, "+
			"answers 201. Below, for information, the least that it could be: the bare `INSERT … SELECT` of one drive's rows, with its commit.", b.size.registerStudents, selected, len(waits)),
		columns: []string{"", "p50", "p90", "p99", "Highest"},
		rows: [][]string{
			{"wait, ms", figure(waits.median()), figure(waits.percentile(90)), figure(waits.percentile(99)), figure(waits.max())},
			{"bare `INSERT … SELECT`, ms", figure(bare.median()), figure(bare.percentile(90)), figure(bare.percentile(99)), figure(bare.max())},
			{"requests", figure(tries.median()), figure(tries.percentile(90)), figure(tries.percentile(99)), figure(tries.max())},
		},
		goals: []goal{
			atMost("Publish → register, p50", waits.median(), 10, "ms"),
			atMost("Publish → register, p99", waits.percentile(99), 50, "ms"),
		},
	}
}
