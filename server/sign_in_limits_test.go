package server_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/server"
)

// unlimited is a limit that no test reaches.
var unlimited = auth.Limit{Failures: 1000, Window: time.Minute}

func limited(limits auth.LoginLimits) func(*server.Deps) {
	return func(deps *server.Deps) { deps.Limits = limits }
}

func TestLoginLimits(t *testing.T) {
	t.Parallel()
	three := auth.Limit{Failures: 3, Window: 90 * time.Second}
	for name, limits := range map[string]struct {
		limits        auth.LoginLimits
		othersAccount int // from the address that failed
		othersAddress int // to the account that was tried
	}{
		"per account and address": {auth.LoginLimits{PerAccountAndAddress: three, PerAccount: unlimited, PerAddress: unlimited}, http.StatusOK, http.StatusOK},
		"per account":             {auth.LoginLimits{PerAccountAndAddress: unlimited, PerAccount: three, PerAddress: unlimited}, http.StatusOK, http.StatusTooManyRequests},
		"per address":             {auth.LoginLimits{PerAccountAndAddress: unlimited, PerAccount: unlimited, PerAddress: three}, http.StatusTooManyRequests, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t, limited(limits.limits), behindProxy)
			h.givePassword("staff")
			h.givePassword("head")
			for range 5 { // good ones do not count
				h.loginFrom("192.0.2.1", "staff@college.example", password).is(http.StatusOK)
			}
			for range 3 {
				h.loginFrom("192.0.2.1", "Staff@college.example", "wrong").is(http.StatusUnauthorized)
			}
			full := h.loginFrom("192.0.2.1", "staff@college.example", password).is(http.StatusTooManyRequests)
			wait, err := strconv.Atoi(full.header.Get("Retry-After"))
			require.NoError(t, err)
			require.True(t, wait > 0 && wait <= 90, "%d", wait)
			h.loginFrom("192.0.2.1", "head@college.example", password).is(limits.othersAccount)
			h.loginFrom("192.0.2.2", "staff@college.example", password).is(limits.othersAddress)

			h.exec("UPDATE login_failures SET failed_at = failed_at - interval '91 seconds'")
			h.loginFrom("192.0.2.1", "staff@college.example", password).is(http.StatusOK)
		})
	}
}

func TestLoginLimitsByDefault(t *testing.T) {
	t.Parallel()
	h := start(t, behindProxy)
	h.givePassword("staff")
	fail := func(account, address string, times int) {
		h.exec("INSERT INTO login_failures (account, address) SELECT $1, $2 FROM generate_series(1, $3)", account, address, times)
	}
	try := func(address string) int { return h.loginFrom(address, "staff@college.example", password).status }

	fail("staff@college.example", "192.0.2.1", 9)
	require.Equal(t, http.StatusOK, try("192.0.2.1"))
	fail("staff@college.example", "192.0.2.1", 1)
	require.Equal(t, http.StatusTooManyRequests, try("192.0.2.1"))
	h.exec("UPDATE login_failures SET failed_at = now() - interval '14 minutes 50 seconds'")
	require.Equal(t, http.StatusTooManyRequests, try("192.0.2.1"))

	for i := range 39 {
		fail("staff@college.example", "198.51.100."+strconv.Itoa(i), 1)
	}
	require.Equal(t, http.StatusOK, try("192.0.2.2"))
	fail("staff@college.example", "198.51.100.99", 1)
	require.Equal(t, http.StatusTooManyRequests, try("192.0.2.2"))

	h.exec("DELETE FROM login_failures")
	fail("someone else", "192.0.2.3", 99)
	require.Equal(t, http.StatusOK, try("192.0.2.3"))
	fail("someone else", "192.0.2.3", 1)
	require.Equal(t, http.StatusTooManyRequests, try("192.0.2.3"))
	h.exec("UPDATE login_failures SET failed_at = now() - interval '5 minutes 1 second'")
	require.Equal(t, http.StatusOK, try("192.0.2.3"))
}

// Who is refused learns when the next try counts: when enough of the failures have left the window, not when all have.
func TestRetryAfterIsTheTimeUntilTheLimitIsReachedNoMore(t *testing.T) {
	t.Parallel()
	two := auth.Limit{Failures: 2, Window: time.Hour}
	for name, limits := range map[string]auth.LoginLimits{
		"per account and address": {PerAccountAndAddress: two, PerAccount: unlimited, PerAddress: unlimited},
		"per account":             {PerAccountAndAddress: unlimited, PerAccount: two, PerAddress: unlimited},
		"per address":             {PerAccountAndAddress: unlimited, PerAccount: unlimited, PerAddress: two},
		"the longest of all":      {PerAccountAndAddress: two, PerAccount: auth.Limit{Failures: 1, Window: time.Minute}, PerAddress: two},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t, limited(limits), behindProxy)
			h.givePassword("staff")
			for _, age := range []string{"59 minutes", "30 minutes", "1 second"} {
				h.exec("INSERT INTO login_failures VALUES (now() - $1::text::interval, 'staff@college.example', '192.0.2.1')", age)
			}
			refused := h.loginFrom("192.0.2.1", "staff@college.example", password).is(http.StatusTooManyRequests)
			wait, err := strconv.Atoi(refused.header.Get("Retry-After"))
			require.NoError(t, err)
			require.InDelta(t, 30*60, wait, 60, "when the second of the newest is an hour old")

			h.exec("UPDATE login_failures SET failed_at = failed_at - make_interval(secs => $1)", wait-1)
			soon := h.loginFrom("192.0.2.1", "staff@college.example", password)
			if soon.status == http.StatusTooManyRequests { // unless that second has passed by now
				require.Equal(t, "1", soon.header.Get("Retry-After"))
			}
			h.exec("UPDATE login_failures SET failed_at = failed_at - interval '1 second'")
			h.loginFrom("192.0.2.1", "staff@college.example", password).is(http.StatusOK)
		})
	}
}

func TestTriesAtTheSameMomentDoNotOutrunTheLimit(t *testing.T) {
	t.Parallel()
	h := start(t, limited(auth.LoginLimits{
		PerAccountAndAddress: unlimited, PerAccount: auth.Limit{Failures: 4, Window: time.Minute}, PerAddress: unlimited,
	}))
	h.givePassword("staff")
	statuses := h.together(20, func(int) *http.Request { return h.loginRequest("staff@college.example", "wrong") })
	require.Equal(t, map[int]int{http.StatusUnauthorized: 4, http.StatusTooManyRequests: 16}, statuses)
}

func TestFailuresThatNoWindowReachesAreForgotten(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.exec("INSERT INTO login_failures (account, address, failed_at) SELECT 'old', '192.0.2.1', now() - interval '16 minutes' FROM generate_series(1, 5)")
	h.exec("INSERT INTO login_failures (account, address, failed_at) VALUES ('late', '192.0.2.1', now() - interval '14 minutes')")
	h.login("nobody@college.example", "wrong").is(http.StatusUnauthorized)
	require.Equal(t, int64(2), h.count("SELECT count(*) FROM login_failures"))
}

func TestForwardedAddressIsBelievedOnlyFromATrustedProxy(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.loginFrom("192.0.2.1", "nobody@college.example", "wrong").is(http.StatusUnauthorized)
	require.Equal(t, int64(1), h.count("SELECT count(*) FROM login_failures WHERE address = '127.0.0.1'"))
}

func TestWrongOldPasswordCountsAsAFailedTry(t *testing.T) {
	t.Parallel()
	h := start(t, limited(auth.LoginLimits{
		PerAccountAndAddress: auth.Limit{Failures: 2, Window: time.Minute}, PerAccount: unlimited, PerAddress: unlimited,
	}))
	h.givePassword("staff")
	token := h.token("staff")
	for range 2 {
		require.Contains(t, h.changePassword(token, "not this one", "eight red umbrellas").faults(), "old_password")
	}
	h.changePassword(token, password, "eight red umbrellas").is(http.StatusTooManyRequests)
	h.login("staff@college.example", password).is(http.StatusTooManyRequests)
}
