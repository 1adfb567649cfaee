package server_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/metrics"
	"placeops/metrics/metricstest"
	"placeops/server"
)

const (
	requestsTotal   = "placeops_http_requests_total"
	requestDuration = "placeops_http_request_duration_seconds"
	inFlight        = "placeops_http_requests_in_flight"
	eventStreams    = "placeops_http_event_streams"

	metricsToken = "a-token-of-the-tests"
)

// scrape reads the numbers of the process as its Prometheus does.
func (h *harness) scrape() metricstest.Scrape {
	h.t.Helper()
	answer := h.scrapeWith("Bearer " + h.token("head")).is(http.StatusOK)
	require.Contains(h.t, answer.header.Get("Content-Type"), "text/plain; version=0.0.4")
	return metricstest.Parse(h.t, answer.body)
}

func (h *harness) scrapeWith(authorization string) *reply {
	h.t.Helper()
	request := h.request("", http.MethodGet, "/metrics", nil)
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	return h.do(request)
}

// counted scrapes until as many requests of the route have been counted: a client may have its answer a moment earlier.
func (h *harness) counted(requests float64, labels ...string) metricstest.Scrape {
	h.t.Helper()
	var scrape metricstest.Scrape
	require.Eventually(h.t, func() bool {
		scrape = h.scrape()
		return scrape.Sum(requestsTotal, labels...) == requests
	}, jobTime, fast, "%v of %v; %v", requests, labels, scrape[requestsTotal])
	return scrape
}

func TestRequestsAreCountedByRouteMethodAndStatus(t *testing.T) {
	t.Parallel()
	h := start(t)
	for range 3 {
		h.get("student", "/drives").is(http.StatusOK)
	}
	h.get("student", "/api/drives").is(http.StatusOK)
	h.get("", "/drives").is(http.StatusUnauthorized)
	drive := h.drive(nil)
	h.get("coordinator", at("/drives/%d", drive)).is(http.StatusOK)
	h.get("coordinator", at("/api/drives/%d", drive)).is(http.StatusOK)
	h.get("coordinator", "/drives/999999").is(http.StatusNotFound)
	h.call("head", http.MethodPut, "/drives", nil).is(http.StatusMethodNotAllowed)
	h.get("", "/nothing").is(http.StatusNotFound)
	h.get("", "/uploads/2026/x").is(http.StatusNotFound)
	h.post("student", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusNotFound)

	scrape := h.counted(1, "route", "/registrations")
	for _, c := range []struct {
		route, method, code string
		want                float64
	}{
		{"/drives", "GET", "200", 4},
		{"/drives", "GET", "401", 1},
		{"/drives", "POST", "201", 1},
		{"/drives", "PUT", "405", 1},
		{"/drives/:id", "GET", "200", 2},
		{"/drives/:id", "GET", "404", 1},
		{"unmatched", "GET", "404", 1},
		{"/uploads/*", "GET", "404", 1},
		{"/registrations", "POST", "404", 1},
	} {
		labels := []string{"route", c.route, "method", c.method}
		require.InDelta(t, c.want, scrape.Sum(requestsTotal, append(labels, "code", c.code)...), 0, "%+v", c)
	}
	require.InDelta(t, 5, scrape.Sum(requestDuration, "route", "/drives", "method", "GET"), 0)
	require.Positive(t, scrape.Seconds(requestDuration, "route", "/drives", "method", "GET"))
	require.Less(t, scrape.Seconds(requestDuration), time.Minute.Seconds())
	require.InDelta(t, 1, scrape.Sum(inFlight), 0, "the scrape itself")
	require.Zero(t, scrape.Len(requestsTotal, "route", at("/drives/%d", drive)))
}

func TestNoRequestMakesNumbersWithoutEnd(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.rawRequest("GREETINGS", "/nothing")
	h.get("", "/nothing").is(http.StatusNotFound)
	h.get("head", "/drives/1").is(http.StatusNotFound)
	before := h.counted(2, "route", "unmatched")
	for i := range 1000 {
		path := fmt.Sprintf("/%x/%x?q=%d", rand.Uint64(), rand.Uint64(), i)
		if i%3 == 0 {
			path = at("/drives/%d", rand.Int64N(1<<53-1)+1)
		}
		h.get("head", path).is(http.StatusNotFound)
	}
	for i := range 20 {
		h.rawRequest(fmt.Sprintf("GREETINGS%d", i), "/nothing")
	}
	after := h.counted(2+666+20, "route", "unmatched")
	require.Equal(t, before.Len(requestsTotal, "route", "unmatched"), after.Len(requestsTotal, "route", "unmatched"))
	// The scrapes and the route of their answers have come to the ones before.
	require.LessOrEqual(t, after.Len(requestsTotal), before.Len(requestsTotal)+1)
	require.LessOrEqual(t, after.Len(requestDuration), before.Len(requestDuration)+1)
}

// rawRequest sends a request of any method, which Go's client would not all send.
func (h *harness) rawRequest(method, path string) {
	h.t.Helper()
	conn, err := new(net.Dialer).DialContext(h.t.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
	require.NoError(h.t, err)
	defer func() { require.NoError(h.t, conn.Close()) }()
	_, err = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", method, path)
	require.NoError(h.t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(h.t, err)
	require.NoError(h.t, response.Body.Close())
}

func TestTheTokenOpensTheNumbersAndNothingElse(t *testing.T) {
	t.Parallel()
	h := start(t, func(d *server.Deps) { d.MetricsToken = metricsToken })
	for authorization, want := range map[string]int{
		"Bearer " + metricsToken:                       http.StatusOK,
		"bearer  " + metricsToken:                      http.StatusOK,
		"Bearer " + h.token("head"):                    http.StatusOK,
		"Bearer " + h.token("coordinator"):             http.StatusForbidden,
		"Bearer " + h.token("student"):                 http.StatusForbidden,
		"Bearer " + metricsToken[:len(metricsToken)-1]: http.StatusUnauthorized,
		"Bearer " + metricsToken + "x":                 http.StatusUnauthorized,
		"Bearer " + strings.ToUpper(metricsToken):      http.StatusUnauthorized,
		"Basic " + metricsToken:                        http.StatusUnauthorized,
		metricsToken:                                   http.StatusUnauthorized,
		"Bearer":                                       http.StatusUnauthorized,
		"":                                             http.StatusUnauthorized,
	} {
		h.scrapeWith(authorization).is(want)
	}
	for _, route := range h.operations() {
		if route.roles == "public" || route.path == "/metrics" {
			continue
		}
		request := h.request("", route.method, strings.ReplaceAll(route.path, "{id}", nobodysID), nil)
		request.Header.Set("Authorization", "Bearer "+metricsToken)
		h.do(request).is(http.StatusUnauthorized)
	}
}

func TestWithoutATokenOnlyAHeadMayReadTheNumbers(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, authorization := range []string{"", "Bearer", "Bearer ", "Bearer " + metricsToken} {
		h.scrapeWith(authorization).is(http.StatusUnauthorized)
	}
	h.scrapeWith("Bearer " + h.token("head")).is(http.StatusOK)
}

func TestAStreamOfEventsIsNotASlowRequest(t *testing.T) {
	t.Parallel()
	h := start(t, func(d *server.Deps) { d.Events.Heartbeat = fast })
	job := h.jobInState("close-registrations", "scheduled")
	stream := h.watch("head", h.url, job, "")
	require.NotNil(t, stream.event())

	labels := []string{"route", "/jobs/:id/events"}
	scrape := h.scrape()
	require.InDelta(t, 1, scrape.Sum(eventStreams), 0)
	require.InDelta(t, 2, scrape.Sum(inFlight), 0, "the stream and the scrape")
	require.Zero(t, scrape.Len(requestsTotal, labels...), "it has not ended")
	require.NoError(t, stream.response.Body.Close())

	scrape = h.counted(1, labels...)
	require.Zero(t, scrape.Sum(eventStreams))
	require.Zero(t, scrape.Len(requestDuration, labels...))

	h.get("", at("/jobs/%d/events", job)).is(http.StatusUnauthorized)
	scrape = h.counted(2, labels...)
	require.InDelta(t, 1, scrape.Sum(requestDuration, labels...), 0, "a refusal is a request like others")
}

func TestWhoeverGoesAwayCountsAsBrokenOff(t *testing.T) {
	t.Parallel()
	h := start(t)
	conn, err := h.pool.Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	_, err = conn.Exec(t.Context(), "BEGIN; LOCK TABLE job_domains IN ACCESS EXCLUSIVE MODE")
	require.NoError(t, err)
	defer func() {
		_, err := conn.Exec(context.WithoutCancel(t.Context()), "ROLLBACK")
		require.NoError(t, err)
	}()

	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	gone := make(chan error, 1)
	request := h.request("head", http.MethodGet, "/job-domains", nil).WithContext(ctx)
	go func() {
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			err = response.Body.Close()
		}
		gone <- err
	}()
	require.Eventually(t, func() bool {
		return h.count("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") == 1
	}, jobTime, fast)
	leave()
	require.ErrorIs(t, <-gone, context.Canceled)
	scrape := h.counted(1, "route", "/job-domains")
	require.InDelta(t, 1, scrape.Sum(requestsTotal, "route", "/job-domains", "code", "broken_off"), 0)
	require.InDelta(t, 1, scrape.Sum(inFlight), 0)
}

func TestManyMayScrapeAtOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	m := metrics.New(metrics.Options{Version: "test", Pool: h.pool, KeepFor: time.Nanosecond})
	h.deps.Metrics, h.deps.MetricsToken = m, metricsToken
	other := h.another()
	var group sync.WaitGroup
	pages := make([]*reply, 16)
	for i := range pages {
		group.Go(func() {
			for range 5 {
				pages[i] = other.scrapeWith("Bearer " + metricsToken)
			}
		})
	}
	group.Wait()
	for _, page := range pages {
		scrape := metricstest.Parse(t, page.is(http.StatusOK).body)
		require.InDelta(t, scrape.Len("placeops_collector_up"), scrape.Sum("placeops_collector_up"), 0)
	}
}
