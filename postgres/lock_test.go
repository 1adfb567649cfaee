//go:build unix

package postgres_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/postgres"
)

func TestASecondServeIsRefused(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	first := start(t, cfg)

	_, err := postgres.Start(t.Context(), cfg)

	var inUse postgres.InUseError
	require.ErrorAs(t, err, &inUse)
	require.Equal(t, os.Getpid(), inUse.Pid)
	require.Equal(t, postgres.HolderServe, inUse.Holder)
	require.Equal(t, first.URL(), inUse.URL)
	require.ErrorContains(t, err, "is in use by another placeops")
	require.ErrorContains(t, err, "PLACEOPS_DATA_DIR")
	require.Equal(t, 1, query[int](t, connect(t, first.URL()), "SELECT 1"), "the first one is unharmed")
}

func TestOpenUsesTheServerOfARunningServe(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	serve := start(t, cfg)

	url, release, err := postgres.Open(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, serve.URL(), url)
	require.NoError(t, release(t.Context()))
	require.Equal(t, 1, query[int](t, connect(t, url), "SELECT 1"), "serve runs on")
}

func TestOpenStartsAServerAndReleaseStopsIt(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)

	url, release, err := postgres.Open(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, 1, query[int](t, connect(t, url), "SELECT 1"))
	require.NoError(t, release(t.Context()))
	_, err = pgx.Connect(t.Context(), url)
	require.Error(t, err)
}

func TestServeAndCommandsWaitForACommand(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	_, release, err := postgres.Open(t.Context(), cfg)
	require.NoError(t, err)

	results := make(chan error, 2)
	go func() {
		serve, err := postgres.Start(context.Background(), cfg)
		if err == nil {
			err = serve.Stop(context.Background())
		}
		results <- err
	}()
	go func() {
		_, release, err := postgres.Open(context.Background(), cfg)
		if err == nil {
			err = release(context.Background())
		}
		results <- err
	}()
	require.Empty(t, results)
	require.NoError(t, release(t.Context()))
	require.NoError(t, <-results)
	require.NoError(t, <-results)
}

func TestWaitingForACommandEndsWithTheContext(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	_, release, err := postgres.Open(t.Context(), cfg)
	require.NoError(t, err)
	defer func() { require.NoError(t, release(context.Background())) }()

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, _, err = postgres.Open(ctx, cfg)
	var inUse postgres.InUseError
	require.ErrorAs(t, err, &inUse)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, postgres.HolderCommand, inUse.Holder)
}

func TestALockFileLeftByADeadHolderMeansNothing(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	left, err := json.Marshal(map[string]any{"pid": os.Getpid(), "holder": "serve", "url": "postgres://nowhere"})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(cfg.Dir, "placeops.lock"), left, 0o600))

	start(t, cfg)
}
