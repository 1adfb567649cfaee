package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/server"
)

// eventReader reads the events of a job as a browser does.
type eventReader struct {
	h        *harness
	response *http.Response
	lines    *bufio.Scanner
	lastID   string
}

// watch opens a stream of events at one of the servers.
func (h *harness) watch(as, url string, jobID int64, lastID string) *eventReader {
	h.t.Helper()
	return h.watchWith("Authorization", "Bearer "+h.token(as), url, jobID, lastID)
}

// watchWith is watch with a header that says who watches.
func (h *harness) watchWith(header, value, url string, jobID int64, lastID string) *eventReader {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), jobTime)
	h.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+at("/jobs/%d/events", jobID), nil)
	require.NoError(h.t, err)
	request.Header.Set(header, value)
	if lastID != "" {
		request.Header.Set("Last-Event-ID", lastID)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = response.Body.Close() })
	return &eventReader{h: h, response: response, lines: bufio.NewScanner(response.Body), lastID: lastID}
}

// next returns the next event, nil at the end of the stream. A comment comes as "".
func (e *eventReader) next() (job map[string]any, comment bool) {
	e.h.t.Helper()
	for e.lines.Scan() {
		line := e.lines.Text()
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			e.lastID = id
		} else if data, ok := strings.CutPrefix(line, "data: "); ok {
			require.NoError(e.h.t, json.Unmarshal([]byte(data), &job))
			return job, false
		} else if strings.HasPrefix(line, ":") {
			return nil, true
		} else {
			require.Empty(e.h.t, line)
		}
	}
	require.NoError(e.h.t, e.lines.Err())
	return nil, false
}

// event returns the next event and skips comments.
func (e *eventReader) event() map[string]any {
	e.h.t.Helper()
	for {
		if job, comment := e.next(); !comment {
			return job
		}
	}
}

// until returns the first event that meets a condition.
func (e *eventReader) until(met func(map[string]any) bool) map[string]any {
	e.h.t.Helper()
	for {
		job := e.event()
		require.NotNil(e.h.t, job, "the stream ended too soon")
		if met(job) {
			return job
		}
	}
}

func progressIs(done float64) func(map[string]any) bool {
	return func(job map[string]any) bool {
		progress, ok := job["progress"].(map[string]any)
		return ok && progress["done"] == done
	}
}

func completed(job map[string]any) bool { return job["state"] == "completed" }

// otherServer is a second process on the same database, which works no jobs.
func (h *harness) otherServer(deps server.Deps) (s *server.Server, url string) {
	h.t.Helper()
	s, err := server.New(deps)
	require.NoError(h.t, err)
	listener, err := new(net.ListenConfig).Listen(h.t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(h.t, err)
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	h.t.Cleanup(func() {
		require.NoError(h.t, s.Shutdown(context.WithoutCancel(h.t.Context())))
		require.NoError(h.t, <-served)
	})
	return s, "http://" + listener.Addr().String()
}

func TestEventsShowProgressAndTheEndOnEveryProcess(t *testing.T) {
	t.Parallel()
	var deps server.Deps
	h := start(t, func(d *server.Deps) { deps = *d })
	_, elsewhere := h.otherServer(deps)
	drive := h.exportable(2_500)
	release := h.pauseExports(1_000)
	job := h.export("staff", drive)
	here, there := h.watch("staff", h.url, job, ""), h.watch("head", elsewhere, job, "")
	for _, stream := range []*eventReader{here, there} {
		require.Equal(t, "text/event-stream", stream.response.Header.Get("Content-Type"))
		require.Equal(t, "no", stream.response.Header.Get("X-Accel-Buffering"))
		require.Equal(t, "no-store", stream.response.Header.Get("Cache-Control"))
		require.Equal(t, "running", stream.until(progressIs(1_000))["state"])
	}
	seen := here.lastID
	require.NoError(t, here.response.Body.Close())

	// Connected again, to another process, the client is not told what it knows.
	again := h.watch("staff", elsewhere, job, seen)
	_, comment := again.next()
	require.True(t, comment)
	release()
	for _, stream := range []*eventReader{there, again} {
		last := stream.until(completed)
		require.Equal(t, h.get("staff", at("/jobs/%d", job)).object(), last, "the same object")
		require.Nil(t, stream.event(), "the stream ends with the job")
	}
	require.Equal(t, there.lastID, again.lastID)

	late := h.watch("staff", h.url, job, "")
	require.Equal(t, "completed", late.event()["state"])
	require.Nil(t, late.event())
	require.Equal(t, http.StatusNoContent, h.watch("staff", h.url, job, again.lastID).response.StatusCode, "no need to come back")
}

func TestAStreamEndsWithTheAccessOfWhoWatches(t *testing.T) {
	t.Parallel()
	h := start(t)
	job := h.jobInState("close-registrations", "scheduled")
	other := h.add("another head", "HEAD")
	stream := h.watch("another head", h.url, job, "")
	require.Equal(t, "scheduled", stream.event()["state"])
	h.exec(`UPDATE users SET active = false, tokens_valid_from = now() WHERE user_id = $1`, other)
	begun := time.Now()
	require.Nil(t, stream.event())
	require.Less(t, time.Since(begun), 5*time.Second)
	h.get("another head", at("/jobs/%d/events", job)).is(http.StatusUnauthorized)
}

func TestAStreamWithoutNewsShowsThatItLives(t *testing.T) {
	t.Parallel()
	h := start(t, func(d *server.Deps) { d.Events = server.EventOptions{Heartbeat: time.Millisecond} })
	job := h.jobInState("close-registrations", "scheduled")
	stream := h.watch("head", h.url, job, "")
	_, comment := stream.next()
	require.False(t, comment)
	for range 2 {
		_, comment = stream.next()
		require.True(t, comment)
	}
	h.post("head", at("/jobs/%d/cancel", job), nil).is(http.StatusOK)
	require.Equal(t, "cancelled", stream.event()["state"])
	require.Nil(t, stream.event())
}

func TestOpenStreamsAreLimitedAndFreedWhenTheClientGoes(t *testing.T) {
	t.Parallel()
	h := start(t, func(d *server.Deps) { d.Events = server.EventOptions{MaxStreams: 2} })
	job := h.jobInState("close-registrations", "scheduled")
	first, second := h.watch("head", h.url, job, ""), h.watch("head", h.url, job, "")
	require.NotNil(t, first.event())
	require.NotNil(t, second.event())
	refused := h.get("head", at("/jobs/%d/events", job)).is(http.StatusServiceUnavailable)
	require.NotEmpty(t, refused.header.Get("Retry-After"))
	require.NoError(t, first.response.Body.Close())
	require.Eventually(t, func() bool {
		return h.watch("head", h.url, job, "").response.StatusCode == http.StatusOK
	}, jobTime, 5*time.Millisecond)
}

func TestShutdownEndsStreams(t *testing.T) {
	t.Parallel()
	var deps server.Deps
	h := start(t, func(d *server.Deps) { deps = *d })
	stopping, url := h.otherServer(deps)
	stream := h.watch("head", url, h.jobInState("close-registrations", "scheduled"), "")
	require.NotNil(t, stream.event())
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	require.NoError(t, stopping.Shutdown(ctx), "nothing had to be cut off")
	require.Nil(t, stream.event())
}
