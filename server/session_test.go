package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/server"
)

// signIn opens a session of the web console in a person's browser. They need a password first.
func (h *harness) signIn(as string) *browser {
	h.t.Helper()
	b := &browser{h: h}
	b.take(b.fetch(http.MethodPost, "/auth/session", loginBody(as+"@college.example", password)).is(http.StatusOK))
	return b
}

// signedIn is signIn without what a password costs: the session of a browser as the server would have given it now.
func (h *harness) signedIn(as string) *browser {
	h.t.Helper()
	now := time.Now()
	return h.browserOf(auth.Session{UserID: h.id(as), Role: h.roleOf(as), Proved: now, ExpiresAt: now.Add(auth.TokenLifetime)}, now)
}

func (h *harness) browserOf(proof auth.Session, now time.Time) *browser {
	text, _ := h.tokens.IssueSession(proof, now, auth.TokenLifetime)
	return &browser{h: h, cookie: "placeops_session=" + text}
}

// take keeps the session cookie of an answer, as a browser does.
func (b *browser) take(r *reply) *http.Cookie {
	b.h.t.Helper()
	for _, cookie := range r.cookies() {
		if cookie.Name == "placeops_session" {
			b.cookie = cookie.Name + "=" + cookie.Value
			return cookie
		}
	}
	require.Fail(b.h.t, "no session", "%s: %v", r.what, r.header)
	return nil
}

// fetch is what a script of the console's own page asks for.
func (b *browser) fetch(method, path string, body any) *reply {
	b.h.t.Helper()
	text := ""
	if body != nil {
		data, err := json.Marshal(body)
		require.NoError(b.h.t, err)
		text = string(data)
	}
	answer := b.ask(method, path, text, "Accept", "application/json", "Sec-Fetch-Site", "same-origin", "Origin", b.h.url)
	request, err := http.NewRequestWithContext(b.h.t.Context(), method, path, nil)
	require.NoError(b.h.t, err)
	requireDescribed(b.h.t, answer, request)
	return answer
}

func TestABrowserSignsInWithACookieThatNoScriptReads(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.givePassword("coordinator")
	b := &browser{h: h}
	b.fetch(http.MethodGet, "/auth/session", nil).is(http.StatusUnauthorized)
	in := b.fetch(http.MethodPost, "/api/auth/session", loginBody(" Coordinator@college.example", password)).is(http.StatusOK)
	require.Equal(t, map[string]any{
		"user_id": float64(h.id("coordinator")), "role": "COORDINATOR", "name": "Name of coordinator",
		"email": "coordinator@college.example", "must_change_password": false,
	}, in.value("user"))
	require.Equal(t, "Asia/Kolkata", in.value("time_zone"))
	require.Len(t, in.cookies(), 1)
	cookie := b.take(in)
	require.NotContains(t, string(in.body), cookie.Value)
	require.NotContains(t, string(in.body), "token")
	require.Equal(t, "no-store", in.header.Get("Cache-Control"))
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	require.Equal(t, "/", cookie.Path)
	require.Empty(t, cookie.Domain)
	require.False(t, cookie.Secure)
	require.InDelta(t, 8*3600, cookie.MaxAge, 5)
	expires, err := time.Parse(time.RFC3339, in.value("expires_at").(string))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(8*time.Hour), expires, 5*time.Second)

	again := b.fetch(http.MethodGet, "/auth/session", nil).is(http.StatusOK)
	require.JSONEq(t, string(in.body), string(again.body))
	require.Empty(t, again.cookies())
	require.Equal(t, h.id("coordinator"), b.fetch(http.MethodGet, "/me", nil).is(http.StatusOK).int("user_id"))
	drive := b.fetch(http.MethodPost, "/drives", map[string]any{"company_name": "A", "job_title": "B"}).is(http.StatusCreated)
	require.Equal(t, h.id("coordinator"), drive.int("posted_by"))
	b.fetch(http.MethodGet, "/users", nil).is(http.StatusForbidden)

	secure := b.ask(http.MethodPost, "/auth/session", at(`{"email":"coordinator@college.example","password":%q}`, password),
		"X-Forwarded-Proto", "https", "Sec-Fetch-Site", "same-origin").is(http.StatusOK)
	require.True(t, secure.cookies()[0].Secure)
}

func TestATokenTellsItsSessionToo(t *testing.T) {
	t.Parallel()
	h := start(t)
	told := h.get("staff", "/auth/session").is(http.StatusOK)
	require.Equal(t, h.id("staff"), told.int("user", "user_id"))
	require.Equal(t, "Asia/Kolkata", told.value("time_zone"))
	require.Empty(t, told.cookies())
	h.get("", "/auth/session").is(http.StatusUnauthorized)
}

func TestTheHeaderCountsMoreThanTheCookie(t *testing.T) {
	t.Parallel()
	h := start(t)
	head := h.signedIn("head")
	head.ask(http.MethodGet, "/users", "").is(http.StatusOK)
	head.ask(http.MethodGet, "/users", "", "Authorization", "Bearer "+h.token("staff")).is(http.StatusForbidden)
	for _, header := range []string{"Bearer x", "Bearer", "Basic eDp5", " "} {
		head.ask(http.MethodGet, "/users", "", "Authorization", header).is(http.StatusUnauthorized)
	}
}

func TestSignInsOfBrowsersAreLimitedLikeAllOthers(t *testing.T) {
	t.Parallel()
	h := start(t, func(d *server.Deps) { d.Limits.PerAccountAndAddress = auth.Limit{Failures: 2, Window: time.Hour} })
	h.givePassword("staff")
	b := &browser{h: h}
	first := h.login("staff@college.example", "wrong").is(http.StatusUnauthorized)
	second := b.fetch(http.MethodPost, "/auth/session", loginBody("staff@college.example", "wrong")).is(http.StatusUnauthorized)
	require.JSONEq(t, strings.ReplaceAll(string(first.body), "/auth/login", "/auth/session"), string(second.body))
	require.Empty(t, second.cookies())
	limited := b.fetch(http.MethodPost, "/auth/session", loginBody("staff@college.example", password)).is(http.StatusTooManyRequests)
	require.NotEmpty(t, limited.header.Get("Retry-After"))
	h.login("staff@college.example", password).is(http.StatusTooManyRequests)
	b.fetch(http.MethodPost, "/auth/session", loginBody("a@b.example", strings.Repeat("x", 20_000))).is(http.StatusRequestEntityTooLarge)
}

func TestABrowserWithAOneTimeCodeMayOnlyChooseAPassword(t *testing.T) {
	t.Parallel()
	h := start(t)
	code := h.giveCode("student")
	b := &browser{h: h}
	in := b.fetch(http.MethodPost, "/auth/session", loginBody("student@college.example", code)).is(http.StatusOK)
	b.take(in)
	require.Equal(t, true, in.value("user", "must_change_password"))
	require.Equal(t, true, b.fetch(http.MethodGet, "/auth/session", nil).is(http.StatusOK).value("user", "must_change_password"))
	b.fetch(http.MethodGet, "/drives", nil).is(http.StatusForbidden)
	b.take(b.fetch(http.MethodPost, "/auth/change-password", passwords(code, password)).is(http.StatusOK))
	require.Equal(t, false, b.fetch(http.MethodGet, "/auth/session", nil).is(http.StatusOK).value("user", "must_change_password"))
	b.fetch(http.MethodGet, "/drives", nil).is(http.StatusOK)
}

func TestAChangedPasswordRenewsTheSession(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.givePassword("staff")
	here, elsewhere := h.signIn("staff"), h.signIn("staff")
	token := h.login("staff@college.example", password).token()
	before := here.cookie
	changed := here.fetch(http.MethodPost, "/auth/change-password", passwords(password, "eight red umbrellas")).is(http.StatusOK)
	require.Empty(t, changed.value("token"))
	require.InDelta(t, 8*3600, here.take(changed).MaxAge, 5)
	require.NotEqual(t, before, here.cookie)
	here.fetch(http.MethodGet, "/me", nil).is(http.StatusOK)
	elsewhere.fetch(http.MethodGet, "/me", nil).is(http.StatusUnauthorized)
	(&browser{h: h, cookie: before}).fetch(http.MethodGet, "/me", nil).is(http.StatusUnauthorized)
	h.with(token, http.MethodGet, "/me", nil).is(http.StatusUnauthorized)

	byToken := h.changePassword(h.token("staff"), "eight red umbrellas", password).is(http.StatusOK)
	require.NotEmpty(t, byToken.token())
	require.Empty(t, byToken.cookies())
}

func TestABrowserSignsOut(t *testing.T) {
	t.Parallel()
	h := start(t)
	b := h.signedIn("head")
	out := b.fetch(http.MethodDelete, "/auth/session", nil).is(http.StatusNoContent)
	paths := map[string]string{}
	for _, cookie := range out.cookies() {
		require.Negative(t, cookie.MaxAge)
		require.Empty(t, cookie.Value)
		require.True(t, cookie.HttpOnly)
		paths[cookie.Name] = cookie.Path
	}
	require.Equal(t, map[string]string{"placeops_session": "/", "placeops_admin": "/admin"}, paths)
	h.delete("", "/auth/session").is(http.StatusNoContent)
}

func TestABrowserSessionEndsWithWhatItWasOpenedFor(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{
		"deactivated":         `UPDATE users SET active = false WHERE user_id = $1`,
		"in another role":     `UPDATE users SET role = 'STAFF' WHERE user_id = $1`,
		"with a new password": `UPDATE users SET tokens_valid_from = now() + interval '1 second' WHERE user_id = $1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t)
			b := h.signedIn("head")
			b.fetch(http.MethodGet, "/users", nil).is(http.StatusOK)
			b.ask(http.MethodGet, "/admin/river/", "").is(http.StatusOK)
			h.exec(end, h.id("head"))
			require.Eventually(t, func() bool {
				return b.fetch(http.MethodGet, "/users", nil).status == http.StatusUnauthorized
			}, 5*time.Second, 20*time.Millisecond)
			b.fetch(http.MethodGet, "/auth/session", nil).is(http.StatusUnauthorized)
			b.ask(http.MethodGet, "/admin/river/", "").is(http.StatusSeeOther)
		})
	}
}

func TestWhatIsNoSessionLetsNobodyIn(t *testing.T) {
	t.Parallel()
	h := start(t)
	good := strings.TrimPrefix(h.signedIn("staff").cookie, "placeops_session=")
	for _, value := range []string{"", "x", "....", h.token("head"), good + "x", strings.Replace(good, ".STAFF.", ".HEAD.", 1)} {
		(&browser{h: h, cookie: "placeops_session=" + value}).fetch(http.MethodGet, "/me", nil).is(http.StatusUnauthorized)
	}
	(&browser{h: h, cookie: "placeops_admin=" + good}).fetch(http.MethodGet, "/me", nil).is(http.StatusUnauthorized)
	request := h.request("", http.MethodGet, "/me", nil)
	request.Header.Set("Authorization", "Bearer "+good)
	h.do(request).is(http.StatusUnauthorized)

	began := time.Now().Add(-auth.TokenLifetime - time.Second)
	over := h.browserOf(auth.Session{UserID: h.id("staff"), Role: auth.Staff, Proved: began, ExpiresAt: began.Add(auth.TokenLifetime)}, began)
	over.fetch(http.MethodGet, "/me", nil).is(http.StatusUnauthorized)
}

func TestOtherSitesCannotUseABrowsersSession(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.givePassword("head")
	head, own := h.signedIn("head"), h.url
	body := at(`{"email":"head@college.example","password":%q}`, password)
	for _, test := range []struct {
		headers              []string
		reads, writes, opens bool // with the cookie; opens: signs in and out
	}{
		{[]string{"Sec-Fetch-Site", "same-origin", "Origin", own}, true, true, true},
		{[]string{"Sec-Fetch-Site", "same-origin"}, true, true, true},
		{[]string{"Origin", own}, true, true, true},
		{nil, true, false, true}, // a program, or a browser that reads over plain HTTP
		{[]string{"Sec-Fetch-Site", "none"}, true, false, false},
		{[]string{"Sec-Fetch-Site", "cross-site"}, false, false, false},
		{[]string{"Sec-Fetch-Site", "same-site"}, false, false, false},
		{[]string{"Sec-Fetch-Site", "cross-site", "Origin", own}, false, false, false},
		{[]string{"Sec-Fetch-Site", "same-site", "Origin", own}, false, false, false},
		{[]string{"Origin", "https://evil.example"}, false, false, false},
		{[]string{"Origin", "null"}, false, false, false},
		{[]string{"Origin", own + ".evil.example"}, false, false, false},
	} {
		wants := func(lets bool, status int) int {
			if lets {
				return status
			}
			return http.StatusForbidden
		}
		domains := h.count("SELECT count(*) FROM job_domains")
		head.ask(http.MethodGet, "/users", "", test.headers...).is(wants(test.reads, http.StatusOK))
		head.ask(http.MethodPost, "/job-domains", at(`{"domain_name":"Domain %d"}`, domains), test.headers...).is(wants(test.writes, http.StatusCreated))
		head.ask(http.MethodPatch, at("/users/%d", h.id("staff")), `{"phone":"1"}`, test.headers...).is(wants(test.writes, http.StatusOK))
		require.Equal(t, test.writes, h.count("SELECT count(*) FROM job_domains") > domains, "%v", test.headers)
		head.ask(http.MethodDelete, "/auth/session", "", test.headers...).is(wants(test.opens, http.StatusNoContent))
		in := head.ask(http.MethodPost, "/auth/session", body, test.headers...).is(wants(test.opens, http.StatusOK))
		require.Equal(t, test.opens, len(in.cookies()) == 1, "%v", test.headers)
		require.Equal(t, test.opens, strings.Contains(string(in.body), "time_zone"), "%v", test.headers)
		token := append([]string{"Authorization", "Bearer " + h.token("head")}, test.headers...)
		head.ask(http.MethodPatch, "/me", `{"phone":"2"}`, token...).is(http.StatusOK) // no other site can send it
	}
}

// To fetch one-time codes spends them. A page on another port of this host is of the same site, so a browser sends it the cookie; over
// plain HTTP nothing says that it was not a person who asked.
func TestOneTimeCodesAreSpentByAPageOfThisServerAlone(t *testing.T) {
	t.Parallel()
	h := start(t)
	imports := 0
	oneImported := func() (jobID int64) {
		imports++
		return h.imported("Roll No,Name,Email", at("NEW%d,New,new%d@college.example", imports, imports)).int("id")
	}
	for _, test := range []struct {
		headers   []string
		get, post int
	}{
		{nil, http.StatusForbidden, http.StatusForbidden},
		{[]string{"Sec-Fetch-Site", "same-site"}, http.StatusForbidden, http.StatusForbidden},
		{[]string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden, http.StatusForbidden},
		{[]string{"Sec-Fetch-Site", "none"}, http.StatusForbidden, http.StatusForbidden},
		{[]string{"Origin", "http://127.0.0.1:1"}, http.StatusForbidden, http.StatusForbidden},
		{[]string{"Origin", h.url}, http.StatusOK, http.StatusOK}, // what a browser says over plain HTTP with a POST
		{[]string{"Sec-Fetch-Site", "same-origin"}, http.StatusOK, http.StatusOK},
	} {
		for method, want := range map[string]int{http.MethodGet: test.get, http.MethodPost: test.post} {
			job := oneImported()
			head, path := h.signedIn("head"), at("/jobs/%d/download", job)
			if method == http.MethodPost {
				path = at("/jobs/%d/codes", job)
			}
			answer := head.ask(method, path, "", test.headers...).is(want)
			if want != http.StatusOK {
				require.Contains(t, string(answer.body), "page of this server", "%s %v", method, test.headers)
				require.Len(t, h.get("head", at("/jobs/%d/download", job)).is(http.StatusOK).table(), 2, "the codes are still there")
				continue
			}
			require.Len(t, answer.table(), 2)
			h.post("head", at("/jobs/%d/codes", job), nil).is(http.StatusGone)
		}
	}
	job := oneImported()
	require.Len(t, h.post("head", at("/jobs/%d/codes", job), nil).is(http.StatusOK).table(), 2, "a token is a proof of its own")
	h.get("head", at("/jobs/%d/download", job)).is(http.StatusGone)

	export := h.export("head", h.exportable(1))
	h.jobDone(export)
	h.signedIn("head").ask(http.MethodGet, at("/jobs/%d/download", export), "").is(http.StatusOK)
}

// A permitted origin may call with a token. The cookie is not for it.
func TestAPermittedOriginGetsNoUseOfTheSession(t *testing.T) {
	t.Parallel()
	const origin = "https://placement.college.example"
	h := start(t, func(d *server.Deps) { d.CORSOrigins = []string{origin} })
	head := h.signedIn("head")
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		answer := head.ask(method, "/users", "{}", "Origin", origin).is(http.StatusForbidden)
		require.Empty(t, answer.header.Get("Access-Control-Allow-Credentials"))
	}
}

func TestTheSessionOfAHeadOpensTheJobConsole(t *testing.T) {
	t.Parallel()
	h := start(t)
	head := h.signedIn("head")
	head.ask(http.MethodGet, "/admin/river/", "").is(http.StatusOK)
	head.ask(http.MethodGet, "/admin/river/api/states", "").is(http.StatusOK)
	job := h.jobInState("close-registrations", "scheduled")
	cancel := at(`{"ids":["%d"]}`, job)
	head.ask(http.MethodPost, "/admin/river/api/jobs/cancel", cancel).is(http.StatusForbidden)
	head.ask(http.MethodPost, "/admin/river/api/jobs/cancel", cancel, "Sec-Fetch-Site", "same-origin").is(http.StatusOK)
	for _, as := range []string{"student", "staff", "coordinator"} {
		h.signedIn(as).ask(http.MethodGet, "/admin/river/", "").is(http.StatusForbidden)
	}
	both := &browser{h: h, cookie: "placeops_admin=stale; " + head.cookie}
	both.ask(http.MethodGet, "/admin/river/", "").is(http.StatusOK)
	own := head.fetch(http.MethodPost, "/admin/session", nil).is(http.StatusNoContent).cookies()
	require.Equal(t, "placeops_admin", own[0].Name)
	require.InDelta(t, 3600, own[0].MaxAge, 5)
}

func TestAStreamOfEventsComesByTheSessionAndEndsWithIt(t *testing.T) {
	t.Parallel()
	h := start(t)
	job := h.jobInState("close-registrations", "scheduled")
	stream := h.watchWith("Cookie", h.signedIn("coordinator").cookie, h.url, job, "")
	require.Equal(t, "scheduled", stream.event()["state"])
	h.exec(`UPDATE users SET active = false WHERE user_id = $1`, h.id("coordinator"))
	begun := time.Now()
	require.Nil(t, stream.event())
	require.Less(t, time.Since(begun), 5*time.Second)
}

// Every route, as TestEveryRouteLetsInWhoMayAndNobodyElse does with tokens.
func TestEveryRouteLetsInWhoMayBySession(t *testing.T) {
	t.Parallel()
	h := start(t)
	browsers := map[auth.Role]*browser{}
	for _, role := range auth.Roles() {
		browsers[role] = h.signedIn(strings.ToLower(string(role)))
	}
	for _, route := range h.operations() {
		var body any
		if route.method != http.MethodGet {
			body = map[string]any{}
		}
		path := strings.ReplaceAll(route.path, "{id}", nobodysID)
		for role, b := range browsers {
			answer := b.fetch(route.method, path, body)
			if !route.mayBeCalledBy(role) {
				answer.is(http.StatusForbidden)
				continue
			}
			require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, answer.status, "%s as %s: %s", route, role, answer.body)
			require.Less(t, answer.status, http.StatusInternalServerError, "%s as %s: %s", route, role, answer.body)
		}
	}
}
