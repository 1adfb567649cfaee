package server_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/server"
)

// second runs another server on what h is made of, which the test may stop; it returns its address too.
func (h *harness) second(deps server.Deps) (*server.Server, string) {
	h.t.Helper()
	s, err := server.New(deps)
	require.NoError(h.t, err)
	listener, err := new(net.ListenConfig).Listen(h.t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(h.t, err)
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	h.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(h.t.Context()), time.Second)
		defer cancel()
		_ = s.Shutdown(ctx) // the test may have done it
		require.NoError(h.t, <-served)
	})
	return s, "http://" + listener.Addr().String()
}

func (h *harness) publishAt(url string, drive int64) *http.Request {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, url+at("/drives/%d/publish", drive), nil)
	require.NoError(h.t, err)
	request.Header.Set("Authorization", "Bearer "+h.token("coordinator"))
	return request
}

func TestShutdownLetsARequestFinish(t *testing.T) {
	t.Parallel()
	var deps server.Deps
	h := start(t, func(d *server.Deps) { deps = *d })
	s, url := h.second(deps)
	drive := h.drive(nil)
	held := h.hold(lockDrive, drive)
	answer := h.send(h.publishAt(url, drive))
	h.waiting(1)
	stopped := make(chan error, 1)
	go func() { stopped <- s.Shutdown(context.WithoutCancel(t.Context())) }()
	require.Eventually(t, func() bool {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, jobTime, fast, "nobody new is let in")
	require.Empty(t, stopped, "shutdown waits")
	h.letGo(held)
	h.jobDone(answer().is(http.StatusOK).int("job_id"))
	require.NoError(t, <-stopped)
}

func TestShutdownCutsOffWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	var deps server.Deps
	h := start(t, func(d *server.Deps) { deps = *d })
	s, url := h.second(deps)
	drive := h.drive(nil)
	before := h.row(drive)
	held := h.hold(lockDrive, drive)
	failed := make(chan error, 1)
	request := h.publishAt(url, drive)
	go func() {
		_, err := h.exchange(request)
		failed <- err
	}()
	h.waiting(1)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.Shutdown(ctx), context.DeadlineExceeded)
	require.Error(t, <-failed)
	h.waiting(0)
	h.letGo(held)
	require.Equal(t, before, h.row(drive), "cut off is rolled back")
	require.Zero(t, h.count(`SELECT count(*) FROM river_job`))
}
