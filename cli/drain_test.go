package cli_test

import (
	"context"
	"io"
	"net/http"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A load balancer sees that a process is about to go, while everybody whom it still sends there is served.
func TestAServeThatWasToldToStopServesOnForTheLoadBalancer(t *testing.T) {
	t.Parallel()
	s := prepared(t, "PLACEOPS_DRAIN_TIME=5m").serve("--demo")
	s.get("", "/readyz").is(http.StatusOK)
	require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { return s.get("", "/readyz").status == http.StatusServiceUnavailable }, patience, poll)

	request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, s.url+"/drives", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+s.token("HEAD"))
	response, err := client.Do(request)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.True(t, response.Close, "no connection stays open for a request that nobody would take")

	require.NoError(t, s.command.Process.Signal(syscall.SIGTERM)) // somebody is in a hurry
	_ = s.command.Wait()
	s.noOrphans()
}
