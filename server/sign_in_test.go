package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
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
	return h.request("", http.MethodPost, "/auth/login", loginBody(email, password))
}

func loginBody(email, password string) map[string]any {
	return map[string]any{"email": email, "password": password}
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
