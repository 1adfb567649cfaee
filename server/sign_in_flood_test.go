package server_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
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
