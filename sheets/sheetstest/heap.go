package sheetstest

import (
	"runtime"
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

func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}
