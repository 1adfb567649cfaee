package cli

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	usualPercent = 100 // Go's own: collect when as much garbage has come as was alive

	mostGarbage  = 64 << 20
	leastGarbage = 8 << 20
)

// garbageOf is how much garbage may gather on a machine with so much memory: a thirty-second of it, at most 64 MB.
func garbageOf(memoryMB int) uint64 {
	return uint64(min(max(memoryMB<<20/32, leastGarbage), mostGarbage))
}

// allowGarbage lets that many bytes of garbage gather before Go collects it. Go alone would collect whenever as much has come as
// is alive: with the few megabytes of a quiet placeops, many times a second as soon as it gets busy. When more is alive than
// that, Go's rule stands, so large downloads take no more memory than without. Whoever sets GOGC gets what he set.
func allowGarbage(bytes uint64) {
	if os.Getenv("GOGC") != "" || bytes == 0 {
		return
	}
	afterEachCollection(func() { debug.SetGCPercent(percentFor(bytes, liveHeap())) })
	debug.FreeOSMemory() // collects what the start left behind, the first measurement
}

// percentFor is the GOGC by which so many bytes may come on top of what is alive, but never fewer than Go would let come.
func percentFor(bytes, alive uint64) int {
	return int(max(usualPercent, bytes*100/max(alive, 1<<20))) //nolint:gosec // below 100 times 64
}

func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// afterEachCollection calls do after each collection, from then on: it leaves something to be collected, and when that has
// happened does it and leaves the next.
func afterEachCollection(do func()) {
	type marker struct{ _ *marker }
	runtime.AddCleanup(&marker{}, func(struct{}) {
		do()
		afterEachCollection(do)
	}, struct{}{})
}
