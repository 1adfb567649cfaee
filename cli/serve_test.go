package cli_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestAFirstStartMakesEverythingAndAWarmStartKeepsIt(t *testing.T) {
	t.Parallel()
	in := empty(t)
	first := in.serve()
	first.get("", "/readyz").is(http.StatusOK)
	require.Contains(t, first.out.String(), "placeops user add", "nobody can sign in yet, and it says how to")
	in.run("user", "add", "--email", "head@college.example", "--name", "H", "--role", "HEAD").ok()
	first.stop()

	warm := in.serve()
	warm.get("", "/readyz").is(http.StatusOK)
	require.NotContains(t, warm.out.String(), "placeops user add")
	require.Len(t, lines(in.run("user", "list").ok().out), 2)
	require.NotContains(t, warm.log.String(), "migrated")
	warm.stop()
}

func TestACalmStartLogsAFewLines(t *testing.T) {
	t.Parallel()
	s := prepared(t).serve()
	s.stop()
	require.LessOrEqual(t, len(lines(s.log.String())), 8, s.log)
	require.NotContains(t, s.log.String(), "level=WARN")
	require.NotContains(t, s.log.String(), "level=ERROR")
}

func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	s := prepared(t, "PLACEOPS_LOG_LEVEL=debug", "PLACEOPS_PASSWORD=hidden-word-2026").serve("--demo")
	s.get("", "/healthz").is(http.StatusOK)
	s.stop()
	for _, word := range []string{secret, "hidden-word-2026"} {
		require.NotContains(t, s.log.String()+s.out.String(), word)
	}
}

func TestAPortInUseIsNamed(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, taken.Close()) }()
	in := prepared(t)
	_, port, err := net.SplitHostPort(taken.Addr().String())
	require.NoError(t, err)
	got := in.run("serve", "--port", port, "--log-level", "error")
	got.fails("cannot listen on 127.0.0.1:"+port, "choose another PORT")
	in.noOrphans()
}

func TestASecondServeOnTheSameFolderNamesTheFirst(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	first := in.serve()
	in.run("serve", "--log-level", "error").fails(fmt.Sprintf("(pid %d)", first.command.Process.Pid), "in use")
	first.get("", "/readyz").is(http.StatusOK)
	first.stop()
}

func TestSigtermLetsRequestsFinishThenJobsThenTheDatabase(t *testing.T) {
	t.Parallel()
	s := prepared(t).serve("--demo")
	drive := s.pendingDrive()
	hold := s.holdDrives(drive)
	answer := make(chan *answer, 1)
	go func() { answer <- s.post(s.token("HEAD"), at("/drives/%d/publish", drive), nil) }()
	hold.awaitWaiters(1)

	require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { return refuses(t, s.url) }, patience, poll, "it listens no more")
	hold.release()
	(<-answer).is(http.StatusOK) // the request that was under way

	require.NoError(t, s.command.Wait(), "%s", s.log)
	s.noOrphans()
	log := s.log.String()
	requireInOrder(t, log, "msg=stopping", "River client stopped", "PostgreSQL has stopped")
}

func TestASecondSignalEndsItAtOnce(t *testing.T) {
	t.Parallel()
	s := prepared(t, "PLACEOPS_SHUTDOWN_TIMEOUT=10m").serve("--demo")
	drive := s.pendingDrive()
	hold := s.holdDrives(drive)
	request := s.request(s.token("HEAD"), http.MethodPost, at("/drives/%d/publish", drive), nil)
	go func() {
		if response, err := client.Do(request); err == nil {
			_ = response.Body.Close()
		}
	}()
	hold.awaitWaiters(1)
	require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { return refuses(t, s.url) }, patience, poll, "it listens no more")
	began := time.Now()
	require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
	require.Error(t, s.command.Wait(), "what was cut off shows in the status")
	require.Less(t, time.Since(began), 20*time.Second)
	require.Contains(t, s.log.String(), "cut off")
	s.noOrphans()
}

func TestASignalDuringTheStartStopsIt(t *testing.T) {
	t.Parallel()
	in := empty(t)
	s := in.begin()
	require.Eventually(t, func() bool { return strings.Contains(s.log.String(), "initialising") }, patience, poll)
	require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
	require.NoError(t, s.command.Wait(), "%s", s.log)
	in.noOrphans()
	in.serve().stop()
}

func TestPostgreSQLThatDiesIsRestarted(t *testing.T) {
	t.Parallel()
	s := prepared(t).serve()
	s.killPostgres()
	require.Eventually(t, func() bool { return s.get("", "/readyz").status == http.StatusOK }, patience, poll)
	s.stop()
}

// requireInOrder requires that all texts are in log, one after the other.
func requireInOrder(t *testing.T, log string, texts ...string) {
	t.Helper()
	rest := log
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		require.True(t, found, "no %q after the ones before in:\n%s", text, log)
		rest = after
	}
}

// refuses tells that nobody listens at url.
func refuses(t *testing.T, url string) bool {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(context.WithoutCancel(t.Context()), "tcp", strings.TrimPrefix(url, "http://"))
	if err == nil {
		_ = conn.Close()
	}
	return err != nil
}

// hold is a transaction of the test that keeps something locked.
type hold struct {
	s    *serving
	conn *pgx.Conn
}

// holdDrives locks a drive's row, so that a publish waits before it changes anything.
func (s *serving) holdDrives(drive int64) *hold {
	s.t.Helper()
	return s.hold("SELECT FROM drives WHERE drive_id = $1 FOR UPDATE", drive)
}

// holdSelections locks the table that the auto-publish job writes, so that the job waits in the middle of its work.
func (s *serving) holdSelections() *hold {
	s.t.Helper()
	return s.hold("LOCK TABLE drive_students IN SHARE MODE")
}

func (s *serving) hold(statement string, args ...any) *hold {
	s.t.Helper()
	h := &hold{s: s, conn: s.connect()}
	_, err := h.conn.Exec(s.t.Context(), "BEGIN")
	require.NoError(s.t, err)
	_, err = h.conn.Exec(s.t.Context(), statement, args...)
	require.NoError(s.t, err)
	return h
}

func (h *hold) awaitWaiters(n int) {
	h.s.t.Helper()
	require.Eventually(h.s.t, func() bool {
		var waiting int
		_, err := h.conn.Exec(h.s.t.Context(), "SELECT pg_stat_clear_snapshot()") // which a transaction keeps
		require.NoError(h.s.t, err)
		err = h.conn.QueryRow(h.s.t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").Scan(&waiting)
		require.NoError(h.s.t, err)
		return waiting >= n
	}, patience, poll)
}

func (h *hold) release() {
	h.s.t.Helper()
	_, err := h.conn.Exec(h.s.t.Context(), "ROLLBACK")
	require.NoError(h.s.t, err)
}
