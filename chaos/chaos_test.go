package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNothingAcknowledgedIsLostUnderFire(t *testing.T) {
	t.Parallel()
	require.NoError(t, runChaos(t.Context(), config{
		seed: 1, load: 8 * time.Second, faultPause: 120 * time.Millisecond, leastFaults: 2, parent: memoryDir(),
		students: 24, studentWorkers: 2, officers: 2,
	}, t.Output()))
}

func TestARunWithoutFaultsFails(t *testing.T) {
	t.Parallel()
	r := newRun(config{leastFaults: 1}, nil)
	require.ErrorContains(t, r.verdict(), "so this run has shown nothing")
	for _, kind := range allFaults {
		r.counts.fault(kind)
	}
	require.NoError(t, r.verdict())
	r.violation("something is lost")
	require.ErrorContains(t, r.verdict(), "something is lost")
}

func TestAFaultEndsWhatWasUnderWay(t *testing.T) {
	t.Parallel()
	r := newRun(config{}, nil)
	r.fences = []moment{10, 20}
	require.Equal(t, []moment{10, 10, 20, never}, []moment{r.fence(1), r.fence(10), r.fence(11), r.fence(21)})
}
