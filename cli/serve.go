package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/spf13/cobra"

	"placeops/auth"
	"placeops/config"
	"placeops/jobs"
	"placeops/metrics"
	"placeops/pitr"
	"placeops/postgres"
	"placeops/server"
	"placeops/store"
	"placeops/tracing"
	"placeops/uploads"
)

func (a *app) serveCommand() *cobra.Command {
	var demo bool
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the server", Args: cobra.NoArgs,
		Long: "Runs the HTTP server and the job workers. Without DATABASE_URL it also runs its own PostgreSQL in the data folder.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.settings(cmd, false)
			if err != nil {
				return err
			}
			s := &service{app: a, cfg: cfg, logger: a.logger(cfg), demo: demo}
			return s.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&demo, "demo", false, "fill an empty database with a demo college")
	a.settingFlag(cmd, false, "port", "PORT", "port to listen on")
	a.settingFlag(cmd, false, "host", "PLACEOPS_HOST", "address to listen on")
	return cmd
}

// service is a running placeops. Its parts start in the order traces and profiles, database, metrics, jobs, HTTP and stop in the
// opposite one.
type service struct {
	*app
	cfg    *config.Config
	logger *slog.Logger
	demo   bool

	database *postgres.Server // nil when it is an outside one
	failed   <-chan error     // the embedded database gave up
	archive  *pitr.Archive    // of the embedded database; nil when there is none
	metrics  *metrics.Metrics
	tracing  *tracing.Tracing // nil where nobody wants traces
	web      *server.Server   // nil until it listens
	drain    time.Duration    // how long it serves on, once it was told to stop
	stopped  []func(context.Context) error
	changes  jobs.Changes
}

func (s *service) run(ctx context.Context) (err error) {
	for _, warning := range s.cfg.Warnings {
		s.logger.WarnContext(ctx, warning)
	}
	s.logger.DebugContext(ctx, "settings", "config", s.cfg)
	defer func() { err = errors.Join(err, s.stop()) }()
	serving, err := s.start(ctx)
	if err != nil {
		if ctx.Err() != nil { // told to stop while it started
			return nil
		}
		return err
	}
	select {
	case <-ctx.Done():
		s.logger.InfoContext(ctx, "stopping")
		s.drain = s.cfg.DrainTime
		return nil
	case err := <-serving:
		return err
	case err := <-s.failed:
		return err
	}
}

// start returns what reports the end of the HTTP server. When it fails half-way, stop ends what has started.
func (s *service) start(ctx context.Context) (serving <-chan error, err error) {
	if err := s.startTracing(ctx); err != nil {
		return nil, err
	}
	if err := s.startProfiles(ctx); err != nil {
		return nil, err
	}
	pool, err := s.startDatabase(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.prepareSchema(ctx, pool); err != nil {
		return nil, err
	}
	reader, err := s.openReader(ctx, pool)
	if err != nil {
		return nil, err
	}
	if err := s.startMetrics(ctx, pool, reader); err != nil {
		return nil, err
	}
	files, err := openUploads(ctx, s.cfg)
	if err != nil {
		return nil, err
	}
	s.onStop(func(ctx context.Context) error {
		if s.archive != nil {
			s.archive.LastUploads(ctx)
		}
		return files.Close()
	})
	s.startSealing(ctx, pool)
	queue, err := s.startJobs(ctx, pool, reader, files)
	if err != nil {
		return nil, err
	}
	return s.startHTTP(ctx, pool, reader, queue, files)
}

func (s *service) onStop(stop func(context.Context) error) { s.stopped = append(s.stopped, stop) }

// stop ends all parts, the last started first and the database at the very end. Requests and jobs share the time that the
// settings give them, after those that a load balancer still sends; a second signal ends it: what still runs is cut off, and the database recovers at its next start.
func (s *service) stop() error {
	ctx, unhook := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer unhook()
	if s.web != nil {
		s.web.Drain(ctx, s.drain)
	}
	draining, cancel := context.WithTimeout(ctx, s.cfg.ShutdownTimeout)
	defer cancel()
	var errs []error
	for _, stop := range slices.Backward(s.stopped) {
		errs = append(errs, stop(draining))
	}
	if s.database != nil {
		errs = append(errs, s.database.Stop(ctx)) // has its own time limits
	}
	s.tracing.Close(ctx)
	return errors.Join(errs...)
}

// StopTime is how long a serve takes to stop, at most, once it is told to: for whatever runs it and would kill it.
func StopTime(cfg *config.Config) time.Duration {
	most := cfg.ShutdownTimeout + cutOffWait
	if cfg.Embedded() {
		most += postgres.StopTime()
	}
	return most
}

func (s *service) startDatabase(ctx context.Context) (*pgxpool.Pool, error) {
	url := s.cfg.DatabaseURL
	if s.cfg.Embedded() {
		var err error
		if s.archive, err = openArchive(s.cfg, s.logger); err != nil {
			return nil, err
		}
		ctx, span := s.tracing.Root(ctx, "start PostgreSQL")
		database, err := postgres.Start(ctx, embeddedConfig(s.cfg, postgres.HolderServe, s.logger, s.archive))
		tracing.End(span, err)
		if err != nil {
			return nil, err
		}
		s.database, s.failed, url = database, database.Failed(), database.URL()
	}
	pool, err := s.openPool(ctx, url, store.PoolOptions{Name: "placeops"})
	if err != nil {
		return nil, err
	}
	if err := waitForDatabase(ctx, pool, serveWait, s.logger); err != nil {
		return nil, err
	}
	return pool, s.warnOfPooler(ctx, pool)
}

// openPool opens a pool of the size and kind that the settings say, which is closed at the end.
func (s *service) openPool(ctx context.Context, url string, options store.PoolOptions) (*pgxpool.Pool, error) {
	options.MaxConns, options.Pooled = int32(s.cfg.DBMaxConns), s.cfg.Pooled() //nolint:gosec // checked by config
	options.Tracer = s.tracing.SQL()
	pool, err := store.OpenPool(ctx, url, options)
	if err != nil {
		return nil, err
	}
	s.onStop(func(ctx context.Context) error { return closePool(ctx, pool) })
	return pool, nil
}

// openReader opens the replica, if there is one. It may be away: then everything is read from the primary.
func (s *service) openReader(ctx context.Context, pool *pgxpool.Pool) (*store.Reader, error) {
	if s.cfg.ReplicaURL == "" {
		return store.NewReader(pool, nil, s.logger), nil
	}
	replica, err := s.openPool(ctx, s.cfg.ReplicaURL, store.PoolOptions{Name: "placeops", ReadOnly: true})
	if err != nil {
		return nil, err
	}
	return store.NewReader(pool, replica, s.logger), nil
}

// warnOfPooler names the setting that a pooler needs, where somebody may have forgotten it.
func (s *service) warnOfPooler(ctx context.Context, pool *pgxpool.Pool) error {
	found, err := store.BehindPooler(ctx, pool)
	if err == nil && found && !s.cfg.Pooled() {
		s.logger.WarnContext(ctx, "there is a pooler before the database; if it pools by transaction, placeops must be told: PLACEOPS_DATABASE_POOLER=transaction")
	}
	return err
}

// closePool waits for connections in use, but not for ever.
func closePool(ctx context.Context, pool *pgxpool.Pool) error {
	closed := make(chan struct{})
	go func() {
		pool.Close()
		close(closed)
	}()
	select {
	case <-closed:
		return nil
	case <-ctx.Done():
		return errors.New("some database connections were still in use at the end")
	}
}

func (s *service) startJobs(ctx context.Context, pool *pgxpool.Pool, reader *store.Reader, files *uploads.Store) (*jobs.Client, error) {
	logger := s.logger.With("component", "river")
	owner, err := store.OwnsTables(ctx, pool)
	if err != nil {
		return nil, err
	}
	options := jobs.Options{
		Workers: s.cfg.Workers, Changes: &s.changes, SweepEvery: time.Hour, AnchorEvery: time.Hour, Refresh: s.cfg.RefreshSchedule(), Reindex: owner,
		Poll: s.cfg.Pooled(),
	}
	deps := jobs.Deps{
		Pool: pool, Reader: reader, Uploads: files, Logger: logger, ExportTTL: s.cfg.ExportTTL, Zone: s.cfg.Zone, Mail: s.cfg.Mail(), Observer: s.metrics.Jobs,
		Tracing: s.tracing,
	}
	if schedule := s.cfg.BackupSchedule(); schedule != nil {
		if !owner {
			return nil, errBackupsAreTheOwners
		}
		options.BackUp, deps.Backup = schedule, scheduledBackup(s.cfg, pool, files)
	}
	if s.archive != nil {
		options.BaseBackUp, deps.BaseBackup = s.cfg.BaseSchedule(), s.scheduledBase(files)
	}
	if s.cfg.Embedded() {
		options.Running = jobs.NewRunningSet()
		resuming, stop := context.WithCancel(context.WithoutCancel(ctx))
		options.Running.ResumeInterrupted(resuming, pool, s.logger)
		s.onStop(func(context.Context) error { stop(); return nil })
	}
	if !s.cfg.Embedded() { // others may go on when one is gone
		options.Alive = jobs.NewHeartbeats(pool, s.logger)
		watching, stop := context.WithCancel(context.WithoutCancel(ctx))
		go options.Alive.Watch(watching)
		s.onStop(func(context.Context) error { stop(); return nil })
	}
	client, err := jobs.NewClient(deps, options)
	if err != nil {
		return nil, err
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, err
	}
	s.onStop(func(ctx context.Context) error { return s.stopJobs(ctx, client) })
	if s.archive != nil {
		_, err = client.Insert(ctx, jobs.BaseBackupArgs{First: true}, nil)
	}
	return client, err
}

// stopJobs lets running jobs finish; those that do not are cut off and run again after the next start.
func (s *service) stopJobs(ctx context.Context, client *jobs.Client) error {
	if err := client.Stop(ctx); err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cutOffWait)
	defer cancel()
	s.logger.WarnContext(ctx, "jobs that still run are cut off; they run again after the next start")
	return client.StopAndCancel(ctx)
}

func (s *service) startHTTP(ctx context.Context, pool *pgxpool.Pool, reader *store.Reader, queue *jobs.Client, files *uploads.Store) (<-chan error, error) {
	tokens, err := auth.NewTokens([]byte(s.cfg.JWTSecret))
	if err != nil {
		return nil, err
	}
	migrator, err := newMigrator(pool)
	if err != nil {
		return nil, err
	}
	passwords, err := newPasswords(ctx, pool)
	if err != nil {
		return nil, err
	}
	web, err := server.New(server.Deps{
		Pool: pool, Reader: reader, Jobs: queue, Changes: &s.changes, Tokens: tokens, Passwords: passwords, Limits: s.cfg.LoginLimits(), Uploads: files,
		Links: uploads.NewLinks([]byte(s.cfg.JWTSecret)), Zone: s.cfg.Zone, Logger: s.logger, Version: version(),
		Mails: s.cfg.Mail() != nil, Tracing: s.tracing, Metrics: s.metrics, MetricsToken: s.cfg.MetricsToken,
		CORSOrigins: s.cfg.CORSOrigins, TrustedProxies: s.cfg.TrustedProxies,
		Migrated: func(ctx context.Context) (bool, error) {
			pending, err := migrator.Pending(ctx)
			return !pending, err
		},
	})
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.ListenAddress())
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (%w): choose another PORT or PLACEOPS_HOST", s.cfg.ListenAddress(), err)
	}
	if err := s.greet(ctx, pool, passwords, listener.Addr()); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.web = web
	serving := make(chan error, 1)
	go func() { serving <- web.Serve(listener) }()
	s.onStop(func(ctx context.Context) error {
		if err := web.Shutdown(ctx); err != nil {
			return fmt.Errorf("requests that were still running were cut off (%w)", err)
		}
		return nil
	})
	allowGarbage(garbageOf(s.cfg.MemoryMB))
	s.logger.InfoContext(ctx, "ready", "address", listener.Addr().String())
	return serving, nil
}

// newPasswords knows of hashes that came from an earlier system.
func newPasswords(ctx context.Context, pool *pgxpool.Pool) (*auth.Passwords, error) {
	passwords := auth.NewPasswords(runtime.GOMAXPROCS(0))
	cost, err := store.ImportedHashCost(ctx, pool)
	passwords.ExpectBcrypt(cost)
	return passwords, err
}

// greet tells the person at the terminal where to go, and with --demo as whom.
func (s *service) greet(ctx context.Context, pool *pgxpool.Pool, passwords *auth.Passwords, address net.Addr) error {
	empty, err := hasNobody(ctx, pool)
	if err != nil {
		return err
	}
	if s.demo && empty {
		if err := makeDemo(ctx, pool, passwords); err != nil {
			return fmt.Errorf("demo college: %w", err)
		}
	}
	var greeting bytes.Buffer // written at once, for whoever waits for the first line
	fmt.Fprintf(&greeting, "placeOps is ready at http://%s (open it in a browser; documentation: /docs)\n", reachable(address))
	if s.demo {
		if err := printDemo(ctx, &greeting, pool); err != nil {
			return err
		}
	} else if empty {
		fmt.Fprintln(&greeting, "Nobody can sign in yet: placeops user add --role HEAD --name NAME --email ADDRESS (see /docs/get-started)")
	}
	_, err = greeting.WriteTo(s.out)
	return err
}

func hasNobody(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	some, err := store.HasUsers(ctx, pool)
	return !some, err
}

// reachable is a listening address as a browser on this machine takes it.
func reachable(address net.Addr) string {
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return address.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
