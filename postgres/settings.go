//go:build unix

package postgres

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// logPrefix starts every line PostgreSQL logs: process id and SQLSTATE; see logs.go.
const logPrefix = "%p %e "

// settings are the server's, by name. They are passed on the command line, so
// that a new placeops brings new defaults to an old data directory.
func settings(cfg Config, place layout, bins binaries, socketDir string) map[string]string {
	set := map[string]string{
		// Reachable through the private socket only.
		"listen_addresses":        "",
		"unix_socket_directories": socketDir,
		"unix_socket_permissions": "0700",
		"port":                    socketPort,
		"max_connections":         strconv.Itoa(cfg.Connections + spareConnections),
		"cluster_name":            place.clusterName(),

		// Memory; docs/tuning.md has the measurements. The system's cache holds
		// what shared buffers do not, and placeops needs memory too. More memory
		// made sorts slower: what is sorted should fit into a core's cache. What
		// the server touches at its start is kept small: WAL buffers, and room
		// for the locks of SERIALIZABLE transactions, which placeops has none of.
		"shared_buffers":                 megabytes(cfg.MemoryMB/16, 64, 256),
		"effective_cache_size":           megabytes(cfg.MemoryMB/2, 128, 1<<20),
		"maintenance_work_mem":           "16MB",
		"work_mem":                       "4MB",
		"wal_buffers":                    "1MB",
		"max_pred_locks_per_transaction": "10",
		"huge_pages":                     "off",
		"random_page_cost":               "1.1", // solid-state disks
		"jit":                            "off", // short queries; the bundle has no LLVM

		// Two cores serve many requests at once: one query, one core. It also
		// needs no /dev/shm, of which a container has 64 MB.
		"max_parallel_workers":             "0",
		"max_parallel_workers_per_gather":  "0",
		"max_parallel_maintenance_workers": "0",

		// A storm fills a table in seconds: let statistics follow soon.
		"autovacuum_naptime": "15s",

		// For online base backups; nothing replicates logically.
		"wal_level":                       "replica",
		"max_wal_senders":                 "4",
		"max_logical_replication_workers": "0",

		"logging_collector": "off", // placeops logs, see logs.go
		"log_destination":   "stderr",
		"log_line_prefix":   logPrefix,
		"log_min_messages":  "warning",
		"log_checkpoints":   "off",
		"timezone":          "UTC",
		"log_timezone":      "UTC",
	}
	if bins.major >= 18 {
		// Reads happen in the backend: the I/O workers would be three more
		// processes to keep in memory, for scans larger than these tables.
		// Without them the memory for reads in flight is wasted, too.
		set["io_method"], set["io_max_concurrency"] = "sync", "4"
	}
	if !cfg.Durable {
		set["fsync"], set["synchronous_commit"], set["full_page_writes"] = "off", "off", "off"
	}
	maps.Copy(set, walSettings(cfg, socketDir))
	maps.Copy(set, cfg.Settings)
	return set
}

// megabytes writes an amount of memory within bounds.
func megabytes(amount, least, most int) string {
	return fmt.Sprintf("%dMB", min(max(amount, least), most))
}

// arguments writes settings as command-line arguments, in a stable order.
func arguments(set map[string]string) []string {
	var args []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		args = append(args, "-c", name+"="+set[name])
	}
	return args
}

// hostAccess is pg_hba.conf: whoever can reach the private socket may log in.
// Without host lines the network stays shut even if Settings opens a port.
const hostAccess = "local all all trust\nlocal replication all trust\n"

// environment is all that PostgreSQL sees of ours: none of it, so that PGPORT,
// LD_LIBRARY_PATH or an odd locale cannot change what it does.
func environment() []string {
	return []string{"LC_ALL=C", "TZ=UTC", "PATH=/usr/local/bin:/usr/bin:/bin"}
}
