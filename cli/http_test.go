package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/auth"
)

// client gives up on a server that does not answer.
var client = &http.Client{Timeout: patience}

// answer is what the server answered.
type answer struct {
	t      *testing.T
	what   string
	status int
	body   []byte
}

func (s *serving) request(token, method, path string, body any) *http.Request {
	s.t.Helper()
	var data []byte
	if body != nil {
		var err error
		data, err = json.Marshal(body)
		require.NoError(s.t, err)
	}
	request, err := http.NewRequestWithContext(context.WithoutCancel(s.t.Context()), method, s.url+path, bytes.NewReader(data))
	require.NoError(s.t, err)
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return request
}

func (s *serving) call(token, method, path string, body any) *answer {
	s.t.Helper()
	response, err := client.Do(s.request(token, method, path, body))
	require.NoError(s.t, err, "%s", s.log)
	defer func() { require.NoError(s.t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return &answer{t: s.t, what: method + " " + path, status: response.StatusCode, body: text}
}

func (s *serving) get(token, path string) *answer {
	s.t.Helper()
	return s.call(token, http.MethodGet, path, nil)
}

func (s *serving) post(token, path string, body any) *answer {
	s.t.Helper()
	return s.call(token, http.MethodPost, path, body)
}

// is requires a status.
func (a *answer) is(status int) *answer {
	a.t.Helper()
	require.Equal(a.t, status, a.status, "%s: %s", a.what, a.body)
	return a
}

// into decodes the JSON body.
func (a *answer) into(target any) {
	a.t.Helper()
	require.NoError(a.t, json.Unmarshal(a.body, target), "%s: %s", a.what, a.body)
}

// field returns one field of the JSON body.
func (a *answer) field(name string) any {
	a.t.Helper()
	var fields map[string]any
	a.into(&fields)
	require.Contains(a.t, fields, name)
	return fields[name]
}

func (a *answer) int(name string) int64 {
	a.t.Helper()
	n, ok := a.field(name).(float64)
	require.True(a.t, ok, "%s: %s", a.what, a.body)
	return int64(n)
}

// signIn signs a person in and returns the token.
func (s *serving) signIn(email, password string) string {
	s.t.Helper()
	token, ok := s.post("", "/auth/login", map[string]string{"email": email, "password": password}).is(http.StatusOK).field("token").(string)
	require.True(s.t, ok)
	return token
}

// token makes a token for the first person of a role. It asks the database once: later it may be down.
func (s *serving) token(role auth.Role) string {
	s.t.Helper()
	if s.signed[role] == "" {
		var id int64
		s.query("SELECT min(user_id) FROM users WHERE role = $1", role)(&id)
		s.signed[role] = s.tokenOf(id, role)
	}
	return s.signed[role]
}

func (s *serving) tokenOf(userID int64, role auth.Role) string {
	s.t.Helper()
	tokens, err := auth.NewTokens([]byte(secret))
	require.NoError(s.t, err)
	token, err := tokens.Issue(auth.Principal{UserID: userID, Role: role, Name: "N", Email: "n@college.example"}, time.Now())
	require.NoError(s.t, err)
	return token
}

// connect connects to the running server's own PostgreSQL.
func (s *serving) connect() *pgx.Conn {
	s.t.Helper()
	return connect(s.t, s.databaseURL())
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// query runs a query that returns one row and gives its columns to what it returns.
func (s *serving) query(query string, args ...any) func(into ...any) {
	s.t.Helper()
	return query1(s.t, s.databaseURL(), query, args...)
}

func query1(t *testing.T, url, query string, args ...any) func(into ...any) {
	t.Helper()
	conn := connect(t, url)
	return func(into ...any) {
		t.Helper()
		require.NoError(t, conn.QueryRow(t.Context(), query, args...).Scan(into...))
		require.NoError(t, conn.Close(t.Context()))
	}
}

// pendingDrive creates a drive that every active student is eligible for.
func (s *serving) pendingDrive() int64 {
	s.t.Helper()
	body := map[string]any{"company_name": "Acme", "job_title": "Engineer"}
	return s.post(s.token(auth.Head), "/drives", body).is(http.StatusCreated).int("drive_id")
}

// publish publishes a drive and returns its job.
func (s *serving) publish(drive int64) (job int64) {
	s.t.Helper()
	return s.post(s.token(auth.Head), at("/drives/%d/publish", drive), nil).is(http.StatusOK).int("job_id")
}

// jobDone waits until a job is completed, and returns how many attempts it took.
func (s *serving) jobDone(job int64, within time.Duration) (attempts int64) {
	s.t.Helper()
	token := s.token(auth.Head)
	require.Eventually(s.t, func() bool {
		got := s.get(token, at("/jobs/%d", job))
		if got.status == http.StatusServiceUnavailable {
			return false
		}
		attempts = got.is(http.StatusOK).int("attempt")
		return got.field("state") == "completed"
	}, within, 20*time.Millisecond, "job %d", job)
	return attempts
}

// postgresPid is the process id of the server's PostgreSQL.
func (in *install) postgresPid() int {
	in.t.Helper()
	text, err := os.ReadFile(filepath.Join(in.data(), "data", "postmaster.pid"))
	require.NoError(in.t, err)
	first, _, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(string(first))
	require.NoError(in.t, err)
	return pid
}

// killPostgres ends PostgreSQL's main process as the kernel does, and waits until it is gone.
func (s *serving) killPostgres() {
	s.t.Helper()
	pid := s.postgresPid()
	require.NoError(s.t, syscall.Kill(pid, syscall.SIGKILL))
	require.Eventually(s.t, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }, patience, poll)
}

// at is fmt.Sprintf, for paths.
func at(format string, args ...any) string { return fmt.Sprintf(format, args...) }
