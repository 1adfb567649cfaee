package server

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"placeops/web"
)

const (
	appPath   = "/app/"
	appPage   = "index.html"
	appAssets = "assets/" // names in it tell the content: what has such a name never changes
)

// appPolicy lets the web console load and call what comes from this server, and nothing else; no script or style may stand in a page.
const appPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// app is the web console: its files by name.
type app struct {
	files map[string]*appFile
}

// appFile is a file, and the same packed where the build has made that.
type appFile struct {
	kind, etag   string
	body, br, gz []byte
}

// openApp reads the console's files; nil: those that were built into the program. They do not change while it runs.
func openApp(files fs.FS) (*app, error) {
	if files == nil {
		files = web.Files()
	}
	a := &app{files: map[string]*appFile{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || isPacked(name) {
			return err
		}
		a.files[name], err = openAppFile(files, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	if a.files[appPage] == nil {
		a.files[appPage] = newAppFile(appPage, web.Placeholder)
	}
	return a, nil
}

// isPacked tells whether a file is another one, packed: it has no address of its own.
func isPacked(name string) bool { return path.Ext(name) == ".br" || path.Ext(name) == ".gz" }

func newAppFile(name string, body []byte) *appFile {
	sum := sha256.Sum256(body)
	return &appFile{kind: contentType(name), etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, body: body}
}

func openAppFile(files fs.FS, name string) (*appFile, error) {
	body, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	file := newAppFile(name, body)
	for ending, packed := range map[string]*[]byte{".br": &file.br, ".gz": &file.gz} {
		if *packed, err = fs.ReadFile(files, name+ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return file, nil
}

func (s *Server) toApp(c echo.Context) error { return c.Redirect(http.StatusSeeOther, appPath) }

// serveApp answers everything below /app/. What is no file is an address of the console's own, which its one page knows.
func (s *Server) serveApp(c echo.Context) error {
	a, err := s.app()
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(c.Request().URL.Path, appPath)
	file, lasting := a.files[name], strings.HasPrefix(name, appAssets)
	if file == nil && lasting {
		return echo.ErrNotFound
	}
	return serveAppFile(c, cmp.Or(file, a.files[appPage]), lasting)
}

func serveAppFile(c echo.Context, file *appFile, lasting bool) error {
	r, header := c.Request(), c.Response().Header()
	header.Set("Content-Security-Policy", appPolicy)
	header.Set("Referrer-Policy", "same-origin") // with "no-referrer" a browser would not say where a form comes from
	header.Set("Cache-Control", "no-cache")
	if lasting {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	header.Set("ETag", "W/"+file.etag)
	if file.br != nil || file.gz != nil {
		header.Add("Vary", "Accept-Encoding")
	}
	if hasTag(r.Header.Get("If-None-Match"), file.etag) {
		return c.NoContent(http.StatusNotModified)
	}
	switch {
	case file.br != nil && takes(r, "br"):
		header.Set("Content-Encoding", "br")
		return c.Blob(http.StatusOK, file.kind, file.br)
	case file.gz != nil && takes(r, "gzip"):
		header.Set("Content-Encoding", "gzip")
		return c.Blob(http.StatusOK, file.kind, file.gz)
	}
	return c.Blob(http.StatusOK, file.kind, file.body)
}
