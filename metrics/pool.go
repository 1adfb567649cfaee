package metrics

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// poolCollector shows the pool of database connections.
type poolCollector struct{ pool *pgxpool.Pool }

var (
	poolConnections = desc("pool_connections", "Database connections of this process, by what they do.", "state")
	poolMax         = desc("pool_max_connections", "Database connections that this process may have.")
	poolAcquires    = desc("pool_acquires_total", "How often a connection was taken from the pool.")
	poolWaits       = desc("pool_waits_total", "How often somebody had to wait for a connection, because none was idle.")
	poolWaitSeconds = desc("pool_wait_seconds_total", "How long they waited, all together.")
	poolGivenUp     = desc("pool_given_up_total", "How often somebody stopped waiting without a connection.")
	poolOpened      = desc("pool_opened_connections_total", "Connections that were opened.")
)

// Describe implements prometheus.Collector.
func (c poolCollector) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, to) }

// Collect implements prometheus.Collector.
func (c poolCollector) Collect(to chan<- prometheus.Metric) {
	now := c.pool.Stat()
	to <- constant(poolConnections, gauge, float64(now.AcquiredConns()), "acquired")
	to <- constant(poolConnections, gauge, float64(now.IdleConns()), "idle")
	to <- constant(poolConnections, gauge, float64(now.ConstructingConns()), "connecting")
	to <- constant(poolMax, gauge, float64(now.MaxConns()))
	to <- constant(poolAcquires, counter, float64(now.AcquireCount()))
	to <- constant(poolWaits, counter, float64(now.EmptyAcquireCount()))
	to <- constant(poolWaitSeconds, counter, now.EmptyAcquireWaitTime().Seconds())
	to <- constant(poolGivenUp, counter, float64(now.CanceledAcquireCount()))
	to <- constant(poolOpened, counter, float64(now.NewConnsCount()))
}
