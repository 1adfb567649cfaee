package server

import (
	"strings"

	"github.com/labstack/echo/v4"

	"placeops/tracing"
)

// untraced are asked again and again by machines, to learn what a trace would not tell.
var untraced = map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true}

// trace makes a span of each request. It stands around the request's log line, which then names the trace.
func (s *Server) trace(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if untraced[strings.TrimPrefix(r.URL.Path, "/api")] {
			return next(c)
		}
		ctx, span := s.tracing.Request(r)
		status := 0
		defer func() { // also when a broken answer goes on as a panic
			tracing.EndRequest(span, tracing.Answered{
				Method: r.Method, Route: c.Path(), Status: status, RequestID: requestFrom(ctx).id,
			})
		}()
		c.SetRequest(r.WithContext(ctx))
		err := next(c)
		status = c.Response().Status
		return err
	}
}
