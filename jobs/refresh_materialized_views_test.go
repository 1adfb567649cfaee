package jobs_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"placeops/jobs"
	"placeops/store"
	"placeops/store/storetest"
)

func refresher(t *testing.T, pool *pgxpool.Pool, schedule river.PeriodicSchedule) *jobs.Client {
	t.Helper()
	client, err := jobs.NewClient(jobs.Deps{Pool: pool, Logger: slog.New(slog.DiscardHandler)},
		jobs.Options{Refresh: schedule})
	require.NoError(t, err)
	require.NoError(t, client.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() { require.NoError(t, client.Stop(context.WithoutCancel(t.Context()))) })
	return client
}

func refreshes(t *testing.T, pool *pgxpool.Pool, state rivertype.JobState) (n int) {
	t.Helper()
	require.NoError(t, pool.QueryRow(t.Context(),
		`SELECT count(*) FROM river_job WHERE kind = 'refresh-materialized-views' AND state = $1::river_job_state`, state).Scan(&n))
	return n
}

func TestProcessesTogetherRefreshOncePerTick(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	begun := time.Now()
	for range 3 {
		refresher(t, pool, river.PeriodicInterval(time.Second))
	}
	require.Eventually(t, func() bool { return refreshes(t, pool, rivertype.JobStateCompleted) >= 4 }, patience, 10*time.Millisecond)
	ticks := int(time.Since(begun)/time.Second) + 2 // one more at the start, and one under way
	require.LessOrEqual(t, refreshes(t, pool, rivertype.JobStateCompleted), ticks)
	var closest time.Duration
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT min(gap) FROM (
		SELECT created_at - lag(created_at) OVER (ORDER BY created_at) AS gap FROM river_job) g`).Scan(&closest))
	require.Greater(t, closest, 500*time.Millisecond, "no tick is worked twice")
}

func TestScheduledRefreshesDoNotPileUp(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	err := store.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `LOCK TABLE analytics_refresh`); err != nil { // a refresh that takes long
			return err
		}
		client := refresher(t, pool, river.PeriodicInterval(time.Second))
		require.Eventually(t, func() bool { return refreshes(t, pool, rivertype.JobStateRunning) == 1 }, patience, 5*time.Millisecond)
		asked, err := client.Insert(t.Context(), jobs.RefreshMaterializedViewsArgs{RequestedBy: 1}, nil)
		if err != nil {
			return err
		}
		require.False(t, asked.UniqueSkippedAsDuplicate, "what a person asks for is done")
		require.Eventually(t, func() bool { // each insert takes a number, also one that is then left out: two ticks have come
			var number int
			require.NoError(t, pool.QueryRow(t.Context(), `SELECT last_value FROM river_job_id_seq`).Scan(&number))
			return number >= 4
		}, patience, 10*time.Millisecond)
		var unfinished int
		err = pool.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE state <> 'completed'`).Scan(&unfinished)
		require.Equal(t, 2, unfinished)
		return err
	})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return refreshes(t, pool, rivertype.JobStateCompleted) >= 2 }, patience, 5*time.Millisecond)
}

func TestRefreshesAtTheSameTimeWaitForEachOther(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	asked := time.Now()
	var group errgroup.Group
	done := make([]bool, 8)
	for i := range done {
		group.Go(func() error {
			return store.InTx(t.Context(), pool, func(tx pgx.Tx) (err error) {
				done[i], err = store.RefreshAnalytics(t.Context(), tx, asked)
				return err
			})
		})
	}
	require.NoError(t, group.Wait())
	worked := 0
	for _, did := range done {
		if did {
			worked++
		}
	}
	require.Equal(t, 1, worked, "what was begun after everybody had asked is enough for all")
}

func TestFiguresCanBeReadDuringARefresh(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	err := store.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		done, err := store.RefreshAnalytics(t.Context(), tx, time.Now())
		require.True(t, done)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err = store.AnalyticsSummary(ctx, pool, nil, nil) // another connection; a plain REFRESH would lock it out
		return err
	})
	require.NoError(t, err)
}

// A view that a migration adds has to be refreshed with the others.
func TestARefreshReachesEveryView(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	_, err := pool.Exec(t.Context(), `
WITH head AS (INSERT INTO users (user_id, name, email, role) VALUES (1, 'Head', 'head@example.edu', 'HEAD'), (2, 'Asha', 'asha@example.edu', 'STUDENT')),
     student AS (INSERT INTO students (student_id, roll_number, branch) VALUES (2, 'R2', 'CSE')),
     drive AS (INSERT INTO drives (drive_id, company_name, job_title, posted_by, status) VALUES (1, 'Acme', 'Engineer', 1, 'finished')),
     selected AS (INSERT INTO drive_students (drive_id, student_id, selected, selected_at) VALUES (1, 2, true, now())),
     registered AS (INSERT INTO registrations (drive_id, student_id) VALUES (1, 2)),
     marked AS (INSERT INTO attendance (drive_id, student_id, status, marked_by) VALUES (1, 2, 'PRESENT', 1))
INSERT INTO finished_drives (drive_id, total_registered, total_present, total_absent, published_by) VALUES (1, 1, 1, 0, 1)`)
	require.NoError(t, err)
	require.NoError(t, store.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		_, err := store.RefreshAnalytics(t.Context(), tx, time.Now().Add(time.Hour))
		return err
	}))
	rows, err := pool.Query(t.Context(), "SELECT matviewname::text FROM pg_matviews WHERE schemaname = current_schema()")
	require.NoError(t, err)
	views, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Len(t, views, 5)
	for _, view := range views {
		var filled bool
		require.NoError(t, pool.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM "+pgx.Identifier{view}.Sanitize()+")").Scan(&filled))
		require.True(t, filled, view)
	}
}
