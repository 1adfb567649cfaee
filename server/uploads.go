package server

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"placeops/store"
)

// serveUpload answers a signed link with its file. The link is the permission: a browser opens it without a header.
func (s *Server) serveUpload(c echo.Context) error {
	r := c.Request()
	key, err := s.links.Verify(r.URL.Path, time.Now())
	if err != nil {
		problemOf(r.Context(), store.Errorf(store.NotFound, "this link is not valid or has expired; load the page again for a new one")).write(c.Response())
		return nil
	}
	file, err := s.uploads.Open(r.Context(), key)
	if err != nil {
		problem := problemOf(r.Context(), err)
		c.Set(causeKey, err)
		problem.write(c.Response())
		return nil
	}
	defer func() { _ = file.Close() }() // only read
	header := c.Response().Header()
	header.Set("Content-Type", "application/pdf")
	header.Set("Content-Disposition", `inline; filename="job-description.pdf"`)
	header.Set("Cache-Control", "private, max-age=3600")
	// Browsers show a PDF in a viewer of their own, which the API's strict policy would keep from working.
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; plugin-types application/pdf")
	http.ServeContent(c.Response(), r, "", file.ModTime(), file)
	return nil
}
