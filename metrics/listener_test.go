package metrics_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/metrics"
	"placeops/metrics/metricstest"
)

func TestTheListenerAnswersScrapesAndNothingElse(t *testing.T) {
	t.Parallel()
	m := metrics.New(metrics.Options{Version: "v1.2.3"})
	listener, err := m.Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	url := "http://" + listener.Address().String()
	status, page := get(t, http.MethodGet, url+"/metrics")
	require.Equal(t, http.StatusOK, status)
	require.InDelta(t, 1, metricstest.Parse(t, page).Sum("placeops_build_info", "version", "v1.2.3"), 0)
	for _, path := range []string{"/", "/metrics/", "/drives", "/healthz", "/debug/pprof/", "/api/metrics"} {
		status, _ := get(t, http.MethodGet, url+path)
		require.Equal(t, http.StatusNotFound, status, path)
	}
	status, _ = get(t, http.MethodPost, url+"/metrics")
	require.Equal(t, http.StatusMethodNotAllowed, status)

	require.NoError(t, listener.Shutdown(context.WithoutCancel(t.Context())))
	_, err = new(net.Dialer).DialContext(t.Context(), "tcp", listener.Address().String())
	require.Error(t, err, "nobody listens any more")
}

func TestAnAddressInUseIsAnError(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, taken.Close()) }()
	_, err = metrics.New(metrics.Options{}).Listen(t.Context(), taken.Addr().String(), slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "in use")
}
