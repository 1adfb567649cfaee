package cli

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGarbageMayGatherUpToItsShareOfTheMachine(t *testing.T) {
	t.Parallel()
	for memoryMB, want := range map[int]uint64{256: 8 << 20, 1024: 32 << 20, 2048: 64 << 20, 24 * 1024: 64 << 20} {
		require.Equal(t, want, garbageOf(memoryMB), "%d MB", memoryMB)
	}
}

func TestManyLiveObjectsGetNoMoreGarbageThanGoAllows(t *testing.T) {
	t.Parallel()
	require.Equal(t, 800, percentFor(64<<20, 8<<20))
	require.Equal(t, 200, percentFor(64<<20, 32<<20))
	require.Equal(t, 100, percentFor(64<<20, 64<<20))
	require.Equal(t, 100, percentFor(64<<20, 1<<30))
	require.Equal(t, 6400, percentFor(64<<20, 0))
}

// What the process allows follows what is alive in it, collection after collection.
func TestTheAllowanceFollowsWhatIsAlive(t *testing.T) {
	t.Parallel()
	gogc := func() uint64 {
		sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	allowGarbage(1 << 40) // so much that it shows whatever else this process does
	var before uint64
	require.Eventually(t, func() bool { before = gogc(); return before > 1_000_000 }, time.Minute, time.Millisecond)
	much := make([]byte, 64<<20)
	require.Eventually(t, func() bool { runtime.GC(); return gogc() < before }, time.Minute, time.Millisecond)
	runtime.KeepAlive(much)
}
