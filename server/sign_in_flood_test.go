package server_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/server"
	"placeops/sheets/sheetstest"
)

// Log-ins need the database before they check a password. However many wait for it, connections are left for all others.
func TestLogInsNeverHoldAllConnectionsOfTheDatabase(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	tx := h.hold("LOCK TABLE login_failures")
	answers := make([]func() *reply, 60) // three times as many as the pool has connections
	for i := range answers {
		answers[i] = h.send(h.loginRequest(at("nobody%d@college.example", i), "wrong"))
	}
	require.Eventually(t, func() bool { return h.waitingForLocks() >= 5 }, jobTime, time.Millisecond)
	began := time.Now()
	h.post("student", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
	h.get("student", "/drives").is(http.StatusOK)
	h.get("", "/readyz").is(http.StatusOK)
	require.Less(t, time.Since(began), 10*time.Second)
	h.letGo(tx)
	for _, answer := range answers {
		answer().is(http.StatusUnauthorized)
	}
}

func (h *harness) waitingForLocks() int64 {
	h.t.Helper()
	return h.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
}

// Tries at one account go one after the other. So many may wait, and whoever comes then is told so at once.
func TestOnlySoManyTriesWaitForOneAccount(t *testing.T) {
	t.Parallel()
	h := start(t)
	tx := h.hold("LOCK TABLE login_failures")
	answers := make(chan *reply, 100)
	for range cap(answers) {
		answer := h.send(h.loginRequest("staff@college.example", "wrong"))
		go func() { answers <- answer() }()
	}
	for range cap(answers) - 32 {
		busy := (<-answers).is(http.StatusServiceUnavailable)
		require.NotEmpty(t, busy.header.Get("Retry-After"))
	}
	h.givePassword("head")
	h.letGo(tx)
	h.login("head@college.example", password).is(http.StatusOK)
	statuses := map[int]int{}
	for range 32 {
		statuses[(<-answers).status]++
	}
	require.Equal(t, map[int]int{http.StatusUnauthorized: 10, http.StatusTooManyRequests: 22}, statuses)
}

// Whoever has an IPv6 address has all those of its /64: they count as one.
func TestAddressesOfOneNetworkCountAsOne(t *testing.T) {
	t.Parallel()
	three := auth.Limit{Failures: 3, Window: time.Minute}
	h := start(t, behindProxy, limited(auth.LoginLimits{PerAccountAndAddress: unlimited, PerAccount: unlimited, PerAddress: three}))
	for i := range 3 {
		h.loginFrom(at("2001:db8:1:1::%d", i), at("nobody%d@college.example", i), "wrong").is(http.StatusUnauthorized)
	}
	h.loginFrom("2001:db8:1:1:ffff::9", "nobody@college.example", "wrong").is(http.StatusTooManyRequests)
	h.loginFrom("2001:db8:1:2::1", "nobody@college.example", "wrong").is(http.StatusUnauthorized)
	for i := range 3 { // written as IPv6, yet of IPv4
		h.loginFrom(at("::ffff:192.0.2.%d", i), at("nobody%d@college.example", i), "wrong").is(http.StatusUnauthorized)
	}
	h.loginFrom("192.0.2.9", "nobody@college.example", "wrong").is(http.StatusUnauthorized)
}

func TestABodyOfALogInIsSmall(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.givePassword("staff")
	body := func(size int) string {
		start, end := at(`{"email":"staff@college.example","password":%q,"ignored":"`, password), `"}`
		return start + string(bytes.Repeat([]byte("x"), size-len(start)-len(end))) + end
	}
	h.post("", "/auth/login", body(16<<10)).is(http.StatusOK)
	tooLarge := h.post("", "/auth/login", body(16<<10+1)).is(http.StatusRequestEntityTooLarge)
	require.Equal(t, "the request body is larger than 16 kB", tooLarge.value("message"))
}

func TestLoginLimitsHoldForAllProcessesTogether(t *testing.T) {
	t.Parallel()
	four := auth.Limit{Failures: 4, Window: time.Minute}
	for name, limits := range map[string]auth.LoginLimits{
		"per account and address": {PerAccountAndAddress: four, PerAccount: unlimited, PerAddress: unlimited},
		"per account":             {PerAccountAndAddress: unlimited, PerAccount: four, PerAddress: unlimited},
		"per address":             {PerAccountAndAddress: unlimited, PerAccount: unlimited, PerAddress: four},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t, limited(limits))
			h.givePassword("staff")
			processes := []*harness{h, h.another()}
			for i := range four.Failures {
				processes[i%2].login("staff@college.example", "wrong").is(http.StatusUnauthorized)
			}
			for _, process := range processes {
				process.login("staff@college.example", password).is(http.StatusTooManyRequests)
			}
		})
	}
}

// flood is what the clients of a flood were answered.
type flood struct {
	h        *harness
	mu       sync.Mutex
	statuses map[int]int
	faults   []string
}

const (
	floodClients   = 2000
	floodAddresses = 60
	floodAccounts  = 500
	// mostMemory is what 2,000 connections may need, with both of their ends, and two checks of a password; garbage doubles it.
	mostMemory = 2 * (floodClients*64<<10 + 2*19<<20)
)

// run tries to sign in again and again, until ctx ends. It speaks HTTP by hand: 2,000 of net/http's clients take more memory
// and time than what they are sent to.
func (f *flood) run(ctx context.Context, process *harness) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(process.url, "http://"))
	if err != nil {
		f.count(0, err.Error())
		return
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })()
	answers := bufio.NewReaderSize(conn, 512)
	for ctx.Err() == nil {
		status, fault := tryToSignIn(conn, answers)
		if ctx.Err() == nil {
			f.count(status, fault)
		}
		if status == 0 {
			return
		}
	}
}

// tryToSignIn tries an account that exists or another one, now and then with the right password.
func tryToSignIn(conn net.Conn, answers *bufio.Reader) (status int, fault string) {
	email, tried := at("nobody%d@college.example", rand.IntN(floodAccounts)), "wrong"
	if rand.IntN(2) == 0 {
		email = at("flooded%d@college.example", rand.IntN(20))
	}
	if rand.IntN(50) == 0 {
		tried = password
	}
	body := at(`{"email":%q,"password":%q}`, email, tried)
	if _, err := fmt.Fprintf(conn, "POST /auth/login HTTP/1.1\r\nHost: placeops\r\nContent-Type: application/json\r\n"+
		"X-Forwarded-For: 198.51.100.%d\r\nContent-Length: %d\r\n\r\n%s", rand.IntN(floodAddresses), len(body), body); err != nil {
		return 0, err.Error()
	}
	response, err := http.ReadResponse(answers, nil)
	if err != nil {
		return 0, err.Error()
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, faultOf(response, tried)
}

// faultOf tells what is wrong with an answer to a flood.
func faultOf(response *http.Response, tried string) string {
	switch status := response.StatusCode; {
	case status == http.StatusUnauthorized, status == http.StatusOK && tried == password:
		return ""
	case (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) && response.Header.Get("Retry-After") != "":
		return ""
	}
	return response.Status + ", Retry-After: " + response.Header.Get("Retry-After")
}

func (f *flood) count(status int, fault string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.statuses[status]++
	if fault != "" {
		f.faults = append(f.faults, fault)
	}
}

// answered waits until the flood has been answered so many times.
func (f *flood) answered(times int) {
	f.h.t.Helper()
	require.Eventually(f.h.t, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		sum := 0
		for n := range maps.Values(f.statuses) {
			sum += n
		}
		return sum >= times
	}, time.Minute, 5*time.Millisecond)
}

// What 2,000 clients at once do to two processes that share a database, none of those who work notices much of.
//
//nolint:paralleltest // it looks at the memory of the whole process
func TestAFloodOfLogInsIsRefusedInLittleMemoryWhileOthersAreServed(t *testing.T) {
	h := start(t, behindProxy, twoPasswordsAtOnce, limited(auth.LoginLimits{
		PerAccountAndAddress: auth.Limit{Failures: 3, Window: time.Hour}, PerAccount: auth.Limit{Failures: 5, Window: time.Hour},
		PerAddress: auth.Limit{Failures: 4, Window: time.Hour},
	}))
	processes := []*harness{h, h.another()}
	drives := []int64{h.posted(nil)}
	for i := range 20 {
		h.student(at("flooded%d", i))
		h.givePassword(at("flooded%d", i))
		h.student(at("working%d", i))
	}
	drives = append(drives, h.posted(nil)) // which the students just added are selected for
	h.givePassword("head")
	f := &flood{h: h, statuses: map[int]int{}}
	slowest := &slowestOf{took: map[string]time.Duration{}}
	growth := sheetstest.HeapGrowth(func() {
		ctx, cancel := context.WithCancel(t.Context())
		var clients sync.WaitGroup
		for range floodClients {
			clients.Go(func() { f.run(ctx, processes[rand.IntN(2)]) })
		}
		f.answered(floodClients)
		var people sync.WaitGroup
		for i := range 20 {
			work := processes[i%2].work(at("working%d", i), drives[1])
			people.Go(func() { slowest.through(processes[i%2], work) })
		}
		for _, process := range processes {
			request := process.loginRequest("head@college.example", password)
			request.Header.Set("X-Forwarded-For", "192.0.2.1")
			people.Go(func() { slowest.through(process, []task{{"sign in", http.StatusOK, request}}) })
		}
		people.Wait()
		cancel()
		clients.Wait()
	})
	failures := h.count("SELECT count(*) FROM login_failures")
	t.Logf("answers %v, %d failures kept, %d MB of memory, slowest %v", f.statuses, failures, growth>>20, slowest.took)
	require.Empty(t, f.faults)
	require.Empty(t, slowest.faults)
	for _, status := range []int{http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		require.Positive(t, f.statuses[status], "%d", status)
	}
	require.Less(t, growth, uint64(mostMemory))
	for what, took := range slowest.took {
		require.Less(t, took, 30*time.Second, "%s", what)
	}
	require.GreaterOrEqual(t, failures, int64(f.statuses[http.StatusUnauthorized]))
	require.LessOrEqual(t, failures, int64(floodAddresses*4+40), "no more than the limits of the addresses, and what was under way")
}

func twoPasswordsAtOnce(deps *server.Deps) { deps.Passwords = auth.NewPasswords(2) } // 19 MiB each

// slowestOf is the longest that each kind of request took, and what was answered wrong.
type slowestOf struct {
	mu     sync.Mutex
	took   map[string]time.Duration
	faults []string
}

// task is a request of somebody who works.
type task struct {
	what    string
	status  int // of success
	request *http.Request
}

// work is what a student does who is signed in.
func (h *harness) work(as string, drive int64) (tasks []task) {
	h.t.Helper()
	for range 3 {
		tasks = append(tasks,
			task{"read the drives", http.StatusOK, h.request(as, http.MethodGet, "/drives", nil)},
			task{"ask whether one may register", http.StatusOK, h.request(as, http.MethodGet, at("/eligibility/%d/check", drive), nil)})
	}
	return append(tasks, task{"register", http.StatusCreated, h.request(as, http.MethodPost, "/registrations", map[string]any{"drive_id": drive})})
}

// through does one after the other.
func (s *slowestOf) through(h *harness, tasks []task) {
	for _, task := range tasks {
		began := time.Now()
		answer, err := h.exchange(task.request)
		s.note(task, time.Since(began), answer, err)
	}
}

func (s *slowestOf) note(task task, took time.Duration, answer *reply, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took[task.what] = max(s.took[task.what], took)
	if err != nil {
		s.faults = append(s.faults, task.what+": "+err.Error())
	} else if answer.status != task.status {
		s.faults = append(s.faults, at("%s: %d %s", task.what, answer.status, answer.body))
	}
}
