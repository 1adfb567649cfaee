package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"placeops/auth"
)

// storm is students who all register at the same time.
type storm struct {
	c           *college
	coordinator person
	students    []person
	connections int
	emptied     string // tables that are emptied before each storm
}

const allSelections = "drive_students, registrations, attendance"

// newStorm brings up a college's students, all of whom may register for an open drive, and takes the first so many.
func (c *college) newStorm(ctx context.Context, all, registering, connections int) (*storm, error) {
	if err := c.addStudents(ctx, all); err != nil {
		return nil, err
	}
	s := &storm{c: c, connections: connections, emptied: allSelections}
	var err error
	if s.coordinator, err = c.client.newPerson(ctx, c.pool, auth.Coordinator); err != nil {
		return nil, err
	}
	s.students, err = c.signInStudents(ctx, "true ORDER BY s.student_id LIMIT $1", registering)
	return s, err
}

// fresh opens drives that nobody has registered for.
func (s *storm) fresh(ctx context.Context, drives int) ([]int64, error) {
	if err := s.c.empty(ctx, s.emptied); err != nil {
		return nil, err
	}
	opened, err := s.c.newPostedDrives(ctx, s.coordinator, drives, openDrive())
	if err != nil {
		return nil, err
	}
	return opened, s.c.settle(ctx)
}

// overHTTP lets the n-th student register for the n-th list of drives (from the first list again where they end), and
// checks that every registration is there once and that registering again returns the same.
func (s *storm) overHTTP(ctx context.Context, addresses []string, drives ...[]int64) (loadResult, error) {
	l := s.load(addresses, drives)
	result, err := inChild[load, loadResult](ctx, "load", l)
	if err != nil {
		return result, err
	}
	again, err := inChild[load, loadResult](ctx, "load", l)
	if err != nil {
		return result, err
	}
	return result, s.check(ctx, result, again, drives)
}

func (s *storm) load(addresses []string, drives [][]int64) load {
	work := httpWork{Addresses: addresses}
	for _, student := range s.students {
		work.People = append(work.People, student.token)
	}
	for _, list := range drives {
		var script []call
		for _, drive := range list {
			script = append(script, call{
				Method: "POST", Path: "/api/registrations", Body: fmt.Sprintf(`{"drive_id":%d}`, drive), Has: `"registration_id":`,
			})
		}
		work.Scripts = append(work.Scripts, script)
	}
	return load{Connections: s.connections, Keep: true, Watch: s.c.watched(), HTTP: &work}
}

func (s *storm) check(ctx context.Context, first, again loadResult, drives [][]int64) error {
	n := len(s.students) * len(drives[0])
	if !first.all(201, n) || !again.all(200, n) {
		return fmt.Errorf("wrong result: %s, and the second time %s, instead of %d times 201 and 200", first, again, n)
	}
	var registered []int64
	for _, list := range drives {
		registered = append(registered, list...)
	}
	ids := map[int64]bool{}
	for i := range first.Answers {
		var one, same struct {
			ID        int64 `json:"registration_id"`
			StudentID int64 `json:"student_id"`
		}
		err := errors.Join(json.Unmarshal([]byte(first.Answers[i]), &one), json.Unmarshal([]byte(again.Answers[i]), &same))
		if err != nil {
			return err
		}
		if student := s.students[i/len(drives[0])]; one != same || one.StudentID != student.id {
			return fmt.Errorf("wrong result: student %d was answered %+v, and the second time %+v", student.id, one, same)
		}
		ids[one.ID] = true
	}
	if len(ids) != n {
		return fmt.Errorf("wrong result: %d different registrations instead of %d", len(ids), n)
	}
	return mustCount(ctx, s.c.pool, int64(n), "SELECT count(*) FROM registrations WHERE drive_id = ANY ($1)", registered)
}

// all says whether all went well: so many requests, all with one status.
func (r loadResult) all(status, n int) bool {
	return r.Requests == n && r.Wrong == 0 && r.Broken == 0 && maps.Equal(r.Statuses, map[int]int{status: n})
}

// String is for errors.
func (r loadResult) String() string {
	text := fmt.Sprintf("%d requests with %v", r.Requests, r.Statuses)
	if r.Broken > 0 {
		text += fmt.Sprintf(", %d connections broken", r.Broken)
	}
	if r.Wrong > 0 {
		text += fmt.Sprintf(", %d of them with a wrong answer such as %s", r.Wrong, r.Example)
	}
	return text
}

// figures are what the rounds of one kind of load gave.
type figures struct {
	rate, p50, p90, p99, max []float64
	cores                    map[string][]float64
}

func (f *figures) add(r loadResult, counts bool) {
	if !counts {
		return
	}
	f.rate = append(f.rate, r.rate())
	f.p50, f.p90 = append(f.p50, r.Latency.P50), append(f.p90, r.Latency.P90)
	f.p99, f.max = append(f.p99, r.Latency.P99), append(f.max, r.Latency.Max)
	if f.cores == nil {
		f.cores = map[string][]float64{}
	}
	for name, cores := range r.Cores {
		f.cores[name] = append(f.cores[name], cores)
	}
}

func (f *figures) rows(unit string) [][]string {
	return append([][]string{spread(unit, newSeries(f.rate))}, f.latencyRows()...)
}

func (f *figures) latencyRows() [][]string {
	return [][]string{
		spread("– p50, ms", newSeries(f.p50)), spread("– p99, ms", newSeries(f.p99)), spread("– slowest, ms", newSeries(f.max)),
	}
}

// coresText says who used the processor.
func (f *figures) coresText(names ...string) string {
	text := ""
	for _, name := range append(names, loadProcess) {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%s %.2f", name, newSeries(f.cores[name]).median())
	}
	return text
}
