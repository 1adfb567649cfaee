package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/server"
	"placeops/store"
)

// password is what the people of these tests sign in with, after givePassword.
const password = "seven green umbrellas"

// passwordHash costs a run of argon2, which under the race detector takes a while: once for all tests.
var passwordHash = sync.OnceValues(func() (string, error) {
	return auth.NewPasswords(1).Hash(context.Background(), password)
})

func (h *harness) givePassword(to string) {
	h.t.Helper()
	hash, err := passwordHash()
	require.NoError(h.t, err)
	_, err = store.SetPassword(h.t.Context(), h.pool, h.id(to), hash)
	require.NoError(h.t, err)
}

// giveCode makes the head replace a person's password by a one-time code.
func (h *harness) giveCode(to string) string {
	h.t.Helper()
	code, ok := h.patch("head", at("/users/%d", h.id(to)), map[string]any{"new_code": true}).is(http.StatusOK).value("one_time_code").(string)
	require.True(h.t, ok)
	return code
}

func (h *harness) login(email, password string) *reply {
	h.t.Helper()
	return h.do(h.loginRequest(email, password))
}

func (h *harness) loginRequest(email, password string) *http.Request {
	h.t.Helper()
	return h.request("", http.MethodPost, "/auth/login", map[string]any{"email": email, "password": password})
}

func (r *reply) token() string {
	r.t.Helper()
	token, ok := r.is(http.StatusOK).value("token").(string)
	require.True(r.t, ok)
	return token
}

// with calls as whoever holds the token.
func (h *harness) with(token, method, path string, body any) *reply {
	h.t.Helper()
	return h.do(h.requestWith(token, method, path, body))
}

func (h *harness) requestWith(token, method, path string, body any) *http.Request {
	h.t.Helper()
	request := h.request("", method, path, body)
	request.Header.Set("Authorization", "Bearer "+token)
	return request
}

func (h *harness) changePassword(token, old, new string) *reply {
	h.t.Helper()
	return h.with(token, http.MethodPost, "/auth/change-password", passwords(old, new))
}

func passwords(old, new string) map[string]any {
	return map[string]any{"old_password": old, "new_password": new}
}

func TestLoginAnswersATokenAndThePerson(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.givePassword("head")
	for _, email := range []string{"head@college.example", "HEAD@College.Example", "  head@college.example "} {
		in := h.login(email, password).is(http.StatusOK)
		require.Equal(t, map[string]any{
			"user_id": float64(h.id("head")), "role": "HEAD", "name": "Name of head", "email": "head@college.example",
			"must_change_password": false,
		}, in.value("user"))
		h.with(in.token(), http.MethodGet, "/users", nil).is(http.StatusOK)
		h.with(in.token(), http.MethodGet, "/api/users", nil).is(http.StatusOK)
	}
}

// cannotSignIn are all the ways of failing to sign in, which nobody outside may tell apart.
func (h *harness) cannotSignIn() map[string][2]string {
	h.t.Helper()
	for _, name := range []string{"staff", "coordinator", "head"} {
		h.givePassword(name)
	}
	h.patch("head", at("/users/%d", h.id("coordinator")), map[string]any{"active": false}).is(http.StatusOK)
	h.giveCode("student")
	return map[string][2]string{
		"nobody":                    {"nobody@college.example", password},
		"no address":                {"not an address", password},
		"wrong password":            {"staff@college.example", "seven green umbrella"},
		"password in another case":  {"staff@college.example", strings.ToUpper(password)},
		"empty password":            {"staff@college.example", ""},
		"deactivated":               {"coordinator@college.example", password},
		"password replaced by code": {"student@college.example", password},
		"wrong code":                {"student@college.example", auth.NewCode()},
	}
}

func TestFailedLoginsLookAlike(t *testing.T) {
	t.Parallel()
	h := start(t)
	var first *reply
	for name, tried := range h.cannotSignIn() {
		answer := h.login(tried[0], tried[1]).is(http.StatusUnauthorized)
		require.NotEmpty(t, answer.header.Get("WWW-Authenticate"))
		if first == nil {
			first = answer
		}
		require.JSONEq(t, string(first.body), string(answer.body), name)
		require.Equal(t, headerNames(first), headerNames(answer), name)
	}
}

func headerNames(r *reply) map[string]bool {
	names := map[string]bool{}
	for name := range r.header {
		names[name] = true
	}
	return names
}

// A try that checks a password can never be answered sooner than such a check takes, however busy the machine is; one
// that does not is answered in a tenth of it. The quickest of many checks tells how long one takes.
func TestFailedLoginsAllCheckAPassword(t *testing.T) {
	t.Parallel()
	h := start(t)
	cases := h.cannotSignIn()
	hash, err := passwordHash()
	require.NoError(t, err)
	quickest := map[string]time.Duration{}
	measure := func(name string, do func()) {
		began := time.Now()
		do()
		if took := time.Since(began); quickest[name] == 0 || took < quickest[name] {
			quickest[name] = took
		}
	}
	const check = "a check of a password"
	for range 3 {
		for name, tried := range cases {
			measure(name, func() { h.login(tried[0], tried[1]).is(http.StatusUnauthorized) })
			measure(check, func() {
				_, err := h.deps.Passwords.Verify(t.Context(), &hash, "wrong")
				require.NoError(t, err)
			})
		}
	}
	for name, took := range quickest {
		require.Greater(t, took, quickest[check]/2, "%s is told by its time: %v", name, quickest)
	}
}

func TestOneTimeCodeOpensTheAccountOnceAndThenAPasswordMustBeChosen(t *testing.T) {
	t.Parallel()
	h := start(t)
	code := h.giveCode("student")
	const email = "student@college.example"

	in := h.login(email, strings.ToLower(strings.ReplaceAll(code, "-", " "))).is(http.StatusOK)
	require.Equal(t, true, in.value("user", "must_change_password"))
	withCode := in.token()
	h.login(email, code).is(http.StatusUnauthorized)
	require.Equal(t, true, h.with(withCode, http.MethodGet, "/me", nil).is(http.StatusOK).value("must_change_password"))
	refused := h.with(withCode, http.MethodGet, "/drives", nil).is(http.StatusForbidden)
	require.Equal(t, "urn:placeops:problem:password-change-required", refused.value("type"))

	h.changePassword(withCode, auth.NewCode(), password).is(http.StatusUnprocessableEntity)
	changed := h.changePassword(withCode, code, password).is(http.StatusOK)
	require.Equal(t, false, changed.value("user", "must_change_password"))
	h.with(changed.token(), http.MethodGet, "/drives", nil).is(http.StatusOK)
	h.with(withCode, http.MethodGet, "/me", nil).is(http.StatusUnauthorized)
	h.login(email, code).is(http.StatusUnauthorized)
	h.with(h.login(email, password).token(), http.MethodGet, "/drives", nil).is(http.StatusOK)
}

func TestOneTimeCodeWorksOnceAlsoWhenTriedTogether(t *testing.T) {
	t.Parallel()
	h := start(t)
	other := h.another()
	code := h.giveCode("student")
	processes := []*harness{h, other}
	statuses := h.together(8, func(i int) *http.Request {
		return processes[i%2].loginRequest("student@college.example", code)
	})
	require.Equal(t, map[int]int{http.StatusOK: 1, http.StatusUnauthorized: 7}, statuses)
}

// together sends n requests at the same moment and counts the answers by status.
func (h *harness) together(n int, request func(i int) *http.Request) map[int]int {
	h.t.Helper()
	requests := make([]*http.Request, n)
	for i := range n {
		requests[i] = request(i)
	}
	_, statuses := h.atOnce(requests)
	return statuses
}

func TestUnusedCodeIsNoProofForAChangeOfPassword(t *testing.T) {
	t.Parallel()
	h := start(t)
	code := h.giveCode("student")
	token := h.token("student") // minted, not got by the code
	h.changePassword(token, code, password).is(http.StatusUnprocessableEntity)
}

func TestChangedPasswordEndsEarlierTokensOnly(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.givePassword("staff")
	const email, next = "staff@college.example", "eight red umbrellas"
	before := []string{h.login(email, password).token(), h.login(email, password).token()}
	after := h.changePassword(before[0], password, next).token()
	for _, token := range before {
		h.with(token, http.MethodGet, "/me", nil).is(http.StatusUnauthorized)
	}
	h.with(after, http.MethodGet, "/me", nil).is(http.StatusOK)
	// All of this happens within a second or two: it is the fractions of iat that tell before from after.
	h.with(h.login(email, next).token(), http.MethodGet, "/me", nil).is(http.StatusOK)
	h.login(email, password).is(http.StatusUnauthorized)
}

func TestNewPasswordMustBeGood(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.givePassword("staff")
	before := h.count("SELECT count(*) FROM users WHERE must_change_password")
	for new, says := range map[string]string{
		"short 7":                 "8 to 128",
		"":                        "8 to 128",
		"password1":               "most used",
		strings.Repeat("ü", 129):  "8 to 128",
		strings.Repeat("x", 1001): "1000",
		password:                  "old one",
	} {
		answer := h.changePassword(h.token("staff"), password, new)
		require.Contains(t, answer.faults()["new_password"], says, new)
	}
	require.Equal(t, before, h.count("SELECT count(*) FROM users WHERE must_change_password"))
	require.Zero(t, h.count("SELECT count(*) FROM login_failures"), "a bad new password is no failed try")
	h.changePassword(h.token("staff"), password, strings.Repeat("ü", 128)).is(http.StatusOK)
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

func TestPasswordChangedTwiceAtOnceIsChangedOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	other := h.another() // which the lock in the first server's memory does not hold back
	h.givePassword("staff")
	token := h.token("staff")
	tx := h.hold("SELECT FROM users WHERE user_id = $1 FOR UPDATE", h.id("staff"))
	first := h.send(h.requestWith(token, http.MethodPost, "/auth/change-password", passwords(password, "eight red umbrellas")))
	second := other.send(other.requestWith(token, http.MethodPost, "/auth/change-password", passwords(password, "nine red umbrellas")))
	h.waiting(2)
	h.letGo(tx)
	require.ElementsMatch(t, []int{http.StatusOK, http.StatusConflict}, []int{first().status, second().status})
}

func TestPasswordChangedWhileItIsCheckedLetsNobodyIn(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.givePassword("staff")
	tx := h.hold("UPDATE users SET password_hash = 'another', tokens_valid_from = clock_timestamp() WHERE user_id = $1", h.id("staff"))
	answer := h.send(h.loginRequest("staff@college.example", password))
	h.waiting(1)
	h.letGo(tx)
	answer().is(http.StatusUnauthorized)
}

func TestTokenOfALoginThatWaitedIsIssuedAfterTheChangeItWaitedFor(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.givePassword("staff")
	tx := h.hold("SELECT FROM users WHERE user_id = $1 FOR UPDATE", h.id("staff"))
	answer := h.send(h.loginRequest("staff@college.example", password))
	h.waiting(1)
	_, err := tx.Exec(t.Context(), "UPDATE users SET tokens_valid_from = clock_timestamp() WHERE user_id = $1", h.id("staff"))
	require.NoError(t, err)
	h.letGo(tx)
	h.with(answer().token(), http.MethodGet, "/me", nil).is(http.StatusOK)
}

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

func TestLoginBodies(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.play([]scenario{
		{name: "nothing", method: "POST", path: "/auth/login", body: "{}", want: 422, faults: []string{"email", "password"}},
		{name: "wrong types", method: "POST", path: "/auth/login", body: `{"email":1,"password":null}`, want: 422, faults: []string{"email", "password"}},
		{name: "too long", method: "POST", path: "/auth/login", want: 422, faults: []string{"email", "password"}, body: map[string]any{
			"email": strings.Repeat("a", 255), "password": strings.Repeat("a", 1001),
		}},
		{name: "NUL in the address", method: "POST", path: "/auth/login", body: `{"email":"a\u0000@b.example","password":"x"}`, want: 422},
		{name: "NUL in the password", method: "POST", path: "/auth/login", body: `{"email":"a@b.example","password":"x\u0000"}`, want: 401},
		{name: "an array", method: "POST", path: "/auth/login", body: `[]`, want: 422},
		{name: "not JSON", method: "POST", path: "/auth/login", body: `email=a`, want: 400},
		{name: "two values", method: "POST", path: "/auth/login", body: `{"email":"a","password":"b"}{}`, want: 400},
		{name: "no body", method: "POST", path: "/auth/login", want: 400},
		{name: "a form", method: "POST", path: "/auth/login", body: `email=a`, want: 415, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}},
		{name: "JSON with a charset", method: "POST", path: "/auth/login", body: `{"email":"a","password":"b"}`, want: 401, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}},
		{name: "get", method: "GET", path: "/auth/login", want: 405},
	})
	require.NotContains(t, string(h.login("nobody@college.example", "a secret").body), "a secret")
	var answer map[string]any
	require.NoError(t, json.Unmarshal(h.login("nobody@college.example", "x").body, &answer))
	require.Equal(t, answer["detail"], answer["message"])
}
