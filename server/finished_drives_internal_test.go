package server

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMonthsBeforeIsADayThatTheMonthHas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now    string
		months int
		want   string
	}{
		{"2026-11-22", 1, "2026-10-22"},
		{"2026-03-31", 1, "2026-02-28"},
		{"2028-03-31", 1, "2028-02-29"},
		{"2026-01-31", 2, "2025-11-30"},
		{"2026-11-30", 12, "2025-11-30"},
		{"2026-11-30", 1200, "1926-11-30"},
	} {
		now, err := time.Parse(time.DateOnly, c.now)
		require.NoError(t, err)
		require.Equal(t, c.want, monthsBefore(now.Add(15*time.Hour), c.months).Format(time.DateOnly), "%d months before %s", c.months, c.now)
	}
}

func TestPercentTextIsRoundedHalfUp(t *testing.T) {
	t.Parallel()
	for want, c := range map[string][2]int64{
		"–": {0, 0}, "0.0 %": {0, 7}, "100.0 %": {7, 7}, "66.7 %": {2, 3}, "33.3 %": {1, 3}, "0.1 %": {1, 2000}, "12.5 %": {1, 8},
		"6.3 %": {1, 16},
	} {
		require.Equal(t, want, percentText(c[0], c[1]), "%d of %d", c[0], c[1])
	}
}
