package server

import (
	"cmp"
	"compress/gzip"
	"embed"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui/v5/static"

	"placeops/docs/site"
)

// apiPage is the page around Swagger UI, whose own files come from its module: nothing is loaded from elsewhere.
//
//go:embed apidocs
var apiPage embed.FS

// apiPagePolicy lets the page load its own scripts and styles and call this server, and nothing else. Swagger UI writes
// style attributes and draws its icons from data: URLs.
const apiPagePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

func (s *Server) serveOpenAPI(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=60")
	return c.Blob(http.StatusOK, "application/json", s.openapi)
}

// serveAPIPage sends the page of the API, or a file that it loads; false: it is neither.
func serveAPIPage(c echo.Context, address string) (bool, error) {
	name := strings.TrimPrefix(address, site.Root+"/")
	if address == site.APIPage {
		name = "index.html"
	}
	for _, serve := range []func(echo.Context, string) error{serveAPIPageFile, serveSwaggerFile} {
		if err := serve(c, name); !errors.Is(err, fs.ErrNotExist) {
			return true, err
		}
	}
	return false, nil
}

func serveAPIPageFile(c echo.Context, name string) error {
	data, err := apiPage.ReadFile("apidocs/" + name)
	if err != nil {
		return fs.ErrNotExist
	}
	c.Response().Header().Set("Content-Security-Policy", apiPagePolicy)
	return c.Blob(http.StatusOK, contentType(name), data)
}

// serveSwaggerFile sends a file of Swagger UI, which its module holds compressed.
func serveSwaggerFile(c echo.Context, name string) error {
	header := c.Response().Header()
	if data, err := static.FS.ReadFile(name); err == nil {
		header.Set("Cache-Control", "public, max-age=86400")
		return c.Blob(http.StatusOK, contentType(name), data)
	}
	packed, err := static.FS.Open(name + ".gz")
	if err != nil {
		return fs.ErrNotExist
	}
	defer func() { _ = packed.Close() }() // embedded
	header.Set("Cache-Control", "public, max-age=86400")
	header.Add("Vary", "Accept-Encoding")
	if takesGzip(c.Request()) {
		header.Set("Content-Encoding", "gzip")
		return c.Stream(http.StatusOK, contentType(name), packed)
	}
	plain, err := gzip.NewReader(packed)
	if err != nil {
		return err
	}
	return c.Stream(http.StatusOK, contentType(name), io.Reader(plain))
}

// contentTypes are those of all files that pages load. What the system of the day says of them does not matter.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8",
	".png": "image/png", ".svg": "image/svg+xml", ".ico": "image/x-icon", ".webp": "image/webp", ".jpg": "image/jpeg",
	".woff2": "font/woff2",
}

func contentType(name string) string {
	return cmp.Or(contentTypes[path.Ext(name)], "application/octet-stream")
}
