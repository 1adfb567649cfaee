// Package metrics is what an operator can watch: the numbers of one process, in a registry of its own, and the page that
// Prometheus reads them from. docs/metrics.md lists them.
//
// Numbers come in three ways. What happens here is counted as it happens (HTTP, Jobs). What a part of the process knows of
// itself is asked for at each scrape (the pool, the embedded server, disks). What only the database knows is read from it,
// at most every few seconds however often it is asked for, all groups of numbers in one short transaction.
//
// A new group is a file with a prometheus.Collector or a few vectors, which New registers, and its rows in
// docs/metrics.md. Prometheus's client is known in this package alone.
package metrics
