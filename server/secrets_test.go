package server_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/server"
)

// asLogged is the log of a server that is talked to, in one of the two formats.
func asLogged(t *testing.T, format string) (*harness, *logBuffer) {
	t.Helper()
	log := &logBuffer{}
	options := &slog.HandlerOptions{Level: slog.LevelDebug}
	return start(t, behindProxy, func(d *server.Deps) {
		d.Logger = slog.New(slog.NewTextHandler(log, options))
		if format == "json" {
			d.Logger = slog.New(slog.NewJSONHandler(log, options))
		}
	}), log
}

// exchangeRaw sends bytes that no HTTP client would, and reads the header of one answer.
func (h *harness) exchangeRaw(request string) http.Header {
	h.t.Helper()
	conn, err := new(net.Dialer).DialContext(h.t.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, request)
	require.NoError(h.t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(h.t, err)
	require.NoError(h.t, response.Body.Close())
	return response.Header
}

// TestNothingThatIsSentWritesALogLineOfItsOwn sends what would, where it was written as it is, look like another line.
func TestNothingThatIsSentWritesALogLineOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			h, log := asLogged(t, format)
			const forged = "time=2026-01-01 level=INFO msg=forged"
			escaped := strings.ReplaceAll(forged, " ", "%20")
			sent := 0
			raw := func(request string) {
				if h.exchangeRaw(request).Get("X-Request-Id") != "" { // else it was no HTTP
					sent++
				}
			}
			for _, newline := range []string{"%0A", "%0D%0A", "%E2%80%A8", "%C2%85", "%0B", "%1B%5B2K"} {
				h.get("head", "/nothing"+newline+escaped).is(http.StatusNotFound)
				h.get("head", "/drives?q=x"+newline+escaped).is(http.StatusOK)
				sent += 2
			}
			for _, newline := range []string{"\n", "\r\n", "\u2028", "\u0085"} {
				answer := h.login("a@b.example"+newline+forged, "x"+newline+forged)
				require.Contains(t, []int{http.StatusUnauthorized, http.StatusUnprocessableEntity}, answer.status)
				sent++
			}
			for _, header := range []string{"X-Request-Id", "X-Forwarded-For", "User-Agent", "Authorization"} {
				for _, fold := range []string{"\r\n ", "\r\n\t", "\u2028", "\t"} { // a header that goes on in the next line
					raw(at("GET /healthz HTTP/1.1\r\nHost: a\r\n%s: x%s%s\r\n\r\n", header, fold, forged))
				}
			}
			raw("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: x\nX-Forged: y\r\n\r\n")
			require.Greater(t, sent, 16, "what goes over the wire as it is has come in")
			lines := func() (n int) {
				for line := range strings.Lines(log.String()) {
					if strings.Contains(line, `msg=request`) || strings.Contains(line, `"msg":"request"`) {
						n++
					}
				}
				return n
			}
			require.Eventually(t, func() bool { return lines() >= sent }, jobTime, fast)
			require.Equal(t, sent, lines())
			for line := range strings.Lines(log.String()) {
				require.NotRegexp(t, `^(time=2026-01-01|level=)|[\x00-\x08\x0b-\x1f\x7f\x{2028}\x{85}]`, strings.TrimSuffix(line, "\n"))
				if format == "json" {
					var object map[string]any
					require.NoError(t, json.Unmarshal([]byte(line), &object), line)
					require.NotEqual(t, "forged", object["msg"])
				}
			}
		})
	}
}

// TestAnAnswerTakesNoHeaderFromItsRequest asks for header lines of its own in all that an answer repeats.
func TestAnAnswerTakesNoHeaderFromItsRequest(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.finished(map[string]any{"company_name": "Acme\"\\;/..%0d%0a é X-Evil: 1"}, []string{"student"})
	drive := h.count("SELECT max(drive_id) FROM drives")
	for _, answer := range []*reply{
		h.get("head", at("/attendance/%d/download-csv", drive)).is(http.StatusOK),
		h.get("head", at("/finished-drives/%d/download", drive)).is(http.StatusOK),
		h.get("head", "/drives?limit=1&q=%0D%0AX-Evil:%201").is(http.StatusOK),
		h.get("head", "/nothing%0D%0AX-Evil:%201").is(http.StatusNotFound),
	} {
		require.Empty(t, answer.header.Get("X-Evil"), answer.what)
		if name := answer.header.Get("Content-Disposition"); name != "" {
			require.Regexp(t, `^attachment; filename="?[A-Za-z0-9._-]+"?(; filename\*=UTF-8''[A-Za-z0-9._%-]+)?$`, name)
		}
	}
	header := h.exchangeRaw("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: x\r\n X-Evil: 1\r\n\r\n")
	require.Empty(t, header.Get("X-Evil"))
	require.Regexp(t, `^[0-9a-f]{24}$`, header.Get("X-Request-Id"))
}

// TestSecretsStandInNoLogAndInNoAnswer lets everything go wrong that has a secret in its hands.
func TestSecretsStandInNoLogAndInNoAnswer(t *testing.T) {
	t.Parallel()
	h, log := asLogged(t, "text")
	const wrong, next = "my old secret words 1", "my next secret words 2"
	h.givePassword("staff")
	code := h.giveCode("student")
	signed := h.login("staff@college.example", password).token()
	var answers bytes.Buffer
	note := func(r *reply) *reply { answers.Write(r.body); fmt.Fprintln(&answers, r.header); return r }
	note(h.login("staff@college.example", wrong)).is(http.StatusUnauthorized)
	note(h.login("staff@college.example", strings.Repeat(wrong, 60))).is(http.StatusUnprocessableEntity)
	note(h.post("", "/auth/login", at(`{"email":"a@b.example","password":["%s"]}`, wrong))).is(http.StatusUnprocessableEntity)
	note(h.post("", "/auth/login", at(`{"email":"a@b.example","password":"%s`, wrong))).is(http.StatusBadRequest)
	note(h.get("", "/auth/login?password="+strings.ReplaceAll(wrong, " ", "+"))).is(http.StatusMethodNotAllowed)
	note(h.post("", "/auth/session", loginBody("staff@college.example", wrong))).is(http.StatusUnauthorized)
	note(h.get("", "/auth/session?password="+strings.ReplaceAll(wrong, " ", "+"))).is(http.StatusUnauthorized)
	cookie := h.signIn("staff").cookie
	note((&browser{h: h, cookie: cookie}).ask(http.MethodGet, "/auth/session", "")).is(http.StatusOK)
	note((&browser{h: h, cookie: cookie + "x"}).ask(http.MethodGet, "/auth/session", "")).is(http.StatusUnauthorized)
	note(h.changePassword(signed, wrong, next)).is(http.StatusUnprocessableEntity)
	note(h.changePassword(signed, password, "short")).is(http.StatusUnprocessableEntity)
	note(h.post("head", "/users", map[string]any{"name": "N", "email": "staff@college.example", "role": "STAFF", "password": next})).is(http.StatusConflict)
	note(h.get("staff", "/me")).is(http.StatusOK)
	note(h.get("head", "/users")).is(http.StatusOK)
	note(h.get("head", at("/students/%d", h.id("student")))).is(http.StatusOK)
	h.login("student@college.example", code).is(http.StatusOK)
	h.failCommits("UPDATE ON users")
	note(h.changePassword(signed, password, next)).is(http.StatusInternalServerError)
	hash, err := passwordHash()
	require.NoError(t, err)
	codeHash, ok := auth.HashCode(code)
	require.True(t, ok)
	_, signature, ok := strings.Cut(signed, ".")
	require.True(t, ok)
	told := log.String()
	for _, word := range []string{
		secret, password, wrong, next, code, hash, "argon2", at("%x", codeHash), signed, signature, cookie, strings.ReplaceAll(wrong, " ", "+"),
	} {
		require.NotContains(t, told, word)
		require.NotContains(t, answers.String(), word)
	}
	require.Contains(t, told, "/auth/change-password", "the log is that of these requests")
}
