package jobs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/jobs"
	"placeops/store/storetest"
)

func TestLanesKnowEveryKindOfJob(t *testing.T) {
	t.Parallel()
	queues := map[string][]string{}
	for _, lane := range jobs.Lanes() {
		queues[lane.Kind] = append(queues[lane.Kind], lane.Queue)
	}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	declared := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, kind := range regexp.MustCompile(`\) Kind\(\) string \{ return "(.+)" \}`).FindAllStringSubmatch(string(text), -1) {
			require.NotEmpty(t, queues[kind[1]], "%s of %s is missing", kind[1], file)
			declared++
		}
	}
	require.Len(t, queues, declared)
	require.Equal(t, []string{"default"}, queues["auto-publish"])
	require.Equal(t, []string{"imports"}, queues["import-students"])
	require.ElementsMatch(t, []string{"mail", "default"}, queues["send-email"])
}

// addJobs adds n jobs of a lane in a state that have been due for some time.
func addJobs(t *testing.T, pool *pgxpool.Pool, lane jobs.Lane, state string, n int, due time.Duration) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `INSERT INTO river_job (kind, queue, state, args, max_attempts, scheduled_at, finalized_at)
		SELECT $1, $2, $3::text::river_job_state, '{}', 25, now() - make_interval(secs => $4),
		       CASE WHEN $3 IN ('completed', 'cancelled', 'discarded') THEN now() END
		FROM generate_series(1, $5)`, lane.Kind, lane.Queue, state, due.Seconds(), n)
	require.NoError(t, err)
}

func TestCountsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	publish, mails := jobs.Lane{Kind: "auto-publish", Queue: "default"}, jobs.Lane{Kind: "send-email", Queue: "mail"}
	gone := jobs.Lane{Kind: "of-an-older-version", Queue: "elsewhere"}
	want := map[jobs.Lane]map[string]int64{
		publish: {"available": 2, "running": 3, "scheduled": 4, "retryable": 5, "cancelled": 6, "discarded": 7, "pending": 8},
		mails:   {"available": 9},
		gone:    {"discarded": 1},
	}
	for lane, states := range want {
		for state, n := range states {
			addJobs(t, pool, lane, state, int(n), time.Minute)
		}
	}
	addJobs(t, pool, publish, "available", 1, time.Hour)
	want[publish]["available"]++
	addJobs(t, pool, publish, "completed", 10, time.Hour)
	addJobs(t, pool, jobs.Lane{Kind: "import-students", Queue: "imports"}, "available", 1, -time.Hour) // ahead of its time

	counts, err := jobs.Counts(t.Context(), pool)
	require.NoError(t, err)
	seen := map[jobs.Lane]map[string]bool{}
	for _, c := range counts {
		if seen[c.Lane] == nil {
			seen[c.Lane] = map[string]bool{}
		}
		require.False(t, seen[c.Lane][c.State], "%+v is there twice", c)
		seen[c.Lane][c.State] = true
		expected := want[c.Lane][c.State]
		if c.Kind == "import-students" && c.State == jobs.Available {
			expected = 1
		}
		require.Equal(t, expected, c.Jobs, "%+v", c)
		switch {
		case c.Lane == publish && c.State == jobs.Available:
			require.InDelta(t, time.Hour.Seconds(), c.Waiting.Seconds(), time.Minute.Seconds(), "the first of them")
		case c.Lane == mails && c.State == jobs.Available:
			require.InDelta(t, time.Minute.Seconds(), c.Waiting.Seconds(), time.Minute.Seconds()-1)
		default:
			require.Zero(t, c.Waiting, "%+v", c)
		}
	}
	for _, lane := range jobs.Lanes() {
		require.Len(t, seen[lane], 7, "%+v: every state but completed, also without jobs", lane)
	}
	require.Equal(t, map[string]bool{"discarded": true}, seen[gone])
}
