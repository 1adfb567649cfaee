package server

import (
	"cmp"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"placeops/store"
)

// useMiddleware adds what every request goes through, outermost first.
func (s *Server) useMiddleware(router *echo.Echo, corsOrigins []string) {
	router.Pre(s.measure, s.closeWhenStopping, s.boundBody, identify)
	if s.tracing != nil {
		router.Pre(s.trace)
	}
	router.Pre(s.logRequest, recoverPanic, stripAPIPrefix, dropLastSlash, securityHeaders)
	if len(corsOrigins) > 0 {
		router.Pre(middleware.CORSWithConfig(middleware.CORSConfig{
			AllowOrigins:  corsOrigins,
			AllowHeaders:  []string{"Authorization", "Content-Type", "If-None-Match", "Last-Event-ID", "X-Request-Id"},
			ExposeHeaders: []string{"Link", "X-Total-Count", "X-Refreshed-At", "X-Request-Id", "Retry-After", "Content-Disposition", "ETag"},
			MaxAge:        600,
		}))
	}
}

// boundBody gives a body its time where no operation does: because a page reads it, or because nobody does, and the HTTP server
// waits for the rest of what it has refused.
func (s *Server) boundBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Body == http.NoBody {
			return next(c)
		}
		control := http.NewResponseController(c.Response())
		within := func(d time.Duration) { _ = control.SetReadDeadline(time.Now().Add(cmp.Or(s.timeouts.Body, d))) } // cannot fail on a connection
		within(requestTimeout)
		defer within(bodyTimeout)
		return next(c)
	}
}

// closeWhenStopping leaves no connection open on which the next request would be lost.
func (s *Server) closeWhenStopping(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.ready.stopping.Load() {
			c.Response().Header().Set("Connection", "close")
		}
		return next(c)
	}
}

// identify gives the request its id and remembers how it came.
func identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		info := &request{
			id: requestID(r.Header.Get("X-Request-Id")), path: r.URL.EscapedPath(), query: r.URL.RawQuery, address: c.RealIP(),
		}
		c.Response().Header().Set("X-Request-Id", info.id)
		c.SetRequest(r.WithContext(withRequest(r.Context(), info)))
		return next(c)
	}
}

// logRequest writes one line per request. Neither queries nor signed links are logged: they may hold names and secrets.
func (s *Server) logRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		r, info := c.Request(), requestFrom(c.Request().Context())
		status := c.Response().Status
		attrs := []slog.Attr{
			slog.String("method", r.Method), slog.String("route", c.Path()), slog.Int("status", status),
			slog.Duration("took", time.Since(start).Round(10*time.Microsecond)), slog.Int64("bytes", c.Response().Size),
			slog.String("address", info.address), slog.String("request_id", info.id),
		}
		if !strings.HasPrefix(r.URL.Path, "/uploads/") {
			attrs = append(attrs, slog.String("path", info.path))
		}
		if userID, ok := c.Get(userIDKey).(int64); ok {
			attrs = append(attrs, slog.Int64("user_id", userID))
		}
		if cause, ok := c.Get(causeKey).(error); ok {
			attrs = append(attrs, slog.String("error", store.ExplainPrivilege(cause).Error()))
		}
		s.logger.LogAttrs(r.Context(), levelOf(status), "request", attrs...)
		return nil
	}
}

// Where the route's handler leaves what the log line shows.
const (
	userIDKey = "user_id"
	causeKey  = "cause"
)

func levelOf(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// recoverPanic answers 500 instead of dropping the connection; the stack goes to the log.
func recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // a panic value, compared as net/http does
				panic(cause)
			}
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}()
		return next(c)
	}
}

// stripAPIPrefix makes /api/drives and /drives one route.
func stripAPIPrefix(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		url := c.Request().URL
		if rest, ok := strings.CutPrefix(url.Path, "/api/"); ok && rest != "" {
			url.Path = "/" + rest
			url.RawPath = strings.TrimPrefix(url.RawPath, "/api")
		}
		return next(c)
	}
}

// dropLastSlash makes /drives/ and /drives one route. The consoles' own pages have such addresses.
func dropLastSlash(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		url := c.Request().URL
		if len(url.Path) > 1 && !strings.HasPrefix(url.Path, "/admin/") && !strings.HasPrefix(url.Path, appPath) {
			url.Path, url.RawPath = strings.TrimSuffix(url.Path, "/"), strings.TrimSuffix(url.RawPath, "/")
		}
		return next(c)
	}
}

// securityHeaders are for an API whose answers no page should frame, sniff or keep.
func securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-site")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		header.Set("Cache-Control", "no-store")
		return next(c)
	}
}

// unrouted answers what no route did: unknown paths, wrong methods, panics.
func unrouted(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	ctx := c.Request().Context()
	var problem *Problem
	switch status := statusOf(err); status {
	case http.StatusNotFound:
		problem = newProblem(ctx, status, "", "there is nothing at this address; see /docs")
	case http.StatusMethodNotAllowed:
		problem = newProblem(ctx, status, "", fmt.Sprintf("%s is not possible here; allowed: %s", c.Request().Method,
			c.Response().Header().Get(echo.HeaderAllow)))
	default:
		problem = problemOf(ctx, err)
		c.Set(causeKey, err)
	}
	problem.write(c.Response())
}

func statusOf(err error) int {
	if he, ok := err.(*echo.HTTPError); ok { //nolint:errorlint // echo returns it bare
		return he.Code
	}
	return http.StatusInternalServerError
}

// addressExtractor tells the client's address: the peer's, unless that is a trusted proxy, which then is believed.
func addressExtractor(trusted []netip.Prefix) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, prefix := range trusted {
		options = append(options, echo.TrustIPRange(&net.IPNet{
			IP:   prefix.Masked().Addr().AsSlice(),
			Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}
