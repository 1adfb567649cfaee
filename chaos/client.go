package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"time"
)

// outcome is what the caller of a request knows afterwards.
type outcome string

const (
	acknowledged outcome = "acknowledged" // 2xx: it has happened
	refused      outcome = "refused"      // 4xx: nothing has changed
	unknown      outcome = "unknown"      // no answer or a 5xx: either
	unsent       outcome = "unsent"       // nobody listened: nothing has changed
)

// reply is how a request went.
type reply struct {
	outcome
	status     int
	body       []byte
	begin, end moment
}

func (r reply) into(target any) error {
	if err := json.Unmarshal(r.body, target); err != nil {
		return fmt.Errorf("%w in %s", err, r.body)
	}
	return nil
}

const (
	answerTimeout = 15 * time.Second
	longestCut    = 20 * time.Millisecond
	oneInCut      = 25
	oneInUnheard  = 40
	// unavailablePause keeps a run from being mostly refusals, which are quick.
	unavailablePause = 50 * time.Millisecond
)

// caller sends the requests of one worker. Some of its connections break on purpose.
type caller struct {
	run  *run
	rng  *rand.Rand
	http *http.Client
	calm bool // break nothing
}

func (r *run) newCaller(number uint64) *caller {
	return &caller{
		run: r, rng: rand.New(rand.NewPCG(r.config.seed, number)), //nolint:gosec // repeatable on purpose
		http: &http.Client{Timeout: answerTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: 8}},
	}
}

func (c *caller) oneIn(n int) bool { return c.rng.IntN(n) == 0 }

// upTo is a random time.
func (c *caller) upTo(d time.Duration) time.Duration { return time.Duration(c.rng.Int64N(int64(d))) }

func (c *caller) post(ctx context.Context, kind, token, path string, body any) reply {
	data := []byte{}
	if body != nil {
		data, _ = json.Marshal(body) // maps, lists and numbers
	}
	return c.call(ctx, kind, token, http.MethodPost, path, "application/json", data)
}

func (c *caller) get(ctx context.Context, kind, token, path string) reply {
	return c.call(ctx, kind, token, http.MethodGet, path, "", nil)
}

func (c *caller) upload(ctx context.Context, kind, token, path string, content []byte) reply {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile("file", "students.csv") // a buffer takes everything
	_, _ = part.Write(content)
	_ = form.Close()
	return c.call(ctx, kind, token, http.MethodPost, path, form.FormDataContentType(), body.Bytes())
}

// call sends a request and counts its outcome. A load that is over still gets the answer to what it has sent.
func (c *caller) call(ctx context.Context, kind, token, method, path, contentType string, body []byte) reply {
	url := c.run.address(ctx, c.rng)
	if url == "" {
		return reply{outcome: unsent}
	}
	request, err := http.NewRequestWithContext(context.WithoutCancel(ctx), method, url+path, bytes.NewReader(body))
	if err != nil {
		panic(err) // a mistake in this program
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	r := reply{begin: c.run.clock()}
	r.status, r.body, err = c.send(request)
	r.end = c.run.clock()
	r.outcome = judge(r.status, err)
	c.run.counts.operation(kind, r)
	if r.status == http.StatusServiceUnavailable {
		wait(ctx, unavailablePause)
	}
	if r.status == http.StatusInternalServerError {
		c.run.violation("%s %s answered 500: %s", method, path, r.body)
	}
	return r
}

func judge(status int, err error) outcome {
	var op *net.OpError
	switch {
	case errors.As(err, &op) && op.Op == "dial":
		return unsent
	case err != nil || status >= http.StatusInternalServerError:
		return unknown
	case status >= http.StatusBadRequest:
		return refused
	}
	return acknowledged
}

var (
	errCut     = errors.New("the client closed the connection")
	errUnheard = errors.New("the answer was lost on the way")
)

// send sends a request, and may break its connection: closed in the middle, or with the server none the wiser, as when a
// network loses what comes back.
func (c *caller) send(request *http.Request) (status int, body []byte, err error) {
	switch {
	case c.calm:
	case c.oneIn(oneInCut):
		ctx, cancel := context.WithTimeoutCause(request.Context(), c.upTo(longestCut), errCut)
		defer cancel()
		status, body, err = c.exchange(request.WithContext(ctx))
		if err != nil && errors.Is(context.Cause(ctx), errCut) {
			c.run.counts.fault(connectionCut)
		}
		return status, body, err
	case c.oneIn(oneInUnheard):
		c.run.counts.fault(answerLost)
		c.run.unheard.Go(func() { _, _, _ = c.exchange(request) })
		wait(request.Context(), c.upTo(longestCut))
		return 0, nil, errUnheard
	}
	return c.exchange(request)
}

func (c *caller) exchange(request *http.Request) (status int, body []byte, err error) {
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }() // it has been read
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

// insist repeats a request until it is answered. Tried is how often its effect may have come before.
func (c *caller) insist(ctx context.Context, send func(context.Context) reply) (r reply, tried int, ok bool) {
	for ctx.Err() == nil {
		switch r = send(ctx); r.outcome {
		case acknowledged, refused:
			return r, tried, true
		case unknown:
			tried++
		}
		wait(ctx, retryPause)
	}
	return r, tried, false
}

const retryPause = 20 * time.Millisecond
