package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The scenarios check their own results: rows lost or doubled, wrong counts, wrong answers. Nothing here looks at a time.
func TestQuickRunIsCorrect(t *testing.T) {
	t.Parallel()
	text, err := runAll(t.Context(), scenarios, small, t.Output())
	require.NoError(t, err)
	require.Contains(t, text, "## Goals")
	require.NotContains(t, text, "not measured")
}

func TestAFailedScenarioIsReportedAsSuch(t *testing.T) {
	t.Parallel()
	goals := []goal{{"speed", 2, 1.5, "×"}, {"size", 1, 1.5, "MB"}}
	text := report([][2]string{{"Go", "1"}}, []section{{title: "one", goals: goals}, {title: "two", about: "It failed."}})
	require.Contains(t, text, "| speed | ≤ 1.50 × | **missed by 0.50 ×**: 2.00 × instead of 1.50 × |")
	require.Contains(t, text, "| size | ≤ 1.50 MB | reached: 1.00 MB of 1.50 MB |")
	require.Contains(t, text, "| two |  | **not measured** |")
}

func TestFiguresOfASeries(t *testing.T) {
	t.Parallel()
	s := newSeries([]float64{4, 1, 3, 2})
	require.Equal(t, []float64{1, 4, 2.5}, []float64{s.min(), s.max(), s.median()})
	require.Equal(t, []float64{1, 2, 4, 4}, []float64{s.percentile(25), s.percentile(50), s.percentile(99), s.percentile(100)})
	require.Equal(t, []float64{2}, []float64{newSeries([]float64{9, 2, 1}).median()})
	require.Equal(t, series{0.5, 2}, ratios([]float64{4, 1}, []float64{2, 2}))
}
