package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRequestIDIsTakenOverWhenSane(t *testing.T) {
	t.Parallel()
	h := start(t)
	for given, sane := range map[string]bool{
		"case-42":               true,
		"0af7651916cd43dd:8.A_": true,
		strings.Repeat("x", 64): true,
		strings.Repeat("x", 65): false,
		"a b":                   false,
		"<script>":              false,
		"é":                     false,
		"":                      false,
	} {
		for _, path := range []string{"/healthz", "/nowhere", "/api/me"} {
			request := h.request("", http.MethodGet, path, nil)
			request.Header.Set("X-Request-Id", given)
			got := h.do(request).header.Get("X-Request-Id")
			if sane {
				require.Equal(t, given, got)
			} else {
				require.Regexp(t, "^[0-9a-f]{24}$", got)
			}
		}
	}
	first, second := h.get("", "/healthz"), h.get("", "/healthz")
	require.NotEqual(t, first.header.Get("X-Request-Id"), second.header.Get("X-Request-Id"))
}

// readWith reads what is at a path of the route table, for the bearer of a token or for nobody.
func (h *harness) readWith(token, path string) *reply {
	h.t.Helper()
	path = strings.ReplaceAll(path, "{id}", nobodysID)
	if token == "" {
		return h.get("", path)
	}
	return h.with(token, http.MethodGet, path, nil)
}

func TestRoutesAnswerAlikeUnderAPI(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, route := range h.operations() {
		if route.method != http.MethodGet {
			continue
		}
		for _, as := range []string{"", "student", "head"} {
			token := h.token(as) // one for both: a session tells when it ends
			plain, under := h.readWith(token, route.path), h.readWith(token, "/api"+route.path)
			require.Equal(t, plain.status, under.status, route)
			require.Equal(t, plain.header.Get("Content-Type"), under.header.Get("Content-Type"), route)
			if !strings.Contains(plain.header.Get("Content-Type"), "json") {
				continue // a PDF and a workbook say when they were made
			}
			require.Equal(t, string(plain.body), strings.ReplaceAll(string(under.body), `"/api/`, `"/`), route)
		}
	}
	h.get("", "/apime").is(http.StatusNotFound)
	h.get("", "/api/api/me").is(http.StatusNotFound)
}
