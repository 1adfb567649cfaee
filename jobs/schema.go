package jobs

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// Schema is the job queue's own tables, as `placeops migrate` sees them.
type Schema struct {
	migrator *rivermigrate.Migrator[pgx.Tx]
}

// NewSchema returns the Schema of the database behind pool.
func NewSchema(pool *pgxpool.Pool, logger *slog.Logger) (*Schema, error) {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: logger})
	return &Schema{migrator: migrator}, err
}

// Up brings the tables to the newest version and returns the versions that it applied. Each version runs in its own
// transaction: one adds a value to an enum, which PostgreSQL lets nobody use before a commit.
func (s *Schema) Up(ctx context.Context) ([]int, error) {
	return s.migrate(ctx, rivermigrate.DirectionUp, nil)
}

// UpTo is Up to a version that need not be the newest.
func (s *Schema) UpTo(ctx context.Context, version int) ([]int, error) {
	return s.migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: version})
}

// Down removes the tables, with all jobs, and returns the versions that it rolled back.
func (s *Schema) Down(ctx context.Context) ([]int, error) {
	return s.migrate(ctx, rivermigrate.DirectionDown, &rivermigrate.MigrateOpts{TargetVersion: -1})
}

func (s *Schema) migrate(ctx context.Context, direction rivermigrate.Direction, opts *rivermigrate.MigrateOpts) ([]int, error) {
	result, err := s.migrator.Migrate(ctx, direction, opts)
	if err != nil {
		return nil, err
	}
	versions := make([]int, 0, len(result.Versions))
	for _, version := range result.Versions {
		versions = append(versions, version.Version)
	}
	return versions, nil
}

// Current returns the version in the database (0: none) and the newest one.
func (s *Schema) Current(ctx context.Context) (current, newest int, err error) {
	existing, err := s.migrator.ExistingVersions(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, version := range existing {
		current = max(current, version.Version)
	}
	for _, version := range s.migrator.AllVersions() {
		newest = max(newest, version.Version)
	}
	return current, newest, nil
}
