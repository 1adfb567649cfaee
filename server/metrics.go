package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"placeops/metrics"
)

// measure counts every request, under its route's template: paths would make numbers without end. It is the outermost
// middleware, so that it sees what was answered in the end.
func (s *Server) measure(next echo.HandlerFunc) echo.HandlerFunc {
	counts := s.metrics.HTTP
	return func(c echo.Context) error {
		counts.Begin()
		began, status, client := time.Now(), 0, c.Request().Context()
		defer func() { // also when a broken answer goes on as a panic
			counts.End(metrics.Request{
				Method: c.Request().Method, Route: c.Path(), Status: status, Took: time.Since(began),
				Stream: c.Response().Header().Get(echo.HeaderContentType) == eventStreamType,
			})
		}()
		err := next(c)
		answered := c.Response().Status
		if failed := answered >= http.StatusInternalServerError || answered == statusClientLeft; !failed || client.Err() == nil {
			status = answered // or else the client went away, and what failed is no fault of ours
		}
		return err
	}
}

type metricsOutput struct {
	Body func(huma.Context)
}

// readMetrics answers a scrape in Prometheus's text format.
func (s *Server) readMetrics(context.Context, *struct{}) (*metricsOutput, error) {
	return &metricsOutput{Body: func(hctx huma.Context) {
		c := humaecho.Unwrap(hctx)
		s.metricsPage.ServeHTTP(c.Response(), c.Request())
	}}, nil
}

// orToken also lets in a program that has no account and sends this token as its bearer; nobody, if the token is empty.
// Only for operations that do not ask who calls.
func orToken(token string) detail {
	return func(r *route, _ *huma.Operation) {
		sum := sha256.Sum256([]byte(token))
		r.bearsToken = func(bearer string) bool {
			given := sha256.Sum256([]byte(bearer)) // of one length, so that the comparison tells nothing, not even that
			return token != "" && subtle.ConstantTimeCompare(given[:], sum[:]) == 1
		}
	}
}
