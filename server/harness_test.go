package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/jobs"
	"placeops/server"
	"placeops/store"
	"placeops/store/decimal"
	"placeops/store/storetest"
	"placeops/uploads"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// harness is a whole placeops for one test: its own database, a working queue, and a server on a loopback port, with one
// person of each role: "student", "staff", "coordinator" and "head".
type harness struct {
	t       *testing.T
	deps    server.Deps
	url     string
	pool    *pgxpool.Pool
	jobs    *jobs.Client
	tokens  *auth.Tokens
	uploads string // the folder
	people  map[string]auth.Principal
}

// secret signs the tokens of all tests; whoever holds it can mint one.
const secret = "a secret of the tests, 32 bytes or more"

// start runs a placeops; change may alter what it is made of.
func start(t *testing.T, change ...func(*server.Deps)) *harness {
	t.Helper()
	h := &harness{t: t, pool: storetest.New(t), people: map[string]auth.Principal{}, uploads: t.TempDir()}
	logger := slog.New(slog.DiscardHandler)
	files, err := uploads.Open(t.Context(), h.uploads)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	zone, err := time.LoadLocation("Asia/Kolkata")
	require.NoError(t, err)
	changes := &jobs.Changes{}
	h.jobs, err = jobs.NewClient(jobs.Deps{Pool: h.pool, Uploads: files, Zone: zone, Logger: logger}, jobs.Options{Changes: changes, Poll: storetest.Pooled()})
	require.NoError(t, err)
	h.tokens, err = auth.NewTokens([]byte(secret))
	require.NoError(t, err)
	h.deps = server.Deps{
		Pool: h.pool, Jobs: h.jobs, Changes: changes, Tokens: h.tokens, Passwords: auth.NewPasswords(4), Limits: auth.DefaultLoginLimits(),
		Uploads: files, Links: uploads.NewLinks([]byte(secret)), Zone: zone, Logger: logger, Version: "test",
		Migrated: func(context.Context) (bool, error) { return true, nil },
	}
	for _, c := range change {
		c(&h.deps)
	}
	require.NoError(t, h.jobs.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() { require.NoError(t, h.jobs.Stop(context.WithoutCancel(t.Context()))) })
	h.serve()
	for _, role := range auth.Roles() {
		h.add(strings.ToLower(string(role)), role)
	}
	return h
}

func (h *harness) serve() {
	s, err := server.New(h.deps)
	require.NoError(h.t, err)
	listener, err := new(net.ListenConfig).Listen(h.t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(h.t, err)
	h.url = "http://" + listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	h.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(h.t.Context()), 20*time.Second)
		defer cancel()
		require.NoError(h.t, s.Shutdown(ctx))
		require.NoError(h.t, <-served)
	})
}

// another is a second placeops process on the same database: the same people, another server.
func (h *harness) another() *harness {
	h.t.Helper()
	other := *h
	other.deps.Changes = nil // what it works no jobs of, it is not told of
	other.serve()
	return &other
}

// add makes a person of a role, known to the test by name. A student meets every usual criterion (CGPA 8, 10th 80, 12th
// 80, branch CSE, batch 2027, no backlogs) unless change says otherwise.
func (h *harness) add(name string, role auth.Role, change ...func(*store.NewStudent)) int64 {
	h.t.Helper()
	user, err := store.CreateUser(h.t.Context(), h.pool, store.NewUser{
		Name: "Name of " + name, Email: name + "@college.example", Role: string(role),
	})
	require.NoError(h.t, err)
	if role == auth.Student {
		branch, batch := "CSE", int32(2027)
		student := store.NewStudent{
			StudentID: user.UserID, RollNumber: "R-" + name, Branch: &branch, BatchYear: &batch, CGPA: number("8"),
			TenthPercent: number("80"), TwelfthPercent: number("80"),
		}
		for _, c := range change {
			c(&student)
		}
		_, err := store.CreateStudent(h.t.Context(), h.pool, student)
		require.NoError(h.t, err)
	}
	h.people[name] = auth.Principal{UserID: user.UserID, Role: role, Name: user.Name, Email: user.Email}
	return user.UserID
}

// student adds a student, see add.
func (h *harness) student(name string, change ...func(*store.NewStudent)) int64 {
	h.t.Helper()
	return h.add(name, auth.Student, change...)
}

func (h *harness) id(name string) int64 { return h.people[name].UserID }

func number(text string) *decimal.Decimal {
	d := decimal.MustParse(text)
	return &d
}

// token signs in as a person of the test; "anonymous" and "" have none.
func (h *harness) token(as string) string {
	h.t.Helper()
	if as == "" || as == "anonymous" {
		return ""
	}
	person, ok := h.people[as]
	require.True(h.t, ok, "nobody is called %q in this test", as)
	token, err := h.tokens.Issue(person, time.Now())
	require.NoError(h.t, err)
	return token
}

// reply is an answer of the server.
type reply struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	body   []byte
}

// call sends a request as a person. A body that is a string or bytes goes as it is, anything else as JSON.
func (h *harness) call(as, method, path string, body any) *reply {
	h.t.Helper()
	request := h.request(as, method, path, body)
	return h.do(request)
}

func (h *harness) request(as, method, path string, body any) *http.Request {
	h.t.Helper()
	var data []byte
	switch b := body.(type) {
	case nil:
	case string:
		data = []byte(b)
	case []byte:
		data = b
	default:
		var err error
		data, err = json.Marshal(b)
		require.NoError(h.t, err)
	}
	request, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, bytes.NewReader(data))
	require.NoError(h.t, err)
	if data != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token := h.token(as); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return request
}

func (h *harness) do(request *http.Request) *reply {
	h.t.Helper()
	response, err := http.DefaultClient.Do(request)
	require.NoError(h.t, err)
	defer func() { require.NoError(h.t, response.Body.Close()) }()
	data, err := io.ReadAll(response.Body)
	require.NoError(h.t, err)
	r := &reply{
		t: h.t, what: request.Method + " " + request.URL.Path, status: response.StatusCode, header: response.Header, body: data,
	}
	requireDescribed(h.t, r, request)
	return r
}

func (h *harness) get(as, path string) *reply {
	h.t.Helper()
	return h.call(as, http.MethodGet, path, nil)
}

func (h *harness) post(as, path string, body any) *reply {
	h.t.Helper()
	return h.call(as, http.MethodPost, path, body)
}

func (h *harness) patch(as, path string, body any) *reply {
	h.t.Helper()
	return h.call(as, http.MethodPatch, path, body)
}

func (h *harness) delete(as, path string) *reply {
	h.t.Helper()
	return h.call(as, http.MethodDelete, path, nil)
}

// is requires a status.
func (r *reply) is(status int) *reply {
	r.t.Helper()
	require.Equal(r.t, status, r.status, "%s: %s", r.what, r.body)
	return r
}

// value finds a value in the JSON body by keys and indexes: value("errors", 0, "field"). A number is a float64.
func (r *reply) value(path ...any) any {
	r.t.Helper()
	var v any
	require.NoError(r.t, json.Unmarshal(r.body, &v), "%s: %s", r.what, r.body)
	for _, step := range path {
		switch s := step.(type) {
		case string:
			object, ok := v.(map[string]any)
			require.True(r.t, ok, "%s: no object at %q of %v in %s", r.what, s, path, r.body)
			v, ok = object[s]
			require.True(r.t, ok, "%s: no %q of %v in %s", r.what, s, path, r.body)
		case int:
			array, ok := v.([]any)
			require.True(r.t, ok && s < len(array), "%s: no element %d of %v in %s", r.what, s, path, r.body)
			v = array[s]
		}
	}
	return v
}

// int is value for a whole number.
func (r *reply) int(path ...any) int64 {
	r.t.Helper()
	n, ok := r.value(path...).(float64)
	require.True(r.t, ok, "%s: no number at %v in %s", r.what, path, r.body)
	return int64(n)
}

// list is the body as a JSON array.
func (r *reply) list() []any {
	r.t.Helper()
	var items []any
	require.NoError(r.t, json.Unmarshal(r.body, &items), "%s: %s", r.what, r.body)
	return items
}

// faults are the fields that a 422 names, with what it says of each.
func (r *reply) faults() map[string]string {
	r.t.Helper()
	r.is(http.StatusUnprocessableEntity)
	var p server.Problem
	require.NoError(r.t, json.Unmarshal(r.body, &p))
	faults := map[string]string{}
	for _, e := range p.Errors {
		faults[e.Field] = e.Message
	}
	return faults
}

// drive creates a drive as the coordinator and returns its id.
func (h *harness) drive(fields map[string]any) int64 {
	h.t.Helper()
	body := map[string]any{"company_name": "Acme", "job_title": "Engineer"}
	for name, value := range fields {
		body[name] = value
	}
	return h.post("coordinator", "/drives", body).is(http.StatusCreated).int("drive_id")
}

// posted creates and publishes a drive, waits for its job, and returns its id.
func (h *harness) posted(fields map[string]any) int64 {
	h.t.Helper()
	id := h.drive(fields)
	job := h.post("coordinator", at("/drives/%d/publish", id), nil).is(http.StatusOK).int("job_id")
	h.jobDone(job)
	return id
}

// at is fmt.Sprintf, for paths.
func at(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// jobTime is how long a test waits for a job: far longer than any takes, for machines that are busy.
const jobTime = 30 * time.Second

// jobDone waits until a job is completed and returns it.
func (h *harness) jobDone(jobID int64) *reply {
	h.t.Helper()
	var last *reply
	require.Eventually(h.t, func() bool {
		last = h.get("head", at("/jobs/%d", jobID)).is(http.StatusOK)
		return last.value("state") == "completed"
	}, jobTime, 5*time.Millisecond, "job %d", jobID)
	return last
}

// count runs a query that returns one number.
func (h *harness) count(query string, args ...any) int64 {
	h.t.Helper()
	var n int64
	require.NoError(h.t, h.pool.QueryRow(h.t.Context(), query, args...).Scan(&n))
	return n
}

// exec runs a statement, for what no route can bring about.
func (h *harness) exec(statement string, args ...any) {
	h.t.Helper()
	_, err := h.pool.Exec(h.t.Context(), statement, args...)
	require.NoError(h.t, err)
}

// storedFiles counts the files in the uploads folder.
func (h *harness) storedFiles() int {
	h.t.Helper()
	files := 0
	var walk func(dir string)
	walk = func(dir string) {
		entries, err := os.ReadDir(dir)
		require.NoError(h.t, err)
		for _, entry := range entries {
			if entry.IsDir() {
				walk(dir + "/" + entry.Name())
			} else {
				files++
			}
		}
	}
	walk(h.uploads)
	return files
}
