package sheetstest

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// HeapGrowth runs f and returns by how much Go's heap grew meanwhile, at most, in bytes: looked at every millisecond, with
// all that was not given back yet. It means something only while nothing else runs in the process.
func HeapGrowth(f func()) uint64 {
	runtime.GC()
	before := heapInUse()
	stop, peaked := make(chan struct{}), make(chan uint64)
	go func() { peaked <- highestHeap(stop) }()
	f()
	close(stop)
	return max(<-peaked, before) - before
}

func highestHeap(stop <-chan struct{}) (highest uint64) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for {
		highest = max(highest, heapInUse())
		select {
		case <-stop:
			return highest
		case <-ticker.C:
		}
	}
}

// heapInUse is what MemStats.HeapInuse is, read without stopping the program.
func heapInUse() uint64 {
	used := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}}
	metrics.Read(used)
	return used[0].Value.Uint64() + used[1].Value.Uint64()
}
