package server_test

import (
	"bytes"
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"placeops/server"
	"placeops/web"
)

// smallApp is a console as a build leaves it, small. What is packed only has to differ.
var smallApp = fstest.MapFS{
	"index.html":             {Data: []byte(`<!doctype html><title>the console</title><script type="module" src="/app/assets/app-1a2b.js"></script>`)},
	"index.html.br":          {Data: []byte("the page as br")},
	"index.html.gz":          {Data: []byte("the page as gzip")},
	"sw.js":                  {Data: []byte("the worker")},
	"manifest.webmanifest":   {Data: []byte("{}")},
	"icon.svg":               {Data: []byte("<svg/>")},
	"assets/app-1a2b.js":     {Data: []byte("the script")},
	"assets/app-1a2b.js.br":  {Data: []byte("the script as br")},
	"assets/app-1a2b.js.gz":  {Data: []byte("the script as gzip")},
	"assets/app-3c4d.css":    {Data: []byte("the style")},
	"assets/app-3c4d.css.gz": {Data: []byte("the style as gzip")},
	"assets/font-5e6f.woff2": {Data: []byte("the font")},
}

func startApp(t *testing.T, files fstest.MapFS) *harness {
	t.Helper()
	return start(t, func(d *server.Deps) { d.App = files })
}

// visit asks as a browser that takes nothing packed; headers come as name, value, name, value.
func (h *harness) visit(path string, headers ...string) *reply {
	h.t.Helper()
	return (&browser{h: h}).ask(http.MethodGet, path, "", append([]string{"Accept-Encoding", "identity"}, headers...)...)
}

func TestTheAddressOfTheServerLeadsToTheConsole(t *testing.T) {
	t.Parallel()
	h := startApp(t, smallApp)
	for _, path := range []string{"/", "/app"} {
		require.Equal(t, "/app/", h.visit(path).is(http.StatusSeeOther).header.Get("Location"), path)
	}
	require.Contains(t, string(h.visit("/app/").is(http.StatusOK).body), "<title>the console</title>")
}

func TestAddressesOfTheConsoleAreItsPage(t *testing.T) {
	t.Parallel()
	h := startApp(t, smallApp)
	page := h.visit("/app/").is(http.StatusOK)
	for _, path := range []string{
		"/app/drives", "/app/drives/7/", "/app/drives/7?tab=students", "/app/index.html", "/app/index.html.br", "/app/sw.js/x", "/app/assets", "/app/../app/x",
	} {
		same := h.visit(path).is(http.StatusOK)
		require.Equal(t, page.body, same.body, path)
		require.Equal(t, "text/html; charset=utf-8", same.header.Get("Content-Type"), path)
		require.Equal(t, "no-cache", same.header.Get("Cache-Control"), path)
		require.Equal(t, page.header.Get("ETag"), same.header.Get("ETag"), path)
	}
	for _, path := range []string{"/app/assets/", "/app/assets/app-0000.js", "/app/assets/app-1a2b.js.br", "/app/assets/app-1a2b.js/", "/app/assets/../index.html", "/app/assets/%2e%2e/sw.js", "/app//assets/x/.."} {
		answer := h.visit(path)
		if path == "/app//assets/x/.." {
			require.Equal(t, page.body, answer.is(http.StatusOK).body)
			continue
		}
		require.Equal(t, "application/problem+json", answer.is(http.StatusNotFound).header.Get("Content-Type"), path)
		require.Equal(t, "no-store", answer.header.Get("Cache-Control"), path)
	}
	(&browser{h: h}).ask(http.MethodPost, "/app/", "").is(http.StatusMethodNotAllowed)
	head := (&browser{h: h}).ask(http.MethodHead, "/app/sw.js", "").is(http.StatusOK)
	require.Empty(t, head.body)
	require.NotEmpty(t, head.header.Get("ETag"))
}

func TestFilesOfTheConsoleAreKeptByBrowsers(t *testing.T) {
	t.Parallel()
	h := startApp(t, smallApp)
	const lasting = "public, max-age=31536000, immutable"
	for path, want := range map[string][2]string{
		"/app/":                       {"text/html; charset=utf-8", "no-cache"},
		"/app/sw.js":                  {"text/javascript; charset=utf-8", "no-cache"},
		"/app/manifest.webmanifest":   {"application/manifest+json", "no-cache"},
		"/app/icon.svg":               {"image/svg+xml", "no-cache"},
		"/app/assets/app-1a2b.js":     {"text/javascript; charset=utf-8", lasting},
		"/app/assets/app-3c4d.css":    {"text/css; charset=utf-8", lasting},
		"/app/assets/font-5e6f.woff2": {"font/woff2", lasting},
	} {
		first := h.visit(path).is(http.StatusOK)
		require.Equal(t, want[0], first.header.Get("Content-Type"), path)
		require.Equal(t, want[1], first.header.Get("Cache-Control"), path)
		again := h.visit(path, "If-None-Match", first.header.Get("ETag")).is(http.StatusNotModified)
		require.Empty(t, again.body)
		require.Equal(t, want[1], again.header.Get("Cache-Control"), path)
		require.Equal(t, first.body, h.visit(path, "If-None-Match", `"another"`).is(http.StatusOK).body, path)
	}
	changed := fstest.MapFS{"index.html": {Data: []byte("a new version")}}
	require.NotEqual(t, h.visit("/app/").header.Get("ETag"), startApp(t, changed).visit("/app/").header.Get("ETag"))
}

func TestFilesOfTheConsoleComeAsTheClientTakesThem(t *testing.T) {
	t.Parallel()
	h := startApp(t, smallApp)
	for _, c := range []struct{ path, takes, coding, body string }{
		{"/app/assets/app-1a2b.js", "gzip, deflate, br, zstd", "br", "the script as br"},
		{"/app/assets/app-1a2b.js", "gzip, deflate", "gzip", "the script as gzip"},
		{"/app/assets/app-1a2b.js", "br;q=0, gzip;q=0.5", "gzip", "the script as gzip"},
		{"/app/assets/app-1a2b.js", "BR ; q=1", "br", "the script as br"},
		{"/app/assets/app-1a2b.js", "gzip;q=0.0, br; q=0", "", "the script"},
		{"/app/assets/app-1a2b.js", "identity", "", "the script"},
		{"/app/assets/app-1a2b.js", "brotli, xgzip", "", "the script"},
		{"/app/assets/app-3c4d.css", "br, gzip", "gzip", "the style as gzip"},
		{"/app/assets/app-3c4d.css", "br", "", "the style"},
		{"/app/drives/7", "br", "br", "the page as br"},
		{"/app/sw.js", "br, gzip", "", "the worker"},
	} {
		answer := h.visit(c.path, "Accept-Encoding", c.takes).is(http.StatusOK)
		require.Equal(t, c.coding, answer.header.Get("Content-Encoding"), "%s %s", c.path, c.takes)
		require.Equal(t, c.body, string(answer.body), "%s %s", c.path, c.takes)
		if c.path != "/app/sw.js" {
			require.Contains(t, answer.header.Values("Vary"), "Accept-Encoding", c.path)
		}
	}
}

func TestTheConsoleRunsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	h := startApp(t, smallApp)
	for _, path := range []string{"/app/", "/app/drives", "/app/sw.js", "/app/assets/app-1a2b.js"} {
		header := h.visit(path).is(http.StatusOK).header
		require.Equal(t, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "+
			"connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			header.Get("Content-Security-Policy"), path)
		require.Equal(t, "DENY", header.Get("X-Frame-Options"), path)
		require.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
		require.Equal(t, "same-origin", header.Get("Referrer-Policy"), path)
		require.Empty(t, header.Get("Set-Cookie"), path)
	}
}

func TestWithoutItsConsoleTheServerSaysSo(t *testing.T) {
	t.Parallel()
	h := startApp(t, fstest.MapFS{})
	for _, path := range []string{"/app/", "/app/drives/7"} {
		page := h.visit(path).is(http.StatusOK)
		require.Equal(t, web.Placeholder, page.body)
		require.Contains(t, string(page.body), "make build")
		require.Equal(t, "no-cache", page.header.Get("Cache-Control"), "or it would stay when the console is there")
		require.NotRegexp(t, `<script|<style|style=|(src|href)="(https?:)?//`, string(page.body), "the policy would stop it")
	}
	h.visit("/app/assets/app-1a2b.js").is(http.StatusNotFound)
	h.visit("/app/sw.js").is(http.StatusOK)
}

// What is in this program itself, whether its console was built or not.
func TestTheConsoleOfThisProgramIsServed(t *testing.T) {
	t.Parallel()
	h := start(t)
	page := h.visit("/app/").is(http.StatusOK)
	require.Contains(t, string(page.body), "<title>")
	for _, link := range hrefs(t, page) {
		if link.Scheme == "" && bytes.HasPrefix([]byte(link.Path), []byte("/app/")) {
			h.visit(link.Path).is(http.StatusOK)
		}
	}
}
