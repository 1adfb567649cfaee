package server_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheAPIPageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, path := range []string{"/docs/api", "/docs/api/"} {
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
	for _, path := range []string{"/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs", "/docs/security", "/docs/assets/style.css"} {
		plain := h.request("", http.MethodGet, path, nil)
		plain.Header.Set("Accept-Encoding", "identity")
		packed := h.request("", http.MethodGet, path, nil)
		packed.Header.Set("Accept-Encoding", "gzip")
		a, b := h.do(plain).is(http.StatusOK), h.do(packed).is(http.StatusOK)
		require.Empty(t, a.header.Get("Content-Encoding"))
		require.Equal(t, "gzip", b.header.Get("Content-Encoding"))
		require.Less(t, len(b.body), len(a.body)/2)
		require.Contains(t, b.header.Values("Vary"), "Accept-Encoding")
		unpacked, err := gzip.NewReader(bytes.NewReader(b.body))
		require.NoError(t, err)
		same, err := io.ReadAll(unpacked)
		require.NoError(t, err)
		require.Equal(t, string(a.body), string(same), path)
	}
	for _, path := range []string{"/docs/none.js", "/docs/../server.go", "/docs/%2e%2e/go.mod", "/docs/.", "/docs//", "/docs/swagger-ui.css.gz/x", "/docs/assets"} {
		answer := h.get("", path)
		require.Contains(t, []int{http.StatusNotFound, http.StatusOK}, answer.status, path)
		if answer.status == http.StatusOK {
			require.Contains(t, string(answer.body), "<title>placeOps</title>", path)
		}
	}
}

// TestThePagesOfTheDocumentationAreAnswered follows every link of every page, as a reader would, without an account.
func TestThePagesOfTheDocumentationAreAnswered(t *testing.T) {
	t.Parallel()
	h := start(t)
	front := string(h.get("", "/docs").is(http.StatusOK).body)
	require.Contains(t, front, `href="/docs/api"`)
	require.Contains(t, front, `href="/openapi.json"`)

	waiting, seen := []string{"/docs"}, map[string]*reply{}
	for len(waiting) > 0 {
		address := waiting[0]
		waiting = waiting[1:]
		if seen[address] != nil {
			continue
		}
		answer := h.get("", address).is(http.StatusOK)
		seen[address] = answer
		if !strings.HasPrefix(answer.header.Get("Content-Type"), "text/html") || address == "/docs/api" {
			continue
		}
		policy := answer.header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'", address)
		require.NotContains(t, policy, "unsafe", address)
		require.NotContains(t, policy, "http", address)
		require.Equal(t, address != "/docs/search", answer.header.Get("ETag") != "", address)
		for _, link := range hrefs(t, answer) {
			if link.Scheme == "" && link.Path != "" {
				waiting = append(waiting, link.Path)
			}
		}
	}
	require.Greater(t, len(seen), 15)
	for address, answer := range seen {
		if !strings.HasPrefix(answer.header.Get("Content-Type"), "text/html") || address == "/docs/api" {
			continue
		}
		for _, link := range hrefs(t, answer) {
			if to := seen[link.Path]; link.Fragment != "" && link.Scheme == "" {
				if link.Path == "" {
					to = answer
				}
				require.Contains(t, string(to.body), `id="`+link.Fragment+`"`, "%s leads to %s", address, link)
			}
		}
	}
}

// hrefs are the addresses that a page names.
func hrefs(t *testing.T, page *reply) []*url.URL {
	t.Helper()
	var found []*url.URL
	for _, match := range regexp.MustCompile(`(?:href|src|action)="([^"]*)"`).FindAllStringSubmatch(string(page.body), -1) {
		address, err := url.Parse(match[1])
		require.NoError(t, err)
		found = append(found, address)
	}
	return found
}

func TestThePagesOfTheDocumentationAreKeptByBrowsers(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, path := range []string{"/docs", "/docs/security", "/docs/assets/style.css"} {
		first := h.get("", path).is(http.StatusOK)
		again := h.request("", http.MethodGet, path, nil)
		again.Header.Set("If-None-Match", first.header.Get("ETag"))
		same := h.do(again).is(http.StatusNotModified)
		require.Empty(t, same.body)
		require.NotEqual(t, "no-store", first.header.Get("Cache-Control"))
	}
}

func TestTheDocumentationIsSearched(t *testing.T) {
	t.Parallel()
	h := start(t)
	found := h.get("", "/docs/search?q=PLACEOPS_BACKUP_CRON").is(http.StatusOK)
	require.Contains(t, string(found.body), `href="/docs/settings#placeops_backup_cron"`)
	require.NotContains(t, found.header.Get("Content-Security-Policy"), "unsafe")

	hostile := string(h.get("", "/docs/search?q="+url.QueryEscape(`"><script>alert(1)</script>`)).is(http.StatusOK).body)
	require.NotContains(t, hostile, "<script>alert")
	h.get("", "/docs/search").is(http.StatusOK)
	h.get("", "/docs/search?q="+strings.Repeat("x+", 5000)).is(http.StatusOK)
}

func TestAnAddressThatTheDocumentationDoesNotHaveIsAPageForBrowsers(t *testing.T) {
	t.Parallel()
	h := start(t)
	request := h.request("", http.MethodGet, "/docs/nothing", nil)
	request.Header.Set("Accept", "text/html,application/xhtml+xml")
	require.Contains(t, string(h.do(request).is(http.StatusNotFound).body), "There is no such page")
	require.Equal(t, "application/problem+json", h.get("", "/docs/nothing").is(http.StatusNotFound).header.Get("Content-Type"))
}
