package server_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/server"
	"placeops/store"
)

func TestAlive(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, path := range []string{"/healthz", "/health", "/api/healthz"} {
		require.Equal(t, "ok", h.get("", path).is(http.StatusOK).value("status"))
	}
	require.Equal(t, "ready", h.get("", "/readyz").is(http.StatusOK).value("status"))
}

func TestNotReadyUntilMigrated(t *testing.T) {
	t.Parallel()
	var current, broken atomic.Bool
	h := start(t, func(d *server.Deps) {
		d.Migrated = func(context.Context) (bool, error) {
			if broken.Load() {
				return false, errors.New("an inner cause")
			}
			return current.Load(), nil
		}
	})
	require.Contains(t, h.notReady(), "placeops migrate")
	broken.Store(true)
	require.NotContains(t, h.notReady(), "inner cause")
	broken.Store(false)
	current.Store(true)
	h.get("", "/readyz").is(http.StatusOK)
}

func (h *harness) notReady() string {
	h.t.Helper()
	answer := h.get("", "/readyz").is(http.StatusServiceUnavailable)
	require.NotEmpty(h.t, answer.header.Get("Retry-After"))
	return answer.value("detail").(string)
}

func TestNotReadyWhileNoJobIsWorked(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.exec(`INSERT INTO river_job (args, kind, max_attempts, scheduled_at, state, queue)
		VALUES ('{}', 'auto-publish', 25, now() - interval '3 minutes', 'available', 'nobody works here')`)
	h.get("", "/readyz").is(http.StatusOK)
	require.NoError(t, h.jobs.Stop(t.Context()))
	h.exec(`UPDATE river_job SET queue = 'default'`)
	require.Contains(t, h.notReady(), "job queue")
	require.NoError(t, h.jobs.Start(context.WithoutCancel(t.Context())))
}

func TestWithoutADatabase(t *testing.T) {
	t.Parallel()
	h := start(t, func(d *server.Deps) {
		away, err := store.OpenPool(t.Context(), "host=/nonexistent user=nobody dbname=none", store.PoolOptions{})
		require.NoError(t, err)
		t.Cleanup(away.Close)
		d.Pool = away
	})
	for _, request := range []*http.Request{
		h.request("student", http.MethodGet, "/drives", nil),
		h.request("head", http.MethodGet, "/me", nil),
		h.request("coordinator", http.MethodPost, "/drives", map[string]any{"company_name": "A", "job_title": "B"}),
		h.request("", http.MethodPost, "/auth/login", map[string]any{"email": "a@b.example", "password": "password"}),
		h.request("", http.MethodGet, "/readyz", nil),
	} {
		answer := h.do(request).is(http.StatusServiceUnavailable)
		require.NotEmpty(t, answer.header.Get("Retry-After"), answer.what)
		require.Equal(t, "application/problem+json", answer.header.Get("Content-Type"))
		require.NotContains(t, string(answer.body), "nonexistent")
	}
	h.get("", "/healthz").is(http.StatusOK)
}

func TestALostConnectionIsA503AndTheNextRequestWorks(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	held := h.hold(lockDrive, drive)
	answer := h.send(h.request("student", http.MethodPost, at("/registrations/%d/register", drive), nil))
	h.waiting(1)
	h.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	require.NotEmpty(t, answer().is(http.StatusServiceUnavailable).header.Get("Retry-After"))
	h.letGo(held)
	h.post("student", at("/registrations/%d/register", drive), nil).is(http.StatusCreated)
}
