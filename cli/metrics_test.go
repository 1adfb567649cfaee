package cli_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/metrics/metricstest"
)

const metricsToken = "a-token-of-the-tests"

// measured is an install whose numbers can be read both ways.
func measured(t *testing.T, settings ...string) *install {
	t.Helper()
	return prepared(t, append(settings, "PLACEOPS_METRICS_ADDR=127.0.0.1:0", "PLACEOPS_METRICS_TOKEN="+metricsToken)...)
}

var metricsURL = regexp.MustCompile(`msg=metrics url=(\S+)/metrics`)

// apart is the server's second listener, which asks for no token.
func (s *serving) apart() *serving {
	s.t.Helper()
	found := metricsURL.FindStringSubmatch(s.log.String())
	require.NotNil(s.t, found, "%s", s.log)
	other := *s
	other.url = found[1]
	return &other
}

func (s *serving) scrape(token string) metricstest.Scrape {
	s.t.Helper()
	return metricstest.Parse(s.t, s.get(token, "/metrics").is(http.StatusOK).body)
}

func TestAServeCanBeWatched(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "archive")
	s := measured(t, "PLACEOPS_ARCHIVE="+folder).serve("--demo")
	awaitBases(t, folder, 1)
	_, err := s.connect().Exec(t.Context(), `INSERT INTO river_job (kind, state, args, max_attempts, attempted_at, finalized_at, metadata)
		VALUES ('backup', 'completed', '{}', 3, now() - interval '1 hour', now() - interval '1 hour', '{"output": {"size": 12345}}')`)
	require.NoError(t, err)
	s.get("", "/metrics").is(http.StatusUnauthorized)
	s.get(s.token(auth.Coordinator), "/metrics").is(http.StatusForbidden)
	s.scrape(s.token(auth.Head))
	s.jobDone(s.publish(s.pendingDrive()), soon)
	s.apart().get("", "/drives").is(http.StatusNotFound)

	var numbers metricstest.Scrape
	require.Eventually(t, func() bool { // the queue says a moment later how a job ended
		numbers = s.apart().scrape("")
		return numbers.Sum("placeops_job_runs_total", "kind", "auto-publish", "outcome", "completed") == 1
	}, patience, poll)
	require.Len(t, s.scrape(metricsToken), len(numbers), "the same page")
	require.InDelta(t, numbers.Len("placeops_collector_up"), numbers.Sum("placeops_collector_up"), 0)
	require.InDelta(t, 1, numbers.Sum("placeops_postgres_up"), 0)
	require.Greater(t, numbers.Sum("placeops_postgres_data_bytes"), 20e6, "an empty cluster has that")
	require.Equal(t, 2, numbers.Len("placeops_disk_free_bytes"))
	require.InDelta(t, 1, numbers.Sum("placeops_http_requests_total", "route", "/drives/:id/publish", "code", "200"), 0)
	require.InDelta(t, 1, numbers.Sum("placeops_job_duration_seconds", "kind", "auto-publish"), 0)
	require.Positive(t, numbers.Sum("placeops_archive_last_file_timestamp_seconds"), "a base backup ends with one")
	requireDocumented(t, numbers)
	s.stop()
}

// requireDocumented holds the table of docs/metrics.md against a scrape.
func requireDocumented(t *testing.T, numbers metricstest.Scrape) {
	t.Helper()
	text, err := os.ReadFile("../docs/metrics.md")
	require.NoError(t, err)
	var documented, shown []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(placeops_\\w+)` \\| (\\w+) \\| (.*?) ?\\| (?:process|database) \\| \\S.+ \\|$").FindAllStringSubmatch(string(text), -1) {
		documented = append(documented, strings.Join(row[1:], " "))
	}
	for name, family := range numbers {
		if !strings.HasPrefix(name, "placeops_") {
			continue
		}
		var labels []string
		for _, label := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, "`"+label.GetName()+"`")
		}
		slices.Sort(labels)
		shown = append(shown, name+" "+strings.ToLower(family.GetType().String())+" "+strings.Join(labels, " "))
	}
	require.ElementsMatch(t, shown, documented, "the table of docs/metrics.md (list B) is that of a scrape (list A)")
}

func TestAScrapeIsAnsweredWhilePostgreSQLIsDown(t *testing.T) {
	t.Parallel()
	s := measured(t).serve()
	require.InDelta(t, 5, s.apart().scrape("").Sum("placeops_collector_up"), 0)
	s.withoutPostgres(func() {
		require.Eventually(t, func() bool {
			numbers := s.scrape(metricsToken)
			return numbers.Sum("placeops_collector_up") == 0 && numbers.Sum("placeops_postgres_up") == 0
		}, patience, poll)
		numbers := s.apart().scrape("")
		require.Equal(t, 5, numbers.Len("placeops_collector_up"))
		require.Equal(t, 1, numbers.Len("placeops_database_up"))
		require.Zero(t, numbers.Sum("placeops_database_up"))
		require.NotContains(t, numbers, "placeops_jobs")
		require.Positive(t, numbers.Sum("placeops_disk_free_bytes"))
		require.Positive(t, numbers.Sum("process_resident_memory_bytes"))
	})
	require.Eventually(t, func() bool {
		numbers := s.apart().scrape("")
		return numbers.Sum("placeops_collector_up") == 5 && numbers.Sum("placeops_postgres_up") == 1
	}, patience, poll)
	require.InDelta(t, 1, s.apart().scrape("").Sum("placeops_postgres_restarts_total"), 0)
	s.stop()
}

// withoutPostgres kills PostgreSQL and keeps it from being started again until fn has returned.
func (s *serving) withoutPostgres(fn func()) {
	s.t.Helper()
	cluster, away := filepath.Join(s.data(), "data"), filepath.Join(s.data(), "away")
	pid := s.postgresPid()
	require.NoError(s.t, os.Rename(cluster, away))
	require.NoError(s.t, syscall.Kill(pid, syscall.SIGKILL))
	fn()
	require.NoError(s.t, os.Rename(away, cluster))
}

func TestTheNumbersCanBeReadUntilTheLastRequestIsAnswered(t *testing.T) {
	t.Parallel()
	s := measured(t).serve("--demo")
	drive := s.pendingDrive()
	hold := s.holdDrives(drive)
	answered := make(chan *answer, 1)
	go func() { answered <- s.post(s.token("HEAD"), at("/drives/%d/publish", drive), nil) }()
	hold.awaitWaiters(1)
	apart := s.apart()
	require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { return refuses(t, s.url) }, patience, poll, "it listens no more")
	require.InDelta(t, 1, apart.scrape("").Sum("placeops_http_requests_in_flight"), 0)
	hold.release()
	(<-answered).is(http.StatusOK)
	require.NoError(t, s.command.Wait(), "%s", s.log)
	require.True(t, refuses(t, apart.url))
	s.noOrphans()
}

func TestAMetricsAddressInUseIsNamed(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, taken.Close()) }()
	in := prepared(t, "PLACEOPS_METRICS_ADDR="+taken.Addr().String())
	in.run("serve", "--log-level", "error").fails("cannot listen on "+taken.Addr().String(), "choose another PLACEOPS_METRICS_ADDR")
	in.noOrphans()
	prepared(t, "PLACEOPS_METRICS_ADDR=9464").run("serve").fails("PLACEOPS_METRICS_ADDR must be host:port")
}
