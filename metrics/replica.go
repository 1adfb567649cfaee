package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"placeops/store"
)

// replicaCollector shows what is read from the replica, and what from the primary because the replica was away or behind.
type replicaCollector struct{ reader *store.Reader }

var (
	replicaUsable = desc("replica_usable", "1 if the replica could be read from at the last try, 0 if it was away or behind, or there is none.")
	replicaReads  = desc("replica_reads_total", "Reads that are for the replica, by the server that answered them.", "server")
)

// Describe implements prometheus.Collector.
func (c replicaCollector) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, to) }

// Collect implements prometheus.Collector.
func (c replicaCollector) Collect(to chan<- prometheus.Metric) {
	fromPrimary, fromReplica, usable := c.reader.Reads()
	one := 0.
	if usable {
		one = 1
	}
	to <- constant(replicaUsable, gauge, one)
	to <- constant(replicaReads, counter, float64(fromPrimary), "primary")
	to <- constant(replicaReads, counter, float64(fromReplica), "replica")
}
