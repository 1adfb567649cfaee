package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var program struct {
	once   sync.Once
	binary string
	err    error
}

// builtOnce is placeops, for all tests.
func builtOnce(t *testing.T) string {
	t.Helper()
	program.once.Do(func() { program.binary, program.err = build(context.Background(), program.binary) })
	require.NoError(t, program.err)
	return program.binary
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "placeops-chaos-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program.binary = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func TestNothingAcknowledgedIsLostUnderFire(t *testing.T) {
	t.Parallel()
	for _, shape := range allShapes {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			require.NoError(t, runChaos(t.Context(), config{
				shape: shape, binary: builtOnce(t), seed: 1, load: 8 * time.Second, faultPause: 120 * time.Millisecond, leastFaults: 1,
				parent: memoryDir(), smallDisk: true, aged: true, students: 24, studentWorkers: 2, officers: 2,
			}, t.Output()))
		})
	}
}

func TestARunWithoutFaultsFails(t *testing.T) {
	t.Parallel()
	for _, shape := range allShapes {
		r := newRun(config{leastFaults: 1}, nil, faultsOf(shape, true))
		require.ErrorContains(t, r.verdict(), "so this run has shown nothing")
		for _, kind := range faultsOf(shape, false).all() {
			r.counts.fault(kind)
		}
		require.ErrorContains(t, r.verdict(), string(diskFull))
		r.counts.fault(diskFull)
		require.NoError(t, r.verdict())
		r.violation("something is lost")
		require.ErrorContains(t, r.verdict(), "something is lost")
	}
}

func TestWhereNoDiskCanBeMountedOnlyItsFaultIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, shape := range allShapes {
		with, without := faultsOf(shape, true).all(), faultsOf(shape, false).all()
		require.Equal(t, without, slices.DeleteFunc(with, func(kind fault) bool { return kind == diskFull }))
	}
}

func TestAFaultEndsWhatWasUnderWay(t *testing.T) {
	t.Parallel()
	r := newRun(config{}, nil, faults{})
	r.fences = []moment{10, 20}
	require.Equal(t, []moment{10, 10, 20, never}, []moment{r.fence(1), r.fence(10), r.fence(11), r.fence(21)})
}
