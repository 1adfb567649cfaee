package cli_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func portOf(t *testing.T, address string) string {
	t.Helper()
	at, err := url.Parse(address)
	require.NoError(t, err)
	return at.Port()
}

func TestHealthTellsWhetherServeIsReady(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	in.pauseQueue()
	s := in.serve("--demo")
	port := portOf(t, s.url)
	require.Equal(t, "ready\n", in.run("health", "--port", port).ok().out)
	require.Equal(t, "ready\n", in.runWith("", []string{"PORT=" + port, "PLACEOPS_HOST="}, "health").ok().out)

	s.publish(s.pendingDrive())
	_, err := s.connect().Exec(t.Context(), "UPDATE river_job SET scheduled_at = now() - interval '3 minutes' WHERE state = 'available'")
	require.NoError(t, err)
	in.run("health", "--port", port).fails("not ready: the job queue is not working")

	s.stop()
	in.run("health", "--port", port).fails("no placeops answers at", port)
}

func TestHealthIsNotTakenInBySomethingElse(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	in := bare(t)
	in.run("health", "--port", portOf(t, other.URL)).fails("is no placeops (status 404)")
	in.run("health", "--port", "0").fails("--port")
	require.NoDirExists(t, in.data())
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // takes connections and says nothing
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	in.run("health", "--port", portOf(t, "http://"+listener.Addr().String())).fails("no placeops answers at")
}
