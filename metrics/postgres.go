package metrics

import (
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Postgres is the PostgreSQL server that placeops runs itself.
type Postgres interface {
	Pid() int // 0 while it does not run
	Restarts() int
	DataDir() string
}

var (
	postgresUp       = desc("postgres_up", "1 while placeops's own PostgreSQL runs, 0 while it has died and is being started again.")
	postgresRestarts = desc("postgres_restarts_total", "How often placeops's own PostgreSQL has died and was brought back.")
	postgresBytes    = desc("postgres_data_bytes", "Size of the files of placeops's own PostgreSQL, its write-ahead log included.")
)

// sizeEvery is how often the thousands of files of a cluster are looked at.
const sizeEvery = time.Minute

// postgresCollector shows the embedded server.
type postgresCollector struct {
	server Postgres

	mu     sync.Mutex
	looked time.Time
	bytes  int64
}

func newPostgres(server Postgres) *postgresCollector { return &postgresCollector{server: server} }

// Describe implements prometheus.Collector.
func (c *postgresCollector) Describe(to chan<- *prometheus.Desc) {
	to <- postgresUp
	to <- postgresRestarts
	to <- postgresBytes
}

// Collect implements prometheus.Collector.
func (c *postgresCollector) Collect(to chan<- prometheus.Metric) {
	up := 0.
	if c.server.Pid() != 0 {
		up = 1
	}
	to <- constant(postgresUp, gauge, up)
	to <- constant(postgresRestarts, counter, float64(c.server.Restarts()))
	to <- constant(postgresBytes, gauge, float64(c.size()))
}

func (c *postgresCollector) size() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.looked.IsZero() || time.Since(c.looked) >= sizeEvery {
		c.bytes, c.looked = folderSize(c.server.DataDir()), time.Now()
	}
	return c.bytes
}

// folderSize adds up the files in a folder; those that go while it looks do not count.
func folderSize(folder string) (bytes int64) {
	_ = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil //nolint:nilerr // files come and go
		}
		if info, err := entry.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
