package cli_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"placeops/auth"
)

// receiver is a collector that keeps what it gets, as it came and decoded.
type receiver struct {
	t       *testing.T
	url     string
	headers http.Header

	mu    sync.Mutex
	raw   bytes.Buffer
	about map[string]string // of the process
	spans []*tracepb.Span
}

func receive(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t, about: map[string]string{}}
	web := httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(web.Close)
	r.url = web.URL
	return r
}

func (r *receiver) take(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	var export collector.ExportTraceServiceRequest
	if err != nil || request.URL.Path != "/v1/traces" || proto.Unmarshal(body, &export) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.headers = request.Header
	r.raw.Write(body)
	for _, process := range export.GetResourceSpans() {
		for _, attribute := range process.GetResource().GetAttributes() {
			r.about[attribute.GetKey()] = attribute.GetValue().GetStringValue()
		}
		for _, scope := range process.GetScopeSpans() {
			r.spans = append(r.spans, scope.GetSpans()...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// settings make a placeops send everything here, soon.
func (r *receiver) settings(more ...string) []string {
	return append([]string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + r.url, "OTEL_BSP_SCHEDULE_DELAY=20"}, more...)
}

// traced is what has come of a trace.
type traced struct {
	t     *testing.T
	spans []*tracepb.Span
}

func (r *receiver) trace(id string) traced {
	r.t.Helper()
	bytes, err := hex.DecodeString(id)
	require.NoError(r.t, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	found := traced{t: r.t}
	for _, span := range r.spans {
		if string(span.GetTraceId()) == string(bytes) {
			found.spans = append(found.spans, span)
		}
	}
	return found
}

func (r *receiver) named(name string) (found []*tracepb.Span) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return traced{spans: r.spans}.named(name)
}

// await waits until a trace has these spans, and returns it.
func (r *receiver) await(id string, names ...string) (found traced) {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		found = r.trace(id)
		for _, name := range names {
			if len(found.named(name)) == 0 {
				return false
			}
		}
		return true
	}, patience, poll, "%v", names)
	return found
}

func (t traced) named(name string) (found []*tracepb.Span) {
	for _, span := range t.spans {
		if span.GetName() == name {
			found = append(found, span)
		}
	}
	return found
}

// path is the names of a span and of those around it, from the outermost that is known.
func (t traced) path(span *tracepb.Span) string {
	for _, around := range t.spans {
		if string(around.GetSpanId()) == string(span.GetParentSpanId()) {
			return t.path(around) + " > " + span.GetName()
		}
	}
	return span.GetName()
}

func (t traced) paths() map[string]bool {
	found := map[string]bool{}
	for _, span := range t.spans {
		found[t.path(span)] = true
	}
	return found
}

func attribute(span *tracepb.Span, name string) string {
	for _, a := range span.GetAttributes() {
		if a.GetKey() == name {
			if text := a.GetValue().GetStringValue(); text != "" {
				return text
			}
			number, _ := json.Marshal(a.GetValue().GetIntValue())
			return string(number)
		}
	}
	return ""
}

// under sends a request as a part of a trace of the test's.
func (s *serving) under(trace, token, method, path string, body any) *answer {
	s.t.Helper()
	request := s.request(token, method, path, body)
	request.Header.Set("Traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	response, err := client.Do(request)
	require.NoError(s.t, err, "%s", s.log)
	defer func() { require.NoError(s.t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return &answer{t: s.t, what: method + " " + path, status: response.StatusCode, body: text}
}

const (
	creating   = "4bf92f3577b34da6a3ce929d0e0e4701"
	publishing = "4bf92f3577b34da6a3ce929d0e0e4702"
	failing    = "4bf92f3577b34da6a3ce929d0e0e4703"
)

func TestARequestItsStatementsAndItsJobAreOneTrace(t *testing.T) {
	t.Parallel()
	to := receive(t)
	s := prepared(t, to.settings("OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=a-test", "OTEL_EXPORTER_OTLP_HEADERS=x-tenant=college",
		"PLACEOPS_LOG_FORMAT=json")...).serve("--demo")
	head := s.token(auth.Head)
	drive := s.under(creating, head, http.MethodPost, "/drives", map[string]any{
		"company_name": "Confidential Industries", "job_title": "Secret Keeper", "min_cgpa": 5,
	}).is(http.StatusCreated).int("drive_id")
	s.under(publishing, head, http.MethodPost, "/api"+at("/drives/%d/publish", drive), nil).is(http.StatusOK)
	s.under(failing, head, http.MethodGet, "/drives/999999?search=Confidential", nil).is(http.StatusNotFound)
	s.under(failing, "", http.MethodPost, "/auth/login", map[string]string{"email": "stranger@college.example", "password": "wrong-pass-word"}).is(http.StatusUnauthorized)
	s.get("", "/healthz").is(http.StatusOK)

	created := to.await(creating, "POST /drives")
	require.NotEmpty(t, created.paths()["POST /drives > BEGIN"], created.paths())
	published := to.await(publishing, "POST /drives/:id/publish", "job auto-publish")
	paths := published.paths()
	const job = "POST /drives/:id/publish > insert jobs > job auto-publish"
	for _, path := range []string{
		"POST /drives/:id/publish > BEGIN", "POST /drives/:id/publish > COMMIT", "POST /drives/:id/publish > insert jobs > JobInsertFastMany",
		job + " > BEGIN", job + " > COMMIT",
	} {
		require.True(t, paths[path], "%s is missing in %v", path, paths)
	}
	server := published.named("POST /drives/:id/publish")[0]
	require.Equal(t, "00f067aa0ba902b7", hex.EncodeToString(server.GetParentSpanId()), "a part of what the caller traces")
	require.Equal(t, tracepb.Span_SPAN_KIND_SERVER, server.GetKind())
	require.Equal(t, "200", attribute(server, "http.response.status_code"))
	work := published.named("job auto-publish")[0]
	require.Equal(t, tracepb.Span_SPAN_KIND_CONSUMER, work.GetKind())
	require.Equal(t, "default", attribute(work, "messaging.destination.name"))
	to.await(failing, "GET /drives/:id", "POST /auth/login")

	require.Contains(t, s.log.String(), `"trace_id":"`+publishing+`"`)
	require.Eventually(t, func() bool { return len(to.named("start PostgreSQL")) == 1 }, patience, poll)
	s.stop()
	to.holdsNothingOf("Confidential", "Secret Keeper", "demo.example", "college.example", "stranger", "wrong-pass-word", head, secret, "999999")
	require.Empty(t, to.named("GET /healthz"))
	require.Equal(t, "placeops", to.about["service.name"])
	require.Equal(t, "a-test", to.about["deployment.environment.name"])
	require.Equal(t, "college", to.headers.Get("X-Tenant"))
}

// holdsNothingOf requires that none of this has come, in any form.
func (r *receiver) holdsNothingOf(texts ...string) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	require.NotZero(r.t, r.raw.Len())
	for _, text := range texts {
		require.NotContains(r.t, r.raw.String(), text)
	}
}

func TestRegistrationsThatGoTogetherAreLinked(t *testing.T) {
	t.Parallel()
	to := receive(t)
	s := prepared(t, to.settings()...).serve("--demo")
	drive := s.pendingDrive()
	s.jobDone(s.publish(drive), soon)
	rows, err := s.connect().Query(t.Context(), "SELECT student_id FROM drive_students WHERE drive_id = $1 ORDER BY student_id LIMIT 6", drive)
	require.NoError(t, err)
	students, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	require.NoError(t, err)
	require.Len(t, students, 6)
	head := s.token(auth.Head)
	_, err = s.connect().Exec(t.Context(), "UPDATE users SET must_change_password = false WHERE must_change_password")
	require.NoError(t, err)
	hold := s.hold("LOCK TABLE registrations IN SHARE MODE") // the first one waits in the database, the others for it
	var group sync.WaitGroup
	register := func(student int64) {
		group.Go(func() {
			s.post(s.tokenOf(student, auth.Student), "/registrations", map[string]int64{"drive_id": drive})
		})
	}
	register(students[0])
	hold.awaitWaiters(1)
	for _, student := range students[1:] {
		register(student)
	}
	require.Eventually(t, func() bool { return s.scrape(head).Sum("placeops_http_requests_in_flight") == 6+1 }, patience, poll)
	hold.release()
	group.Wait()

	require.Eventually(t, func() bool { return len(to.named("registrations")) == 2 }, patience, poll)
	require.Eventually(t, func() bool { return len(to.named("POST /registrations")) == 6 }, patience, poll)
	linked := 0
	for _, crowd := range to.named("registrations") {
		linked += len(crowd.GetLinks())
		for _, link := range crowd.GetLinks() {
			require.Contains(t, linksOf(to.named("POST /registrations")), string(crowd.GetSpanId()), "both ways")
			require.NotEqual(t, crowd.GetTraceId(), link.GetTraceId())
		}
	}
	require.Equal(t, 4, linked, "one alone; five together: a part of the first one's trace, linked with the others")
	s.stop()
}

func linksOf(spans []*tracepb.Span) (ids []string) {
	for _, span := range spans {
		for _, link := range span.GetLinks() {
			ids = append(ids, string(link.GetSpanId()))
		}
	}
	return ids
}

// silentCollector takes connections and never answers.
func silentCollector(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() {
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		connections.Wait()
	})
	return "http://" + listener.Addr().String()
}

func TestACollectorThatIsAwayHoldsUpNothing(t *testing.T) {
	t.Parallel()
	nobody := "http://127.0.0.1:1"
	for name, url := range map[string]string{"nobody listens": nobody, "it never answers": silentCollector(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prepared(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+url, "OTEL_BSP_SCHEDULE_DELAY=20", "OTEL_BSP_MAX_QUEUE_SIZE=64",
				"OTEL_BSP_MAX_EXPORT_BATCH_SIZE=32", "OTEL_BSP_EXPORT_TIMEOUT=500").serve("--demo")
			head := s.token(auth.Head)
			for range 300 { // many times what the queue takes
				s.get(head, "/drives").is(http.StatusOK)
			}
			s.jobDone(s.publish(s.pendingDrive()), soon)
			require.Eventually(t, func() bool { return strings.Contains(s.log.String(), "the collector does not take traces") }, patience, poll)
			began := time.Now()
			s.stop()
			require.Less(t, time.Since(began), 15*time.Second)
			require.Equal(t, 1, strings.Count(s.log.String(), "the collector does not take traces"), "it says so once")
		})
	}
}

func TestWithoutACollectorThereIsNoTraceOfTracing(t *testing.T) {
	t.Parallel()
	s := prepared(t, "PLACEOPS_PPROF_ADDR=127.0.0.1:0", "PLACEOPS_LOG_FORMAT=json").serve("--demo")
	s.under(publishing, s.token(auth.Head), http.MethodPost, at("/drives/%d/publish", s.pendingDrive()), nil).is(http.StatusOK)
	var marked int
	s.query("SELECT count(*) FROM river_job WHERE metadata ? 'traceparent'")(&marked)
	require.Zero(t, marked)
	require.NotContains(t, s.profile("goroutine?debug=2"), "opentelemetry")
	require.NotContains(t, s.log.String(), "trace_id")
	s.stop()
}

func TestTracesOverGRPCAreRefusedInWords(t *testing.T) {
	t.Parallel()
	prepared(t, "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc").run("serve").
		fails("OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf", "port 4318")
}
