package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// runFirstRegistrations measures how long it takes from the answer to a publish until a student is registered.
func runFirstRegistrations(ctx context.Context, f firstRegistrations) (result firstRegistered, err error) {
	opened, err := (&httpWork{Addresses: []string{f.Address}}).connect(ctx, 0)
	if err != nil {
		return result, err
	}
	defer opened.close()
	c := opened.(*httpConnection) // connect makes nothing else
	for i := range f.WarmUp + f.Samples {
		wait, tries, err := f.once(c, f.Students[i%len(f.Students)])
		if err != nil {
			return result, err
		}
		if i >= f.WarmUp {
			result.Waits, result.Tries = append(result.Waits, milliseconds(wait)), append(result.Tries, float64(tries))
		}
	}
	return result, nil
}

// once returns the time from the publish request's answer to the student's 201, and the requests it took.
func (f firstRegistrations) once(c *httpConnection, student string) (wait time.Duration, tries int, err error) {
	var drive struct {
		ID int64 `json:"drive_id"`
	}
	if err := c.must(201, f.Coordinator, call{Method: "POST", Path: "/api/drives", Body: string(f.Drive)}); err != nil {
		return 0, 0, err
	}
	if err := json.Unmarshal(c.body, &drive); err != nil {
		return 0, 0, err
	}
	register := call{Method: "POST", Path: "/api/registrations", Body: fmt.Sprintf(`{"drive_id":%d}`, drive.ID)}.parts()
	publish := call{Method: "POST", Path: fmt.Sprintf("/api/drives/%d/publish", drive.ID), Body: "{}"}
	if err := c.must(200, f.Coordinator, publish); err != nil {
		return 0, 0, err
	}
	answered := time.Now()
	for time.Since(answered) < patience {
		tries++
		c.out = register.appendTo(c.out[:0], student)
		status, err := c.exchange()
		switch {
		case err != nil:
			return 0, tries, err
		case status == 201:
			return time.Since(answered), tries, nil
		case status != 403: // which is: not selected yet
			return 0, tries, fmt.Errorf("registering was answered %d: %s", status, c.body)
		}
	}
	return 0, tries, fmt.Errorf("drive %d cannot be registered for after %s", drive.ID, patience)
}

func (c *httpConnection) must(want int, token string, request call) error {
	c.out = request.parts().appendTo(c.out[:0], token)
	status, err := c.exchange()
	if err == nil && status != want {
		err = fmt.Errorf("%s answered %d: %s", request.Path, status, c.body)
	}
	return err
}
