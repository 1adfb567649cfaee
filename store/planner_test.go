package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/storetest"
)

func TestThePlannerIsToldOfATableThatHasDoubled(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	known := func() (rows int64) {
		require.NoError(t, pool.QueryRow(ctx, "SELECT reltuples::bigint FROM pg_class WHERE relname = 'users'").Scan(&rows))
		return rows
	}
	add := func(first, last int) {
		_, err := pool.Exec(ctx, `INSERT INTO users (name, email, role, password_hash)
			SELECT 'A student', 's' || n || '@example.edu', 'STUDENT', 'hash' FROM generate_series($1::int, $2::int) AS n`, first, last)
		require.NoError(t, err)
	}
	_, err := pool.Exec(ctx, "ALTER TABLE users SET (autovacuum_enabled = false)")
	require.NoError(t, err)
	add(1, 100)
	require.NoError(t, store.TellPlanner(ctx, pool, 100, "users", "students"))
	require.Equal(t, int64(100), known())
	add(101, 190)
	require.NoError(t, store.TellPlanner(ctx, pool, 90, "users"))
	require.Equal(t, int64(100), known(), "not worth another look")
	add(191, 300)
	require.NoError(t, store.TellPlanner(ctx, pool, 110, "users"))
	require.Equal(t, int64(300), known())
}

func TestWhoMayNotLookAtATableLeavesItToAutovacuum(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	tx, err := pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	role := "stranger_" + t.Name()[len(t.Name())-10:]
	_, err = tx.Exec(ctx, "CREATE ROLE "+role)
	require.NoError(t, err)
	_, err = tx.Exec(ctx, "SET LOCAL ROLE "+role)
	require.NoError(t, err)
	require.NoError(t, store.TellPlanner(ctx, tx, 1_000_000, "users"))
}
