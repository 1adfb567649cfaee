package server

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"placeops/metrics"
	"placeops/metrics/metricstest"
)

func TestAnAnswerThatBreaksOffIsNotCountedAsGood(t *testing.T) {
	t.Parallel()
	s := &Server{logger: slog.New(slog.DiscardHandler), metrics: metrics.New(metrics.Options{})}
	router := echo.New()
	router.HTTPErrorHandler = unrouted
	s.useMiddleware(router, nil)
	router.GET("/file", func(c echo.Context) error {
		c.Response().WriteHeader(http.StatusOK)
		c.Response().Flush()
		panic(http.ErrAbortHandler)
	})
	router.GET("/panics", func(echo.Context) error { panic("the inner cause") })
	web := httptest.NewServer(router)
	t.Cleanup(web.Close)
	get := func(path string) (body []byte, err error) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+path, nil)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer func() { _ = response.Body.Close() }()
		return io.ReadAll(response.Body)
	}
	_, err := get("/file")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = get("/panics")
	require.NoError(t, err)
	web.Close() // waits for what it still answers

	page := httptest.NewRecorder()
	s.metrics.Handler().ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	scrape := metricstest.Parse(t, page.Body.Bytes())
	require.Equal(t, 2, scrape.Len("placeops_http_requests_total"))
	require.InDelta(t, 1, scrape.Sum("placeops_http_requests_total", "route", "/file", "code", "broken_off"), 0)
	require.InDelta(t, 1, scrape.Sum("placeops_http_requests_total", "route", "/panics", "code", "500"), 0)
	require.Zero(t, scrape.Sum("placeops_http_requests_in_flight"))
}

// BenchmarkMeasure is what counting adds to a request: the same router with and without it, from one core and from all.
func BenchmarkMeasure(b *testing.B) {
	s := &Server{metrics: metrics.New(metrics.Options{})}
	measured := func(next echo.HandlerFunc) echo.HandlerFunc { return s.measure(next) }
	bare := func(next echo.HandlerFunc) echo.HandlerFunc { return next }
	for _, c := range []struct {
		name string
		pre  echo.MiddlewareFunc
	}{{"bare", bare}, {"measured", measured}} {
		router := echo.New()
		router.Pre(c.pre)
		router.POST("/registrations/:id/register", func(c echo.Context) error {
			c.Response().WriteHeader(http.StatusCreated)
			return nil
		})
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/registrations/7/register", nil)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			w := &nowhere{header: http.Header{}}
			for b.Loop() {
				router.ServeHTTP(w, request)
			}
		})
		b.Run(c.name+"-parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				w := &nowhere{header: http.Header{}}
				for pb.Next() {
					router.ServeHTTP(w, request)
				}
			})
		})
	}
}

// nowhere takes an answer and keeps nothing.
type nowhere struct{ header http.Header }

func (w *nowhere) Header() http.Header         { return w.header }
func (w *nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (w *nowhere) WriteHeader(int)             {}
