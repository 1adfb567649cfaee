package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// staleness is for how long answers told what was no more, in milliseconds: from the answer to a change until the first
// answer that knows of it.
type staleness struct {
	here, elsewhere []float64 // asked of the process that made the change, and of another one
}

func (s staleness) all() []float64 { return slices.Concat(s.here, s.elsewhere) }

func (staleness) about(probes int) string {
	return fmt.Sprintf("Staleness is measured in a load of the same kind, during which a student registers for each of %d more drives, and "+
		"after that its registrations are stopped. It is the time from the answer to such a change until the first answer of a check or of "+
		"the list that knows of it, asked of the same process and of another one on the same database every %s.", probes, probeEvery)
}

func (s staleness) rows() [][]string {
	return [][]string{
		spread("staleness on the same process, ms", newSeries(s.here)),
		spread("staleness on another process, ms", newSeries(s.elsewhere)),
	}
}

const probeEvery = 5 * time.Millisecond

// measureStaleness changes drives while students poll them too.
func (p *polling) measureStaleness(ctx context.Context) error {
	drives, err := p.c.newPostedDrives(ctx, p.coordinator, p.size.probes, openDrive())
	if err != nil {
		return err
	}
	script := p.script(slices.Concat(drives, p.drives))
	wait, err := startChild[load, loadResult](ctx, "load", p.load(script))
	if err != nil {
		return err
	}
	// The changes are spread over the time of the load.
	pause := time.Duration(p.size.seconds / float64(2*len(drives)) * float64(time.Second))
	var failed error
	for i, drive := range drives {
		if failed = p.probe(ctx, drive, p.students[i*len(p.students)/len(drives)], pause); failed != nil {
			break
		}
	}
	result, err := wait()
	if err != nil || failed != nil {
		return errors.Join(failed, err)
	}
	p.staleRate = result.rate()
	return result.allAnswered()
}

// probe registers a student and then stops the drive, and each time looks how long it takes until everybody knows.
func (p *polling) probe(ctx context.Context, drive int64, student person, pause time.Duration) error {
	registered := func(ctx context.Context, c *client) (bool, error) {
		var told struct{ Registered bool }
		err := c.get(ctx, student, fmt.Sprintf("/api/registrations/%d/check", drive), &told)
		return told.Registered, err
	}
	closed := func(ctx context.Context, c *client) (bool, error) {
		var told struct{ Eligible bool }
		err := c.get(ctx, student, fmt.Sprintf("/api/eligibility/%d/check", drive), &told)
		return !told.Eligible, err
	}
	notPosted := func(ctx context.Context, c *client) (bool, error) {
		var drives []struct {
			ID     int64 `json:"drive_id"`
			Status string
		}
		err := c.get(ctx, student, "/api/drives", &drives)
		for _, d := range drives {
			if d.ID == drive {
				return d.Status != "posted", err
			}
		}
		return true, err // before it was published
	}
	err := p.change(ctx, pause, func() error {
		return p.c.client.post(ctx, student, "/api/registrations", map[string]int64{"drive_id": drive}, 201, nil)
	}, registered)
	if err != nil {
		return err
	}
	return p.change(ctx, pause, func() error {
		return p.c.client.post(ctx, p.coordinator, fmt.Sprintf("/api/drives/%d/stop-registrations", drive), nil, 200, nil)
	}, closed, notPosted)
}

// change waits until both processes know how things are, makes a change, and asks until they know of it.
func (p *polling) change(ctx context.Context, pause time.Duration, change func() error, known ...knowledge) error {
	other := newClient(p.c.placeops[1].url, p.c.client.tokens)
	asked := []struct {
		client *client
		into   *[]float64
	}{{p.c.client, &p.stale.here}, {other, &p.stale.elsewhere}}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
	}
	ages := make([]float64, len(asked)*len(known))
	askUntil := func(want bool) error {
		began := time.Now()
		return together(len(ages), func(i int) (err error) {
			ages[i], err = awaitKnown(ctx, began, asked[i/len(known)].client, known[i%len(known)], want)
			return err
		})
	}
	if err := askUntil(false); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	if err := askUntil(true); err != nil {
		return err
	}
	for i, age := range ages {
		list := asked[i/len(known)].into
		*list = append(*list, age)
	}
	return nil
}

// knowledge asks a process whether it knows of a change.
type knowledge func(context.Context, *client) (bool, error)

// awaitKnown asks until the answer is the wanted one. Of a new drive another process may not know yet.
func awaitKnown(ctx context.Context, since time.Time, c *client, knows knowledge, want bool) (age float64, err error) {
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for {
		known, err := knows(ctx, c)
		age := time.Since(since)
		var refused *statusError
		switch {
		case !want && errors.As(err, &refused) && refused.status == http.StatusNotFound:
		case err != nil || known == want:
			return milliseconds(age), err
		}
		if age > patience {
			return 0, fmt.Errorf("after %s an answer still does not know of a change", age)
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-ticker.C:
		}
	}
}
