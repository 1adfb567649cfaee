package main

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The benchmark starts itself again for its load, and here that is the test program.
func TestMain(m *testing.M) {
	if is, err := beChild(context.Background()); is {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

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
	goals := []goal{atMost("time", 2, 1.5, "×"), atMost("size", 1, 1.5, "MB"), atLeast("rate", 1, 1.2, "×"), atLeast("more", 2, 1.2, "×")}
	text := report([][2]string{{"Go", "1"}}, []section{{title: "one", goals: goals}, {title: "two", about: "It failed."}})
	require.Contains(t, text, "| time | ≤ 1.50 × | **missed by 0.50 ×**: 2.00 × |")
	require.Contains(t, text, "| size | ≤ 1.50 MB | reached: 1.00 MB |")
	require.Contains(t, text, "| rate | ≥ 1.20 × | **missed by 0.20 ×**: 1.00 × |")
	require.Contains(t, text, "| more | ≥ 1.20 × | reached: 2.00 × |")
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
