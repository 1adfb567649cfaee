package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/config"
	"placeops/jobs"
	"placeops/pitr"
	"placeops/postgres"
	"placeops/store"
)

const (
	serveWait   = 30 * time.Second // for an outside server that is still starting
	commandWait = 3 * time.Second  // somebody sits and waits for the answer
	closeWait   = time.Minute
	cutOffWait  = 5 * time.Second // for what was told to end at once
)

// embeddedConfig says how placeops runs its own PostgreSQL. The archive may be nil.
func embeddedConfig(cfg *config.Config, holder string, logger *slog.Logger, archive *pitr.Archive) postgres.Config {
	embedded := postgres.Config{
		Dir: cfg.DataDir, BinDir: cfg.PostgresBin, Holder: holder, Durable: true, Logger: logger,
		MemoryMB: cfg.MemoryMB, Connections: cfg.DBMaxConns,
	}
	if archive != nil {
		embedded.Archive, embedded.ArchiveTimeout = archive.PutWAL, cfg.ArchiveTimeout
	}
	return embedded
}

// withDatabase runs a command on the database: the one of a serve that runs beside it, its own, or the outside one.
func (a *app) withDatabase(ctx context.Context, cfg *config.Config, run func(*pgxpool.Pool) error) (err error) {
	logger := a.quietLogger(cfg)
	url, pooled := cfg.CommandURL()
	if cfg.Embedded() {
		archive, err := openArchive(cfg, logger)
		if err != nil {
			return err
		}
		embedded, release, err := postgres.Open(ctx, embeddedConfig(cfg, postgres.HolderCommand, logger, archive))
		if err != nil {
			return err
		}
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWait)
			defer cancel()
			err = errors.Join(err, release(ctx))
		}()
		url = embedded
	}
	pool, err := store.OpenPool(ctx, url, store.PoolOptions{MaxConns: 4, Name: "placeops command", Pooled: pooled})
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := waitForDatabase(ctx, pool, commandWait, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	return run(pool)
}

// waitForDatabase gives an outside server a moment to start, as when both start at once.
func waitForDatabase(ctx context.Context, pool *pgxpool.Pool, wait time.Duration, logger *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for said := false; ; said = true {
		err := pool.Ping(ctx)
		if err == nil {
			return nil
		}
		if !said {
			logger.WarnContext(ctx, "waiting for the database", "at_most", wait, "error", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the database does not answer (%w): check DATABASE_URL and that the server runs", err)
		case <-time.After(time.Second):
		}
	}
}

// prepareSchema migrates the database unless PLACEOPS_MIGRATE is off; then it only makes sure that nothing is pending. In both cases
// the role has to have the rights that this version needs.
func prepareSchema(ctx context.Context, cfg *config.Config, pool *pgxpool.Pool, logger *slog.Logger) error {
	if err := migrate(ctx, cfg, pool, logger); err != nil {
		return err
	}
	return store.RequireGrants(ctx, pool)
}

func migrate(ctx context.Context, cfg *config.Config, pool *pgxpool.Pool, logger *slog.Logger) error {
	migrator, err := newMigrator(pool)
	if err != nil {
		return err
	}
	if !bool(cfg.Migrate) {
		pending, err := migrator.Pending(ctx)
		if err == nil && pending {
			return errors.New("the database schema is not current and PLACEOPS_MIGRATE is off: run `placeops migrate`")
		}
		return err
	}
	steps, err := migrator.Up(ctx)
	if len(steps) > 0 {
		logger.InfoContext(ctx, "the database schema is migrated", "steps", len(steps), "newest", steps[len(steps)-1].Name)
	}
	return err
}

// prepareSchema does so past a pooler where the settings name that way. What may be done then is a matter of serve's own role.
func (s *service) prepareSchema(ctx context.Context, pool *pgxpool.Pool) error {
	migrating := pool
	if s.cfg.DirectURL != "" {
		direct, err := store.OpenPool(ctx, s.cfg.DirectURL, store.PoolOptions{MaxConns: 4, Name: "placeops"})
		if err != nil {
			return err
		}
		defer direct.Close()
		if err := waitForDatabase(ctx, direct, serveWait, s.logger); err != nil {
			return err
		}
		migrating = direct
	}
	if err := migrate(ctx, s.cfg, migrating, s.logger); err != nil {
		return err
	}
	return store.RequireGrants(ctx, pool)
}

func newMigrator(pool *pgxpool.Pool) (*store.Migrator, error) {
	schema, err := jobs.NewSchema(pool, slog.New(slog.DiscardHandler)) // each step is reported by the caller
	if err != nil {
		return nil, err
	}
	return store.NewMigrator(pool, schema), nil
}

// withSchema is withDatabase with a current schema.
func (a *app) withSchema(ctx context.Context, cfg *config.Config, run func(*pgxpool.Pool) error) error {
	return a.withDatabase(ctx, cfg, func(pool *pgxpool.Pool) error {
		if err := prepareSchema(ctx, cfg, pool, a.quietLogger(cfg)); err != nil {
			return err
		}
		return run(pool)
	})
}

// quietLogger is for commands, whose output is their result: only what needs attention is logged, unless somebody asked
// for everything.
func (a *app) quietLogger(cfg *config.Config) *slog.Logger {
	quiet := *cfg
	if cfg.LogLevel == slog.LevelInfo {
		quiet.LogLevel = slog.LevelWarn
	}
	return a.logger(&quiet)
}
