package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/config"
)

func TestMetricsAreAnsweredWhereTheSettingSays(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:9464", ":9464", "[::1]:9464", "localhost:0", "metrics.example.edu:65535"} {
		require.Equal(t, address, load(t, map[string]string{"PLACEOPS_METRICS_ADDR": address}).MetricsAddr)
	}
	require.Empty(t, load(t, nil).MetricsAddr, "nowhere, unless somebody asks for it")
}

func TestMetricsTokenIsCheckedWithoutBeingShown(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"pass-word", "pass-word with spaces", "pass-word,pass-word", "pass-word=pass-word", "pass-wörd-pass-wörd", "=================", strings.Repeat("pass-word", 100)} {
		_, err := config.Load(options(t, map[string]string{"PLACEOPS_METRICS_TOKEN": token}))
		var faults config.Faults
		require.ErrorAs(t, err, &faults, token)
		require.Len(t, faults, 1, token)
		require.Equal(t, "PLACEOPS_METRICS_TOKEN", faults[0].Setting)
		require.NotContains(t, err.Error(), "pass-w")
	}
	for _, token := range []string{"sixteen-letters-", "a8f5f167f44f4964e6c998dee827110c", "AAAA.BBBB_CCCC~DDDD+/=="} {
		c := load(t, map[string]string{"PLACEOPS_METRICS_TOKEN": token})
		require.Equal(t, token, c.MetricsToken)
		require.NotContains(t, c.String(), token)
	}
}
