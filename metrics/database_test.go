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

const (
	collectorUp = "placeops_collector_up"
	groups      = 5 // that are read from the database
)

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
	statements, framing, unlimited atomic.Int64
}

func (c *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if !strings.HasPrefix(data.SQL, "-- name: ") && !strings.Contains(data.SQL, "SELECT") {
		c.framing.Add(1) // of the transaction
		return ctx
	}
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
	require.EqualValues(t, groups+1, traced.statements.Load(), "a statement for each group of numbers, two for the first")
	require.EqualValues(t, 2+2*groups, traced.framing.Load(), "one transaction, with a savepoint for each group")
	require.Zero(t, traced.unlimited.Load())
	numbers := scrape(t, m)
	require.Positive(t, numbers.Sum("placeops_collector_age_seconds"))
	require.Less(t, numbers.Sum("placeops_collector_age_seconds"), patience.Seconds())
	require.EqualValues(t, groups+1, traced.statements.Load())
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
			require.Equal(t, groups, numbers.Len(collectorUp))
			require.Equal(t, 1, numbers.Len("placeops_database_up"))
			require.Zero(t, numbers.Sum("placeops_database_up"))
			require.Zero(t, numbers.Sum(collectorUp))
			require.NotContains(t, numbers, "placeops_jobs", "no number rather than an old one")
			require.Contains(t, numbers, "placeops_pool_connections")
			require.Positive(t, numbers.Sum("go_goroutines"))

			scrape(t, m)
			require.Equal(t, groups, strings.Count(log.String(), "numbers cannot be read"), "once each, not with every scrape: %s", &log)
		})
	}
}

func TestOneGroupThatCannotBeReadIsMissingAlone(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	m := metrics.New(metrics.Options{Pool: pool, KeepFor: fresh})
	exec(t, pool, `ALTER TABLE analytics_refresh RENAME TO away`)
	numbers := scrape(t, m)
	require.InDelta(t, groups-1, numbers.Sum(collectorUp), 0)
	require.InDelta(t, 1, numbers.Sum("placeops_database_up"), 0)
	require.Zero(t, numbers.Sum(collectorUp, "collector", "analytics"))
	require.NotContains(t, numbers, "placeops_analytics_age_seconds")
	require.Contains(t, numbers, "placeops_jobs")
	exec(t, pool, `ALTER TABLE away RENAME TO analytics_refresh`)
	numbers = scrape(t, m)
	require.InDelta(t, groups, numbers.Sum(collectorUp), 0)
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
	require.InDelta(t, 1+3, numbers.Sum("placeops_pool_acquires_total"), 0)
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

// someRuns has a backup that was done at the second try, one before it that was given up, and one that has failed twice since; and
// many e-mails that were sent after all of them.
const someRuns = `
INSERT INTO river_job (kind, state, args, max_attempts, created_at, attempted_at, finalized_at, metadata, errors)
SELECT kind, state::river_job_state, '{}', 3, now() - created::interval, now() - attempted::interval, now() - finalized::interval, metadata::jsonb,
       array_fill('{}'::jsonb, ARRAY[failures])
FROM (VALUES ('backup', 'discarded', '51 h', '50 h', '50 h', '{}', 3),
             ('backup', 'completed', '27 h', '26 h', '25 h 59 min', '{"output": {"size": 12345678}}', 1),
             ('backup', 'completed', '75 h', '74 h', '73 h', '{"output": {"size": 1}}', 0),
             ('backup', 'retryable', '2 h', '1 h', NULL, '{}', 2),
             ('anchor-audit', 'completed', '2 h', '2 h', '2 h', '{}', 0)
     ) AS v (kind, state, created, attempted, finalized, metadata, failures)`

func TestScheduledJobsAreKnownFromTheQueue(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	m := metrics.New(metrics.Options{Pool: pool, KeepFor: fresh, Backups: true})
	numbers := scrape(t, m)
	require.InDelta(t, 1, numbers.Sum("placeops_backup_scheduled"), 0)
	require.Zero(t, numbers.Sum("placeops_backup_failures"))
	require.NotContains(t, numbers, "placeops_backup_last_success_timestamp_seconds", "never is no time")
	exec(t, pool, someRuns)
	exec(t, pool, `INSERT INTO river_job (kind, state, args, max_attempts, attempted_at, finalized_at)
		SELECT 'send-email', 'completed', '{}', 3, now(), now() FROM generate_series(1, 1000)`)
	for range 2 { // another process, or this one after a restart, knows the same
		numbers = scrape(t, m)
		ago := number(t, pool, "SELECT EXTRACT(epoch FROM now())::double precision") - numbers.Sum("placeops_backup_last_success_timestamp_seconds")
		require.InDelta(t, (26*time.Hour - time.Minute).Seconds(), ago, 60)
		require.InDelta(t, time.Minute.Seconds(), numbers.Sum("placeops_backup_last_duration_seconds"), 1)
		require.InDelta(t, 12345678, numbers.Sum("placeops_backup_last_size_bytes"), 0)
		require.InDelta(t, 2, numbers.Sum("placeops_backup_failures"), 0, "since the last one that was done")
		require.Equal(t, 2, numbers.Len("placeops_job_last_completed_timestamp_seconds"), "backup and anchor-audit; the others never ran")
		require.Equal(t, 1, numbers.Len("placeops_job_last_completed_timestamp_seconds", "kind", "anchor-audit"))
		m = metrics.New(metrics.Options{Pool: pool, KeepFor: fresh})
	}
	require.Zero(t, numbers.Sum("placeops_backup_scheduled"))
}

func TestTheDatabaseSaysWhenItWasStarted(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	started := number(t, pool, "SELECT EXTRACT(epoch FROM pg_postmaster_start_time())::double precision")
	require.InDelta(t, started, scrape(t, metrics.New(metrics.Options{Pool: pool})).Sum("placeops_database_start_time_seconds"), 0.001)
}
