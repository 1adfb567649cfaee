package auth_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

func TestLimitReadsAndWrites(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]auth.Limit{
		"10/15m":      {Failures: 10, Window: 15 * time.Minute},
		"100/5m":      {Failures: 100, Window: 5 * time.Minute},
		"1/1s":        {Failures: 1, Window: time.Second},
		"1000000/24h": {Failures: 1_000_000, Window: 24 * time.Hour},
		"5/1h30m":     {Failures: 5, Window: 90 * time.Minute},
		"5/1m30s":     {Failures: 5, Window: 90 * time.Second},
		"5/20m":       {Failures: 5, Window: 20 * time.Minute},
		"5/10h":       {Failures: 5, Window: 10 * time.Hour},
	} {
		got, err := auth.ParseLimit(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got)
		require.Equal(t, text, got.String())
	}
	spaced, err := auth.ParseLimit(" 10 / 15m ")
	require.NoError(t, err)
	require.Equal(t, "10/15m", spaced.String())
}

func TestLimitRefuses(t *testing.T) {
	t.Parallel()

	for _, text := range []string{
		"", "/", "10", "10/", "/15m", "10/15", "ten/15m", "10/15 minutes", "10/15m/1h",
		"0/15m", "-1/15m", "1.5/15m", "1000001/15m", "10/0s", "10/-5m", "10/999ms", "10/24h1s",
		"99999999999999999999/1m",
	} {
		limit := auth.Limit{Failures: 3, Window: time.Minute}
		err := limit.UnmarshalText([]byte(text))
		require.ErrorContains(t, err, "such as 10/15m", "%q", text)
		require.Equal(t, auth.Limit{Failures: 3, Window: time.Minute}, limit, "a refused text changes nothing")
	}
}

func TestDefaultLoginLimits(t *testing.T) {
	t.Parallel()

	limits := auth.DefaultLoginLimits()
	require.Equal(t, "10/15m", limits.PerAccountAndAddress.String())
	require.Equal(t, "50/15m", limits.PerAccount.String())
	require.Equal(t, "100/5m", limits.PerAddress.String())
}
