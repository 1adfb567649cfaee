package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"
)

// throughTheFront looks at what only a load balancer can spoil.
func (r *run) throughTheFront(ctx context.Context, out io.Writer) error {
	if r.in.layers.front == "" {
		return nil
	}
	if err := r.addressesAreOfPeople(ctx); err != nil {
		return err
	}
	if err := r.eventsAreNotHeldBack(ctx); err != nil {
		return err
	}
	fmt.Fprintln(out, "through the load balancer: the address is the client's whatever it claims, and events come at once")
	return nil
}

// addressesAreOfPeople asks from an address that is not the load balancer's, and claims another one.
func (r *run) addressesAreOfPeople(ctx context.Context) error {
	const mine, mark = "127.0.0.2", "who-asks-from-where"
	client := &http.Client{Timeout: answerTimeout, Transport: &http.Transport{
		DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(mine)}}).DialContext,
	}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.in.layers.front+"/me", nil)
	if err != nil {
		return err
	}
	request.Header.Set("X-Forwarded-For", "203.0.113.9")
	request.Header.Set("X-Request-Id", mark)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	line := regexp.MustCompile(`address=(\S+) request_id=` + mark)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); wait(ctx, retryPause) {
		log, err := os.ReadFile(r.in.log.Name())
		if err != nil {
			return err
		}
		if found := line.FindSubmatch(log); found != nil {
			if string(found[1]) != mine {
				r.violation("a client at %s is taken to be at %s", mine, found[1])
			}
			return nil
		}
	}
	return errors.New("the log has no line of a request that was answered")
}

// eventsAreNotHeldBack watches a job that will not run for an hour: what there is to say of it comes at once all the same.
func (r *run) eventsAreNotHeldBack(ctx context.Context) error {
	c := r.newCaller(checkNumber)
	c.calm = true
	body := map[string]any{
		"company_name": "Watched", "job_title": "Trainee", "auto_calc": true, "registration_deadline": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
	}
	if answer := c.post(ctx, "watch", r.head.token, "/drives", body); answer.outcome != acknowledged {
		return fmt.Errorf("the drive to watch: %d %s", answer.status, answer.body)
	}
	var scheduled []jobBody
	answer := c.get(ctx, "watch", r.head.token, "/jobs?kind=close-registrations&state=scheduled")
	if err := answer.into(&scheduled); err != nil {
		return err
	}
	if len(scheduled) == 0 {
		return errors.New("there is no job to watch")
	}
	watching, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(watching, http.MethodGet, r.in.layers.front+jobPath(scheduled[0].ID, "/events"), nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+r.head.token)
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("events: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // it has no end
	lines := bufio.NewReader(response.Body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return fmt.Errorf("events are held back: %w", err)
		}
		if strings.HasPrefix(line, "data: ") {
			return nil
		}
	}
}
