package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"placeops/sql"
)

// QueueSchema is the job queue's own tables, which the queue's library versions by itself. They are migrated together
// with the application's: up before them, down after them.
type QueueSchema interface {
	// Up brings the tables to the newest version and returns the versions that it applied.
	Up(ctx context.Context) ([]int, error)
	// UpTo is Up to a version that need not be the newest.
	UpTo(ctx context.Context, version int) ([]int, error)
	// Down removes the tables and returns the versions that it rolled back.
	Down(ctx context.Context) ([]int, error)
	// Current returns the version in the database and the newest one.
	Current(ctx context.Context) (current, newest int, err error)
}

// Step is one migration as `placeops migrate` reports it.
type Step struct {
	Name    string
	Applied bool
}

// Migrator brings a database's schema up or down. Several processes may do so at the same moment: one works, the others
// wait and then find nothing to do.
type Migrator struct {
	pool  *pgxpool.Pool
	queue QueueSchema
}

// NewMigrator returns a Migrator for the database behind pool.
func NewMigrator(pool *pgxpool.Pool, queue QueueSchema) *Migrator {
	return &Migrator{pool: pool, queue: queue}
}

// Versions are those of a schema: the application's own and its job queue's.
type Versions struct {
	Schema int64
	Queue  int
}

// NewerThan tells whether a schema of other's versions lacks anything of these.
func (v Versions) NewerThan(other Versions) bool {
	return v.Schema > other.Schema || v.Queue > other.Queue
}

// Current returns the versions in the database, which must have been migrated before.
func (m *Migrator) Current(ctx context.Context) (versions Versions, err error) {
	if versions.Queue, _, err = m.queue.Current(ctx); err != nil {
		return versions, fmt.Errorf("job queue tables: %w", err)
	}
	err = m.withProvider(func(provider *goose.Provider) (err error) {
		versions.Schema, err = provider.GetDBVersion(ctx)
		return err
	})
	return versions, err
}

// Newest returns the versions to which Up leads.
func (m *Migrator) Newest(ctx context.Context) (versions Versions, err error) {
	if _, versions.Queue, err = m.queue.Current(ctx); err != nil {
		return versions, fmt.Errorf("job queue tables: %w", err)
	}
	err = m.withProvider(func(provider *goose.Provider) error {
		for _, source := range provider.ListSources() {
			versions.Schema = source.Version
		}
		return nil
	})
	return versions, err
}

// migrationLock is the advisory lock of all migrations: "placeops" in ASCII.
const migrationLock = 0x706c6163656f7073

// Up applies everything that is pending and returns it.
func (m *Migrator) Up(ctx context.Context) ([]Step, error) {
	return m.up(ctx, m.queue.Up, (*goose.Provider).Up)
}

// UpTo applies what is pending up to some versions.
func (m *Migrator) UpTo(ctx context.Context, versions Versions) ([]Step, error) {
	queue := func(ctx context.Context) ([]int, error) { return m.queue.UpTo(ctx, versions.Queue) }
	return m.up(ctx, queue, func(provider *goose.Provider, ctx context.Context) ([]*goose.MigrationResult, error) {
		return provider.UpTo(ctx, versions.Schema)
	})
}

func (m *Migrator) up(
	ctx context.Context,
	queue func(context.Context) ([]int, error),
	application func(*goose.Provider, context.Context) ([]*goose.MigrationResult, error),
) ([]Step, error) {
	var steps []Step
	err := m.locked(ctx, func(provider *goose.Provider) error {
		versions, err := queue(ctx)
		if err != nil {
			return fmt.Errorf("job queue tables: %w", err)
		}
		for _, version := range versions {
			steps = append(steps, queueStep(version, true))
		}
		results, err := application(provider, ctx)
		if err != nil {
			return err
		}
		steps = append(steps, applied(results, true)...)
		return nil
	})
	return steps, err
}

// Down rolls back the newest migration; when none of the application's is left, the job queue's tables.
func (m *Migrator) Down(ctx context.Context) ([]Step, error) {
	var steps []Step
	err := m.locked(ctx, func(provider *goose.Provider) error {
		result, err := provider.Down(ctx)
		if err == nil {
			steps = applied([]*goose.MigrationResult{result}, false)
			return nil
		}
		if !errors.Is(err, goose.ErrNoNextVersion) {
			return err
		}
		versions, err := m.queue.Down(ctx)
		for _, version := range versions {
			steps = append(steps, queueStep(version, false))
		}
		return err
	})
	return steps, err
}

// Redo rolls the newest migration back and applies it again.
func (m *Migrator) Redo(ctx context.Context) ([]Step, error) {
	down, err := m.Down(ctx)
	if err != nil {
		return down, err
	}
	up, err := m.Up(ctx)
	return append(down, up...), err
}

// Status lists every migration and whether it is applied.
func (m *Migrator) Status(ctx context.Context) ([]Step, error) {
	current, newest, err := m.queue.Current(ctx)
	if err != nil {
		return nil, fmt.Errorf("job queue tables: %w", err)
	}
	var steps []Step
	for version := 1; version <= newest; version++ {
		steps = append(steps, queueStep(version, version <= current))
	}
	err = m.withProvider(func(provider *goose.Provider) error {
		statuses, err := provider.Status(ctx)
		if err != nil {
			return err
		}
		for _, status := range statuses {
			steps = append(steps, Step{Name: status.Source.Path, Applied: status.State == goose.StateApplied})
		}
		return nil
	})
	return steps, err
}

// Pending tells whether anything is left to apply.
func (m *Migrator) Pending(ctx context.Context) (bool, error) {
	steps, err := m.Status(ctx)
	if err != nil {
		return false, err
	}
	for _, step := range steps {
		if !step.Applied {
			return true, nil
		}
	}
	return false, nil
}

// locked runs fn while this process alone migrates.
func (m *Migrator) locked(ctx context.Context, fn func(*goose.Provider) error) error {
	return withLock(ctx, m.pool, "", func() error { return m.withProvider(fn) })
}

// WithoutMigrations runs fn while nobody migrates the database; a migration waits.
func WithoutMigrations(ctx context.Context, pool *pgxpool.Pool, fn func() error) error {
	return withLock(ctx, pool, "_shared", fn)
}

// KeepMigrationsAway makes migrations wait until the transaction ends, as it waits for those that run.
func KeepMigrationsAway(ctx context.Context, tx DBTX) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock))
	return err
}

// withLock runs fn with the migrations' lock held in a mode. It belongs to a transaction, which a pooler keeps in one session and
// which ends with a process that dies.
func withLock(ctx context.Context, pool *pgxpool.Pool, mode string, fn func() error) error {
	tx, err := pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it holds the lock and nothing else
	if err := SetPortablyInTx(ctx, tx); err != nil {               // it may be idle for as long as fn takes
		return err
	}
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock"+mode+"($1)", int64(migrationLock)); err != nil {
		return err
	}
	return fn()
}

func (m *Migrator) withProvider(fn func(*goose.Provider) error) error {
	files, err := fs.Sub(sql.Migrations, "migrations")
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(m.pool)
	defer func() { _ = db.Close() }() // gives its connections back to the pool
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	return fn(provider)
}

func applied(results []*goose.MigrationResult, up bool) []Step {
	steps := make([]Step, 0, len(results))
	for _, result := range results {
		steps = append(steps, Step{Name: result.Source.Path, Applied: up})
	}
	return steps
}

func queueStep(version int, applied bool) Step {
	return Step{Name: fmt.Sprintf("job queue version %d", version), Applied: applied}
}
