package server

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"placeops/metrics"
)

// BenchmarkARequestThroughAllMiddleware is a request whose operation costs nothing, with tracing off.
func BenchmarkARequestThroughAllMiddleware(b *testing.B) {
	s := &Server{logger: slog.New(slog.NewTextHandler(io.Discard, nil)), metrics: metrics.New(metrics.Options{})} //nolint:sloglint // lines are made, as for a person
	router := echo.New()
	s.useMiddleware(router, nil)
	router.POST("/registrations/:id/register", func(c echo.Context) error {
		c.Response().WriteHeader(http.StatusCreated)
		return nil
	})
	request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/registrations/7/register", nil)
	w := &nowhere{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		router.ServeHTTP(w, request)
	}
}
