package metrics_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"placeops/metrics"
	"placeops/store"
	"placeops/store/storetest"
)

const collectorUp = "placeops_collector_up"

func exec(t *testing.T, pool *pgxpool.Pool, statement string) {
	t.Helper()
	_, err := pool.Exec(t.Context(), statement)
	require.NoError(t, err)
}

func number(t *testing.T, pool *pgxpool.Pool, query string) (n float64) {
	t.Helper()
	require.NoError(t, pool.QueryRow(t.Context(), query).Scan(&n))
	return n
}

// someJobs has jobs in every state, of kinds that placeops has and of one that it had.
const someJobs = `
INSERT INTO river_job (kind, queue, state, args, max_attempts, scheduled_at, finalized_at)
SELECT kind, 'default', state, '{}', 25, now() - interval '1 hour',
       CASE WHEN state IN ('completed', 'cancelled', 'discarded') THEN now() END
FROM unnest(enum_range(NULL::river_job_state)) WITH ORDINALITY AS s (state, n),
     unnest(ARRAY['auto-publish', 'close-registrations', 'of-old']) WITH ORDINALITY AS k (kind, m),
     generate_series(1, n * m)`

func TestJobsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	exec(t, pool, someJobs)
	numbers := scrape(t, metrics.New(metrics.Options{Pool: pool}))
	rows, err := pool.Query(t.Context(), `SELECT kind, state::text, count(*) FROM river_job GROUP BY 1, 2`)
	require.NoError(t, err)
	var kind, state string
	var jobs, all int
	_, err = pgx.ForEachRow(rows, []any{&kind, &state, &jobs}, func() error {
		if state == "completed" {
			require.Zero(t, numbers.Len("placeops_jobs", "state", state))
			return nil
		}
		all += jobs
		require.InDelta(t, jobs, numbers.Sum("placeops_jobs", "kind", kind, "queue", "default", "state", state), 0, "%s %s", kind, state)
		return nil
	})
	require.NoError(t, err)
	require.Positive(t, all)
	require.InDelta(t, all, numbers.Sum("placeops_jobs"), 0)
	require.InDelta(t, time.Hour.Seconds(), numbers.Sum("placeops_jobs_oldest_available_age_seconds", "kind", "auto-publish"), 60)
	require.Equal(t, 1, numbers.Len("placeops_jobs", "kind", "import-students", "queue", "imports", "state", "available"), "0 is a number")
	require.Zero(t, numbers.Sum("placeops_jobs_oldest_available_age_seconds", "kind", "import-students"))
}

func TestTheDatabaseSaysHowOldAndHowBigThingsAre(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	exec(t, pool, `UPDATE analytics_refresh SET refreshed_at = now() - interval '2 hours'`)
	exec(t, pool, `INSERT INTO users (user_id, name, email, role) OVERRIDING SYSTEM VALUE VALUES (1, 'C', 'c@college.example', 'COORDINATOR')`)
	exec(t, pool, `INSERT INTO drives (drive_id, company_name, job_title, status, posted_by) OVERRIDING SYSTEM VALUE VALUES (1, 'Acme', 'E', 'posted', 1)`)
	exec(t, pool, `INSERT INTO notices (notice_id, event, drive_id, audience, title, message, type)
		OVERRIDING SYSTEM VALUE SELECT n, 'e' || n, 1, 'selected', 't', 'm', 'info' FROM generate_series(1, 7) n`)
	exec(t, pool, `INSERT INTO mail_deliveries (notice_id, user_id, told_at, state, settled_at)
		SELECT n, 1, now(), CASE WHEN n <= 4 THEN 'due' ELSE 'sent' END, CASE WHEN n > 4 THEN now() END FROM generate_series(1, 7) n`)
	numbers := scrape(t, metrics.New(metrics.Options{Pool: pool}))
	require.InDelta(t, 2*time.Hour.Seconds(), numbers.Sum("placeops_analytics_age_seconds"), 60)
	require.InDelta(t, 4, numbers.Sum("placeops_emails_due"), 0)
	size := number(t, pool, "SELECT pg_database_size(current_database())")
	require.InDelta(t, size, numbers.Sum("placeops_database_size_bytes"), size/2)
}

// tracer counts statements and looks at their time limits.
type tracer struct {
	statements, unlimited atomic.Int64
}

func (c *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.statements.Add(1)
	if _, limited := ctx.Deadline(); !limited {
		c.unlimited.Add(1)
	}
	return ctx
}

func (c *tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func TestAStormOfScrapesReadsTheDatabaseOnce(t *testing.T) {
	t.Parallel()
	config, err := pgxpool.ParseConfig(storetest.URL(t))
	require.NoError(t, err)
	var traced tracer
	config.ConnConfig.Tracer = &traced
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	m := metrics.New(metrics.Options{Pool: pool, KeepFor: time.Hour})
	web := httptest.NewServer(m.Handler())
	t.Cleanup(web.Close)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range 5 {
				status, _ := get(t, http.MethodGet, web.URL)
				assert.Equal(t, http.StatusOK, status)
			}
		})
	}
	group.Wait()
	require.EqualValues(t, 4, traced.statements.Load(), "one statement for each group of numbers")
	require.Zero(t, traced.unlimited.Load())
	numbers := scrape(t, m)
	require.Positive(t, numbers.Sum("placeops_collector_age_seconds"))
	require.Less(t, numbers.Sum("placeops_collector_age_seconds"), patience.Seconds())
	require.EqualValues(t, 4, traced.statements.Load())
}

func TestNumbersAreReadAnewWhenTheyAreOld(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	kept, anew := metrics.New(metrics.Options{Pool: pool, KeepFor: time.Hour}), metrics.New(metrics.Options{Pool: pool, KeepFor: fresh})
	for _, m := range []*metrics.Metrics{kept, anew} {
		require.Zero(t, scrape(t, m).Sum("placeops_jobs"))
	}
	exec(t, pool, someJobs)
	require.Zero(t, scrape(t, kept).Sum("placeops_jobs"))
	require.Positive(t, scrape(t, anew).Sum("placeops_jobs"))
}

// brokenURL is a database that takes connections and never says a word, or one that nobody listens for.
func brokenURL(t *testing.T, listens bool) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	url := "postgres://u@" + listener.Addr().String() + "/d?sslmode=disable"
	if !listens {
		require.NoError(t, listener.Close())
		return url
	}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() {
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		connections.Wait()
	})
	return url
}

func TestAScrapeIsAnsweredWithoutADatabase(t *testing.T) {
	t.Parallel()
	for name, listens := range map[string]bool{"nobody listens": false, "it hangs": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := brokenURL(t, listens)
			pool, err := store.OpenPool(t.Context(), url, store.PoolOptions{MaxConns: 4})
			require.NoError(t, err)
			t.Cleanup(pool.Close)
			var log bytes.Buffer
			m := metrics.New(metrics.Options{Pool: pool, KeepFor: fresh, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			began := time.Now()
			numbers := scrape(t, m)
			require.Less(t, time.Since(began), 8*time.Second, "Prometheus waits for 10 s")
			require.Equal(t, 4, numbers.Len(collectorUp))
			require.Zero(t, numbers.Sum(collectorUp))
			require.NotContains(t, numbers, "placeops_jobs", "no number rather than an old one")
			require.Contains(t, numbers, "placeops_pool_connections")
			require.Positive(t, numbers.Sum("go_goroutines"))

			scrape(t, m)
			require.Equal(t, 4, strings.Count(log.String(), "numbers cannot be read"), "once each, not with every scrape: %s", &log)
		})
	}
}

func TestOneGroupThatCannotBeReadIsMissingAlone(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	m := metrics.New(metrics.Options{Pool: pool, KeepFor: fresh})
	exec(t, pool, `ALTER TABLE analytics_refresh RENAME TO away`)
	numbers := scrape(t, m)
	require.InDelta(t, 3, numbers.Sum(collectorUp), 0)
	require.Zero(t, numbers.Sum(collectorUp, "collector", "analytics"))
	require.NotContains(t, numbers, "placeops_analytics_age_seconds")
	require.Contains(t, numbers, "placeops_jobs")
	exec(t, pool, `ALTER TABLE away RENAME TO analytics_refresh`)
	numbers = scrape(t, m)
	require.InDelta(t, 4, numbers.Sum(collectorUp), 0)
	require.Contains(t, numbers, "placeops_analytics_age_seconds")
}

func TestThePoolIsShownAsItIs(t *testing.T) {
	t.Parallel()
	pool, err := store.OpenPool(t.Context(), storetest.URL(t), store.PoolOptions{MaxConns: 3})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	m := metrics.New(metrics.Options{Pool: pool, KeepFor: time.Hour})
	scrape(t, m) // reads the database's numbers, and keeps them
	var held []*pgxpool.Conn
	for range 3 {
		conn, err := pool.Acquire(t.Context())
		require.NoError(t, err)
		held = append(held, conn)
	}
	numbers := scrape(t, m)
	require.InDelta(t, 3, numbers.Sum("placeops_pool_connections", "state", "acquired"), 0)
	require.Zero(t, numbers.Sum("placeops_pool_connections", "state", "idle"))
	require.InDelta(t, 3, numbers.Sum("placeops_pool_max_connections"), 0)
	require.InDelta(t, 3, numbers.Sum("placeops_pool_opened_connections_total"), 0)
	require.InDelta(t, 4+3, numbers.Sum("placeops_pool_acquires_total"), 0)
	stat := pool.Stat()
	require.Positive(t, stat.EmptyAcquireCount(), "for a connection that is opened one waits, too")
	require.InDelta(t, stat.EmptyAcquireCount(), numbers.Sum("placeops_pool_waits_total"), 0)
	require.InDelta(t, stat.EmptyAcquireWaitTime().Seconds(), numbers.Sum("placeops_pool_wait_seconds_total"), 1e-9)

	brief, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = pool.Acquire(brief)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	for _, conn := range held {
		conn.Release()
	}
	numbers = scrape(t, m)
	require.InDelta(t, 1, numbers.Sum("placeops_pool_given_up_total"), 0)
	require.Zero(t, numbers.Sum("placeops_pool_connections", "state", "acquired"))
	require.InDelta(t, 3, numbers.Sum("placeops_pool_connections", "state", "idle"), 0)
}
