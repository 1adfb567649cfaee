package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/server"
)

func TestAddressesThatNobodyAnswers(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, prefix := range []string{"", "/api"} {
		for _, c := range []struct {
			method, path, allow string
			want                int
		}{
			{http.MethodGet, "/nothing", "", http.StatusNotFound},
			{http.MethodGet, "/app/assets/nothing.js", "", http.StatusNotFound},
			{http.MethodGet, "/api/api/drives", "", http.StatusNotFound},
			{http.MethodGet, "/drives/1/nothing", "", http.StatusNotFound},
			{http.MethodPost, "/nothing%00%2F", "", http.StatusNotFound},
			{http.MethodPut, "/drives", "GET, POST", http.StatusMethodNotAllowed},
			{http.MethodPost, "/drives/7", "DELETE, GET, PATCH", http.StatusMethodNotAllowed},
			{http.MethodDelete, "/healthz", "GET", http.StatusMethodNotAllowed},
			{http.MethodPost, "/openapi.json", "GET", http.StatusMethodNotAllowed},
		} {
			answer := h.call("head", c.method, prefix+c.path, nil).is(c.want)
			require.Equal(t, "application/problem+json", answer.header.Get("Content-Type"))
			require.EqualValues(t, c.want, answer.int("status"))
			require.Equal(t, http.StatusText(c.want), answer.value("title"))
			require.Equal(t, answer.value("detail"), answer.value("message"))
			require.NotEmpty(t, answer.value("type"))
			require.Equal(t, prefix+c.path, answer.value("instance"))
			if c.want == http.StatusMethodNotAllowed {
				for _, method := range strings.Split(c.allow, ", ") {
					require.Contains(t, answer.header.Get("Allow"), method, "%s %s", c.method, c.path)
				}
			}
		}
	}
}

func TestASlashAtTheEndChangesNothing(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.drive(nil)
	h.play([]scenario{
		{name: "list", as: "student", path: "/drives/", want: 200},
		{name: "list under /api", as: "student", path: "/api/drives/?status=&_=1764000000", want: 200},
		{name: "one", as: "head", path: at("/api/drives/%d/", drive), want: 200, says: "Acme"},
		{name: "create", as: "head", method: "POST", path: "/api/drives/", body: `{"company_name":"A","job_title":"B"}`, want: 201},
		{name: "publish", as: "head", method: "POST", path: at("/api/drives/%d/publish/", drive), body: "", want: 200},
		{name: "a wrong method", as: "head", method: "PUT", path: "/drives/", want: 405},
		{name: "the address as it was asked for", as: "head", path: "/api/nothing/", want: 404, says: `"instance":"/api/nothing/"`},
		{name: "more than one", as: "head", path: "/drives//", want: 404},
		{name: "none to take", as: "head", path: "/", want: 200, says: "<title>"},
		{name: "nothing under /api", as: "head", path: "/api/", want: 404},
	})
}

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, path := range []string{"/drives", "/nothing", "/healthz", "/docs", "/openapi.json", "/uploads/x"} {
		header := h.get("", path).header
		require.Regexp(t, `^[0-9a-f]{24}$`, header.Get("X-Request-Id"), path)
		require.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
		require.Equal(t, "DENY", header.Get("X-Frame-Options"), path)
		require.Equal(t, "no-referrer", header.Get("Referrer-Policy"), path)
		require.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'", path)
		require.NotEmpty(t, header.Get("Cache-Control"), path)
		require.Empty(t, header.Get("Access-Control-Allow-Origin"), path)
	}
	for given, kept := range map[string]bool{"abc-1.2:3_X": true, strings.Repeat("x", 65): false, "a b": false, "é": false, `"; drop`: false} {
		request := h.request("", http.MethodGet, "/healthz", nil)
		request.Header.Set("X-Request-Id", given)
		require.Equal(t, kept, h.do(request).header.Get("X-Request-Id") == given, given)
	}
}

func TestOnlyKnownOriginsMayCall(t *testing.T) {
	t.Parallel()
	const origin = "https://placement.college.example"
	h := start(t, func(d *server.Deps) { d.CORSOrigins = []string{origin} })
	for from, want := range map[string]string{origin: origin, "https://evil.example": ""} {
		request := h.request("head", http.MethodGet, "/drives", nil)
		request.Header.Set("Origin", from)
		require.Equal(t, want, h.do(request).is(http.StatusOK).header.Get("Access-Control-Allow-Origin"), from)
		for _, path := range []string{"/me", "/nothing"} { // a page can read what went wrong
			refused := h.request("", http.MethodGet, path, nil)
			refused.Header.Set("Origin", from)
			require.Equal(t, want, h.do(refused).header.Get("Access-Control-Allow-Origin"), path)
		}
		preflight := h.request("", http.MethodOptions, "/api/drives/1", nil)
		preflight.Header.Set("Origin", from)
		preflight.Header.Set("Access-Control-Request-Method", http.MethodPatch)
		answer := h.do(preflight)
		require.Equal(t, want, answer.header.Get("Access-Control-Allow-Origin"), from)
		if want != "" {
			answer.is(http.StatusNoContent)
			require.Contains(t, answer.header.Get("Access-Control-Allow-Methods"), http.MethodPatch)
			for _, header := range []string{"Authorization", "Content-Type", "Last-Event-ID", "X-Request-Id"} {
				require.Contains(t, answer.header.Get("Access-Control-Allow-Headers"), header)
			}
		}
	}
}

// logBuffer collects log lines from many requests.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// requests are the lines of the log that are about requests.
func (b *logBuffer) requests(t *testing.T) []map[string]any {
	t.Helper()
	var lines []map[string]any
	scanner := bufio.NewScanner(strings.NewReader(b.String()))
	for scanner.Scan() {
		var line map[string]any
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &line))
		if line["msg"] == "request" {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestEachRequestIsOneLineInTheLog(t *testing.T) {
	t.Parallel()
	var log logBuffer
	h := start(t, func(d *server.Deps) { d.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	link := h.driveForm(formPart{"pdf", "j.pdf", pdf}).is(http.StatusCreated).value("pdf_path").(string)
	h.get("", link).is(http.StatusOK)
	h.get("student", "/api/drives?q=private-words").is(http.StatusOK)
	h.get("student", "/users").is(http.StatusForbidden)
	h.get("", "/nothing").is(http.StatusNotFound)
	request := h.request("", http.MethodGet, "/me", nil)
	request.Header.Set("Authorization", "Bearer private-token")
	h.do(request).is(http.StatusUnauthorized)

	var lines []map[string]any
	require.Eventually(t, func() bool {
		lines = log.requests(t)
		return len(lines) == 6
	}, jobTime, fast)
	for i, want := range []map[string]any{
		{"method": "POST", "route": "/drives", "path": "/drives", "status": 201., "user_id": float64(h.id("coordinator"))},
		{"method": "GET", "route": "/uploads/*", "path": nil, "status": 200., "user_id": nil, "bytes": float64(len(pdf))},
		{"method": "GET", "route": "/drives", "path": "/api/drives", "status": 200., "user_id": float64(h.id("student"))},
		{"method": "GET", "route": "/users", "status": 403., "user_id": float64(h.id("student"))},
		{"method": "GET", "status": 404., "path": "/nothing"},
		{"method": "GET", "route": "/me", "status": 401., "user_id": nil},
	} {
		for field, value := range want {
			require.Equal(t, value, lines[i][field], "%s of line %d: %v", field, i, lines[i])
		}
		require.Equal(t, "INFO", lines[i]["level"])
		require.NotEmpty(t, lines[i]["request_id"])
		require.Equal(t, "127.0.0.1", lines[i]["address"])
		require.Contains(t, lines[i], "took")
	}
	for _, secret := range []string{"private", h.token("student"), strings.Split(link, "/")[3]} {
		require.NotContains(t, log.String(), secret)
	}
}

func TestAFaultOfTheSystemIsLoggedAndNotTold(t *testing.T) {
	t.Parallel()
	var log logBuffer
	h := start(t, func(d *server.Deps) { d.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	h.failCommits("INSERT ON drives")
	answer := h.post("coordinator", "/drives", map[string]any{"company_name": "A", "job_title": "B"}).is(http.StatusInternalServerError)
	require.NotContains(t, string(answer.body), "no commit")
	require.Contains(t, answer.value("detail"), answer.header.Get("X-Request-Id"))
	require.Eventually(t, func() bool { return len(log.requests(t)) == 1 }, jobTime, fast)
	line := log.requests(t)[0]
	require.Equal(t, "ERROR", line["level"])
	require.Contains(t, line["error"], "no commit")
	require.Equal(t, answer.header.Get("X-Request-Id"), line["request_id"])
}

// Who closes the page while the answer is made has caused no fault.
func TestAClientThatLeavesIsNoFaultInTheLog(t *testing.T) {
	t.Parallel()
	var log logBuffer
	h := start(t, func(d *server.Deps) { d.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	drive := h.drive(nil)
	locked := h.hold(lockDrive, drive)
	defer h.letGo(locked)
	before := len(log.requests(t))

	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	left := make(chan error, 1)
	go func() {
		_, err := h.exchange(h.request("coordinator", http.MethodPost, at("/drives/%d/publish", drive), nil).WithContext(ctx))
		left <- err
	}()
	h.waiting(1)
	leave()
	require.ErrorIs(t, <-left, context.Canceled)

	require.Eventually(t, func() bool { return len(log.requests(t)) == before+1 }, jobTime, fast)
	line := log.requests(t)[before]
	require.Equal(t, "INFO", line["level"])
	require.EqualValues(t, 499, line["status"])
	require.Nil(t, line["error"])
}
