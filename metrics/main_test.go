package metrics_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/metrics"
	"placeops/metrics/metricstest"
	"placeops/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	patience = 30 * time.Second
	fresh    = time.Nanosecond // for numbers that are read anew by every scrape
)

// scrape reads the numbers over HTTP.
func scrape(t *testing.T, m *metrics.Metrics) metricstest.Scrape {
	t.Helper()
	web := httptest.NewServer(m.Handler())
	defer web.Close()
	status, page := get(t, http.MethodGet, web.URL)
	require.Equal(t, http.StatusOK, status)
	return metricstest.Parse(t, page)
}

func get(t *testing.T, method, url string) (status int, page []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	page, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, page
}

func TestTheProcessAndItsBuildAreShown(t *testing.T) {
	t.Parallel()
	numbers := scrape(t, metrics.New(metrics.Options{Version: "v1.2.3"}))
	require.InDelta(t, 1, numbers.Sum("placeops_build_info", "version", "v1.2.3"), 0)
	require.Positive(t, numbers.Sum("go_goroutines"))
	require.Positive(t, numbers.Sum("process_resident_memory_bytes"))
	for name := range numbers {
		require.Regexp(t, "^(placeops|go|process)_", name)
	}
}

func TestWhatIsNotThereHasNoNumbers(t *testing.T) {
	t.Parallel()
	numbers := scrape(t, metrics.New(metrics.Options{}))
	for _, name := range []string{"placeops_pool_connections", "placeops_jobs", "placeops_collector_up", "placeops_postgres_up", "placeops_disk_free_bytes"} {
		require.NotContains(t, numbers, name)
	}
}
