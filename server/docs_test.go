package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDocsPageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, path := range []string{"/docs", "/docs/"} {
		page := h.get("", path).is(http.StatusOK)
		require.Equal(t, "text/html; charset=utf-8", page.header.Get("Content-Type"), path)
		policy := page.header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'")
		require.NotContains(t, policy, "http")
		require.NotContains(t, policy, "*")
		require.NotContains(t, regexp.MustCompile(`style-src[^;]*`).ReplaceAllString(policy, ""), "unsafe")
		require.NotRegexp(t, `(?i)(src|href)\s*=\s*["']?(https?:)?//`, string(page.body))
		require.NotRegexp(t, `<script>|<script [^>]*>[^<]`, string(page.body), "no inline script: the policy would stop it")
		assets := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(string(page.body), -1)
		require.GreaterOrEqual(t, len(assets), 5)
		for _, asset := range assets {
			require.True(t, strings.HasPrefix(asset[1], "/"), asset[1])
			h.get("", asset[1]).is(http.StatusOK)
		}
	}
	for path, kind := range map[string]string{
		"/docs/swagger-ui.css": "text/css; charset=utf-8", "/docs/swagger-ui-bundle.js": "text/javascript; charset=utf-8",
		"/docs/page.js": "text/javascript; charset=utf-8", "/docs/page.css": "text/css; charset=utf-8", "/docs/favicon-32x32.png": "image/png",
	} {
		file := h.get("", path).is(http.StatusOK)
		require.Equal(t, kind, file.header.Get("Content-Type"), path)
		require.NotEmpty(t, file.body, path)
	}
	script := string(h.get("", "/docs/page.js").body)
	require.Contains(t, script, "/openapi.json")
	require.NotContains(t, script, "http")
	require.NotContains(t, string(h.get("", "/docs/swagger-ui.css").body), "@import")
}

func TestDocsFilesComeAsTheClientTakesThem(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, path := range []string{"/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js"} {
		plain := h.request("", http.MethodGet, path, nil)
		plain.Header.Set("Accept-Encoding", "identity")
		packed := h.request("", http.MethodGet, path, nil)
		packed.Header.Set("Accept-Encoding", "gzip")
		a, b := h.do(plain).is(http.StatusOK), h.do(packed).is(http.StatusOK)
		require.Empty(t, a.header.Get("Content-Encoding"))
		require.Equal(t, "gzip", b.header.Get("Content-Encoding"))
		require.Less(t, len(b.body), len(a.body)/2)
		require.Contains(t, b.header.Values("Vary"), "Accept-Encoding")
	}
	for _, path := range []string{"/docs/none.js", "/docs/../server.go", "/docs/%2e%2e/go.mod", "/docs/.", "/docs//", "/docs/swagger-ui.css.gz/x"} {
		answer := h.get("", path)
		require.Contains(t, []int{http.StatusNotFound, http.StatusOK}, answer.status, path)
		if answer.status == http.StatusOK {
			require.Contains(t, string(answer.body), "<title>placeOps API</title>", path)
		}
	}
}
