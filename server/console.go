package server

import (
	"context"
	"net/http"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
	"riverqueue.com/riverui"
)

const consolePath = "/admin/river"

// consolePolicy lets the console load its own scripts and styles and call this server, and nothing else. It writes style
// attributes and draws its icons from data: URLs.
const consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// jobConsole is River's own console. It begins to watch the queue when it is first asked for.
type jobConsole struct {
	mu      sync.Mutex
	handler http.Handler
	cancel  context.CancelFunc
	stopped bool
}

var errStopping = unavailable("the server is stopping; try again in a few seconds")

func (s *Server) consoleHandler() (http.Handler, error) {
	c := &s.console
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return nil, errStopping
	}
	if c.handler != nil {
		return c.handler, nil
	}
	handler, err := riverui.NewHandler(&riverui.HandlerOpts{
		Endpoints: riverui.NewEndpoints[pgx.Tx](s.jobs, nil), Logger: s.logger.With("component", "river console"), Prefix: consolePath,
		JobListHideArgsByDefault: true,
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	if err := handler.Start(ctx); err != nil {
		cancel()
		return nil, err
	}
	c.handler, c.cancel = handler, cancel
	return handler, nil
}

func (c *jobConsole) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	if c.cancel != nil {
		c.cancel()
	}
}

// serveConsole is behind page, which has checked the session and where the request comes from.
func (s *Server) serveConsole(c echo.Context) error {
	handler, err := s.consoleHandler()
	if err != nil {
		return s.refusePage(c, err)
	}
	c.Response().Header().Set("Content-Security-Policy", consolePolicy)
	handler.ServeHTTP(c.Response(), c.Request())
	return nil
}
