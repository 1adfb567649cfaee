package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"reflect"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"

	"placeops/auth"
	"placeops/jobs"
	"placeops/metrics"
	"placeops/store"
	"placeops/store/decimal"
	"placeops/tracing"
	"placeops/uploads"
)

// Deps is what the server is made of.
type Deps struct {
	Pool      *pgxpool.Pool
	Reader    *store.Reader // for what decides nothing; nil: it is read from Pool
	Jobs      *jobs.Client
	Changes   *jobs.Changes // of the jobs that this process works; nil: it works none
	Tokens    *auth.Tokens
	Passwords *auth.Passwords
	Limits    auth.LoginLimits
	Uploads   *uploads.Store
	Links     *uploads.Links
	Zone      *time.Location   // the office's
	Now       func() time.Time // what reports and the names of files are dated with; nil: time.Now
	Logger    *slog.Logger
	Version   string
	// Migrated tells whether the database's schema is current.
	Migrated func(context.Context) (bool, error)
	// CORSOrigins may call the API from a browser; none by default.
	CORSOrigins []string
	// TrustedProxies are believed about the client's address.
	TrustedProxies []netip.Prefix
	// Mails is whether e-mail is sent.
	Mails bool
	// App is the web console's files; nil: those that were built into this program.
	App fs.FS
	// Timeouts bound how long a slow client may hold a connection.
	Timeouts Timeouts
	// Events bounds the streams of job events.
	Events EventOptions
	// Metrics counts what happens here; nil: in numbers of its own.
	Metrics *metrics.Metrics
	// Tracing follows requests; nil: nobody does.
	Tracing *tracing.Tracing
	// MetricsToken opens GET /metrics to a program without an account; empty: to none.
	MetricsToken string
}

// Server answers HTTP requests.
type Server struct {
	pool      *pgxpool.Pool
	reader    *store.Reader
	jobs      *jobs.Client
	tokens    *auth.Tokens
	passwords *auth.Passwords
	limits    auth.LoginLimits
	uploads   *uploads.Store
	links     *uploads.Links
	zone      *time.Location
	clock     func() time.Time
	mails     bool
	logger    *slog.Logger
	migrated  func(context.Context) (bool, error)

	tracing      *tracing.Tracing
	metrics      *metrics.Metrics
	metricsPage  http.Handler
	metricsToken string

	access      *recent[int64, store.Access]
	posted      *recent[struct{}, map[int64]store.Drive]
	standings   *recent[int64, standings]
	driveLists  *recent[string, driveList]
	registering *registering
	events      *eventStreams
	console     jobConsole
	app         func() (*app, error) // the web console
	logins      *loginQueue
	checking    chan struct{} // holds one for each sheet that is looked through
	timeouts    Timeouts
	schemas     huma.Registry
	openapi     []byte
	handler     http.Handler
	http        *http.Server
	ready       readiness

	createOf, patchOf *huma.Schema // of a drive
}

// Timeouts are for clients that send or take little by little, or nothing. Zero values mean the defaults.
type Timeouts struct {
	Header time.Duration // for the head of a request: 10 s
	Body   time.Duration // for a body: as its route needs
	Take   time.Duration // from a request until its answer is taken: the time that its route has to make it, and 30 s
}

const (
	headerTimeout = 10 * time.Second
	takeTimeout   = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10
)

// New wires the routes. It does not listen yet.
func New(deps Deps) (*Server, error) {
	s := &Server{
		pool: deps.Pool, jobs: deps.Jobs, tokens: deps.Tokens, passwords: deps.Passwords, limits: deps.Limits,
		uploads: deps.Uploads, links: deps.Links, zone: deps.Zone, clock: deps.Now, mails: deps.Mails, logger: deps.Logger, migrated: deps.Migrated,
	}
	if s.reader = deps.Reader; s.reader == nil {
		s.reader = store.NewReader(deps.Pool, nil, deps.Logger)
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	s.timeouts = deps.Timeouts
	s.access = s.newAccess()
	s.posted, s.standings, s.driveLists = s.newPosted(), s.newStandings(), s.newDriveLists()
	if deps.Changes != nil {
		deps.Changes.Tell(s.forgetPolled)
	}
	s.registering = s.newRegistering()
	s.logins = newLoginQueue(connectionsOf(deps.Pool))
	s.app = sync.OnceValues(func() (*app, error) { return openApp(deps.App) })
	s.checking = make(chan struct{}, checksAtOnce)
	s.tracing, s.metrics, s.metricsToken = deps.Tracing, deps.Metrics, deps.MetricsToken
	if s.metrics == nil {
		s.metrics = metrics.New(metrics.Options{Version: deps.Version})
	}
	s.metricsPage = s.metrics.Handler()
	s.events = newEventStreams(deps.Events, s.metrics.HTTP)
	router := echo.New()
	router.HTTPErrorHandler = unrouted
	router.IPExtractor = addressExtractor(deps.TrustedProxies)
	s.useMiddleware(router, deps.CORSOrigins)
	if err := s.addRoutes(router, deps.Version); err != nil {
		return nil, err
	}
	s.handler = router
	s.http = &http.Server{
		Handler:           router,
		ReadHeaderTimeout: cmp.Or(s.timeouts.Header, headerTimeout),
		WriteTimeout:      requestTimeout + uploadTimeout + takeTimeout, // of what has no shorter one, see letIn
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(deps.Logger.Handler(), slog.LevelDebug),
	}
	s.http.RegisterOnShutdown(s.events.stop)
	s.http.RegisterOnShutdown(s.console.stop)
	return s, nil
}

// connectionsOf is how many a pool may open; a server that only describes itself has no pool.
func connectionsOf(pool *pgxpool.Pool) int32 {
	if pool == nil {
		return 0
	}
	return pool.Stat().MaxConns()
}

// useHumaProblems makes huma's own errors look like all others. Huma keeps these functions in package variables, so they
// are set once for the process.
var useHumaProblems = sync.OnceFunc(func() {
	huma.NewErrorWithContext = humaProblem
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return humaProblem(nil, status, message, errs...)
	}
})

func (s *Server) addRoutes(router *echo.Echo, version string) error {
	useHumaProblems()
	api := humaecho.New(router, apiConfig(version))
	s.schemas = api.OpenAPI().Components.Schemas
	s.schemas.RegisterTypeAlias(reflect.TypeFor[decimal.Decimal](), reflect.TypeFor[float64]())
	s.driveSchemas()
	for _, r := range s.routes() {
		r.add(s, router, api)
	}
	document, err := api.OpenAPI().MarshalJSON()
	if err != nil {
		return fmt.Errorf("openapi: %w", err)
	}
	s.openapi = document
	return nil
}

func apiConfig(version string) huma.Config {
	config := huma.DefaultConfig("placeOps", version)
	config.Info.Description = "Campus placement: drives, eligibility, registrations. Every route also answers under /api."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // huma's add a $schema field to every response
	config.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	config.AllowAdditionalPropertiesByDefault = true
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer":  {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "The token that POST /auth/login returns."},
		"session": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "The cookie of POST /auth/session, for pages of this server."},
	}
	return config
}

// OpenAPI is the API's description, OpenAPI 3.1 as JSON.
func (s *Server) OpenAPI() []byte { return s.openapi }

// Handler answers requests without a listener, for tests.
func (s *Server) Handler() http.Handler { return s.handler }

// Serve answers requests on listener until Shutdown.
func (s *Server) Serve(listener net.Listener) error {
	if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Drain goes on serving for a while, or until ctx ends, and lets load balancers know that this process is about to go: /readyz
// says so, and every answer closes its connection.
func (s *Server) Drain(ctx context.Context, d time.Duration) {
	s.ready.stopping.Store(true)
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// Shutdown stops listening and lets requests that are under way finish, at most until ctx ends; then it cuts them off.
func (s *Server) Shutdown(ctx context.Context) error {
	s.ready.stopping.Store(true)
	if err := s.http.Shutdown(ctx); err != nil {
		return errors.Join(err, s.http.Close())
	}
	return nil
}
