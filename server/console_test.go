package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/server"
)

// browser keeps cookies and says where its requests come from, as browsers do.
type browser struct {
	h      *harness
	cookie string
}

// session opens the console's session for a person's browser.
func (h *harness) session(as string) *browser {
	h.t.Helper()
	cookies := h.post(as, "/admin/session", nil).is(http.StatusNoContent).cookies()
	require.Len(h.t, cookies, 1)
	return &browser{h: h, cookie: cookies[0].Name + "=" + cookies[0].Value}
}

func (r *reply) cookies() []*http.Cookie { return (&http.Response{Header: r.header}).Cookies() }

// ask sends a request of a page; headers come as name, value, name, value.
func (b *browser) ask(method, path, body string, headers ...string) *reply {
	b.h.t.Helper()
	request := b.h.request("", method, path, body)
	request.Header.Set("Accept", "text/html")
	if b.cookie != "" {
		request.Header.Set("Cookie", b.cookie)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request) // follows no redirect
	require.NoError(b.h.t, err)
	defer func() { require.NoError(b.h.t, response.Body.Close()) }()
	data, err := io.ReadAll(response.Body)
	require.NoError(b.h.t, err)
	return &reply{
		t: b.h.t, what: method + " " + path, status: response.StatusCode, header: response.Header, body: data,
	}
}

func TestTheConsoleIsForAHeadWithASession(t *testing.T) {
	t.Parallel()
	h := start(t)
	for as, status := range map[string]int{
		"anonymous": http.StatusUnauthorized, "student": http.StatusForbidden, "staff": http.StatusForbidden,
		"coordinator": http.StatusForbidden, "head": http.StatusNoContent,
	} {
		reply := h.post(as, "/admin/session", nil).is(status)
		require.Len(t, reply.cookies(), map[bool]int{true: 1, false: 0}[as == "head"], as)
		h.get(as, "/admin/river/api/jobs").is(http.StatusUnauthorized) // a token is no session
	}
	stranger := &browser{h: h}
	for _, path := range []string{"/admin/river", "/admin/river/", "/admin/river/jobs", "/admin/river/assets/none.js"} {
		require.Equal(t, "/admin/login", stranger.ask(http.MethodGet, path, "").is(http.StatusSeeOther).header.Get("Location"), path)
		stranger.ask(http.MethodGet, path, "", "Accept", "application/json").is(http.StatusUnauthorized)
		stranger.ask(http.MethodPost, path, "", "Sec-Fetch-Site", "same-origin").is(http.StatusUnauthorized)
	}

	head := h.session("head")
	page := head.ask(http.MethodGet, "/admin/river/", "").is(http.StatusOK)
	require.Contains(t, string(page.body), `"apiUrl":"/admin/river/api"`)
	for _, file := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(string(page.body), -1) {
		require.True(t, strings.HasPrefix(file[1], "/admin/river/"), "%s is loaded from here", file[1])
		head.ask(http.MethodGet, file[1], "").is(http.StatusOK)
	}
	require.Contains(t, page.header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Equal(t, "DENY", page.header.Get("X-Frame-Options"))
	head.ask(http.MethodGet, "/admin/river/api/states", "").is(http.StatusOK)
	job := h.jobInState("close-registrations", "scheduled")
	require.Contains(t, string(head.ask(http.MethodGet, "/admin/river/api/jobs?state=scheduled", "").is(http.StatusOK).body), at(`"id":%d,`, job))
}

func TestTheSessionCookieIsKeptFromOthers(t *testing.T) {
	t.Parallel()
	h := start(t)
	cookie := h.post("head", "/admin/session", nil).cookies()[0]
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	require.Equal(t, "/admin", cookie.Path)
	require.InDelta(t, 3600, cookie.MaxAge, 5)
	require.False(t, cookie.Secure)
	request := h.request("head", http.MethodPost, "/admin/session", nil)
	request.Header.Set("X-Forwarded-Proto", "https")
	require.True(t, h.do(request).cookies()[0].Secure)

	used := h.request("", http.MethodGet, "/me", nil)
	used.Header.Set("Authorization", "Bearer "+cookie.Value)
	h.do(used).is(http.StatusUnauthorized)
	for _, value := range []string{"", "x", h.token("head"), cookie.Value + "x", strings.Replace(cookie.Value, ".HEAD.", ".STAFF.", 1)} {
		(&browser{h: h, cookie: "placeops_admin=" + value}).ask(http.MethodGet, "/admin/river/", "").is(http.StatusSeeOther)
	}
}

func TestASessionEndsWithItsToken(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{
		"deactivated":                  `UPDATE users SET active = false WHERE user_id = $1`,
		"in another role":              `UPDATE users SET role = 'STAFF' WHERE user_id = $1`,
		"with a new password":          `UPDATE users SET tokens_valid_from = now() + interval '1 second' WHERE user_id = $1`,
		"with a password still to set": `UPDATE users SET must_change_password = true WHERE user_id = $1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t)
			head := h.session("head")
			head.ask(http.MethodGet, "/admin/river/", "").is(http.StatusOK)
			h.exec(end, h.id("head"))
			require.Eventually(t, func() bool {
				return head.ask(http.MethodGet, "/admin/river/", "").status != http.StatusOK
			}, 5*time.Second, 20*time.Millisecond)
		})
	}
}

func TestOtherSitesCannotUseASession(t *testing.T) {
	t.Parallel()
	h := start(t)
	head := h.session("head")
	own := h.url
	for _, test := range []struct {
		headers []string
		lets    bool
	}{
		{nil, false},
		{[]string{"Origin", "https://evil.example"}, false},
		{[]string{"Origin", "null"}, false},
		{[]string{"Origin", "https://" + strings.TrimPrefix(own, "http://") + ".evil.example"}, false},
		{[]string{"Sec-Fetch-Site", "cross-site"}, false},
		{[]string{"Sec-Fetch-Site", "same-site"}, false},
		{[]string{"Sec-Fetch-Site", "none"}, false},
		{[]string{"Sec-Fetch-Site", "cross-site", "Origin", own}, false},
		{[]string{"Origin", own}, true},
		{[]string{"Sec-Fetch-Site", "same-origin", "Origin", own}, true},
	} {
		job := h.jobInState("close-registrations", "scheduled")
		cancel := head.ask(http.MethodPost, "/admin/river/api/jobs/cancel", at(`{"ids":["%d"]}`, job), test.headers...)
		form := head.ask(http.MethodPost, "/admin/login", "email=a&password=b",
			append([]string{"Content-Type", "application/x-www-form-urlencoded"}, test.headers...)...)
		out := head.ask(http.MethodDelete, "/admin/session", "", test.headers...)
		state := h.get("head", at("/jobs/%d", job)).value("state")
		if test.lets {
			cancel.is(http.StatusOK)
			form.is(http.StatusUnauthorized)
			out.is(http.StatusNoContent)
			require.Equal(t, "cancelled", state)
			continue
		}
		for _, refused := range []*reply{cancel, form, out} {
			refused.is(http.StatusForbidden)
		}
		require.Equal(t, "scheduled", state, "%v", test.headers)
	}
	cross := h.request("head", http.MethodPost, "/admin/session", nil)
	cross.Header.Set("Sec-Fetch-Site", "cross-site")
	require.Empty(t, h.do(cross).is(http.StatusForbidden).cookies())
}

func TestTheSignInPageOpensTheConsole(t *testing.T) {
	t.Parallel()
	h := start(t, func(d *server.Deps) {
		d.Limits = auth.DefaultLoginLimits()
		d.Limits.PerAccountAndAddress = auth.Limit{Failures: 2, Window: time.Hour}
	})
	hash, err := auth.NewPasswords(1).Hash(t.Context(), "a good passphrase")
	require.NoError(t, err)
	h.exec(`UPDATE users SET password_hash = $1`, hash)
	b := &browser{h: h}
	form := func(email, password string) *reply {
		return b.ask(http.MethodPost, "/admin/login", url.Values{"email": {email}, "password": {password}}.Encode(),
			"Content-Type", "application/x-www-form-urlencoded", "Origin", h.url)
	}
	page := b.ask(http.MethodGet, "/admin/login", "").is(http.StatusOK)
	require.Contains(t, string(page.body), `<form method="post" action="/admin/login">`)
	require.Equal(t, "same-origin", page.header.Get("Referrer-Policy"), "or the form would come from nowhere")

	require.Contains(t, string(form("staff@college.example", "a good passphrase").is(http.StatusForbidden).body), "this is for HEAD")
	require.Contains(t, string(form("head@college.example", "wrong").is(http.StatusUnauthorized).body), "wrong e-mail address or password")
	require.Empty(t, form("head@college.example", strings.Repeat("x", 1001)).is(http.StatusUnauthorized).cookies())
	b.ask(http.MethodPost, "/admin/login", `{}`, "Origin", h.url).is(http.StatusBadRequest)
	in := form(" Head@college.example", "a good passphrase").is(http.StatusSeeOther)
	require.Equal(t, "/admin/river/", in.header.Get("Location"))
	b.cookie = in.cookies()[0].Name + "=" + in.cookies()[0].Value
	b.ask(http.MethodGet, "/admin/river/", "").is(http.StatusOK)

	out := b.ask(http.MethodDelete, "/admin/session", "", "Origin", h.url).is(http.StatusNoContent).cookies()[0]
	require.Negative(t, out.MaxAge)
	require.Equal(t, "/admin", out.Path)

	form("head@college.example", "wrong").is(http.StatusUnauthorized)
	limited := form("head@college.example", "a good passphrase").is(http.StatusTooManyRequests)
	require.NotEmpty(t, limited.header.Get("Retry-After"))
	h.post("", "/auth/login", map[string]any{"email": "head@college.example", "password": "a good passphrase"}).is(http.StatusTooManyRequests)
}

func TestTheConsoleStopsWithItsServer(t *testing.T) {
	t.Parallel()
	var deps server.Deps
	h := start(t, func(d *server.Deps) { deps = *d })
	stopping, _ := h.otherServer(deps)
	cookie := h.session("head").cookie
	status := func() int {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/admin/river/", nil)
		request.Header.Set("Cookie", cookie)
		recorder := httptest.NewRecorder()
		stopping.Handler().ServeHTTP(recorder, request)
		return recorder.Code
	}
	require.Equal(t, http.StatusOK, status())
	require.NoError(t, stopping.Shutdown(t.Context()))
	require.Eventually(t, func() bool { return status() == http.StatusServiceUnavailable }, 10*time.Second, 5*time.Millisecond)
}
