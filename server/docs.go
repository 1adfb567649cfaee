package server

import (
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"placeops/docs/site"
)

// documentation is made when it is first asked for: most processes never are.
var documentation = sync.OnceValues(site.Build)

// serveDocs is for everything below /docs: the pages of the documentation, and the page of the API with what it loads.
func (s *Server) serveDocs(c echo.Context) error {
	pages, err := documentation()
	if err != nil {
		return err
	}
	address := path.Clean(c.Request().URL.Path)
	if file, ok := pages.Find(address); ok {
		return serveDocsFile(c, file)
	}
	if address == site.Root+"/search" {
		found, err := pages.SearchPage(c.QueryParam("q"))
		if err != nil {
			return err
		}
		return serveDocsPage(c, http.StatusOK, found)
	}
	if served, err := serveAPIPage(c, address); served || err != nil {
		return err
	}
	if !strings.Contains(c.Request().Header.Get("Accept"), "text/html") {
		return echo.ErrNotFound
	}
	missing, err := pages.Missing()
	if err != nil {
		return err
	}
	return serveDocsPage(c, http.StatusNotFound, missing)
}

func serveDocsPage(c echo.Context, status int, page []byte) error {
	c.Response().Header().Set("Content-Security-Policy", site.Policy)
	return c.HTMLBlob(status, page)
}

// serveDocsFile sends what does not change while this process runs; a new version of placeops may bring another.
func serveDocsFile(c echo.Context, file *site.File) error {
	header := c.Response().Header()
	header.Set("Content-Security-Policy", site.Policy)
	header.Set("Cache-Control", "no-cache")
	if file.Lasting {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	header.Set("ETag", "W/"+file.Tag)
	header.Add("Vary", "Accept-Encoding")
	if hasTag(c.Request().Header.Get("If-None-Match"), file.Tag) {
		return c.NoContent(http.StatusNotModified)
	}
	if takesGzip(c.Request()) {
		header.Set("Content-Encoding", "gzip")
		return c.Blob(http.StatusOK, file.Type, file.Packed)
	}
	return c.Blob(http.StatusOK, file.Type, file.Body)
}

func takesGzip(r *http.Request) bool { return takes(r, "gzip") }

// takes tells whether a client says that it can unpack what is packed in this way.
func takes(r *http.Request, coding string) bool {
	for one := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(one, ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			return !refusal.MatchString(strings.TrimSpace(weight))
		}
	}
	return false
}

// refusal is the weight of what a client does not take.
var refusal = regexp.MustCompile(`^q=0(\.0*)?$`)
