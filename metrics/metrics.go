package metrics

import (
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"placeops/store"
)

// Options is what there is to watch. What is left out has no numbers.
type Options struct {
	Version  string
	Logger   *slog.Logger
	Pool     *pgxpool.Pool
	Reader   *store.Reader
	Postgres Postgres          // the embedded server
	Folders  map[string]string // on whose disks there must be space, by the names that they go by here
	// Backups is whether there is a schedule for them.
	Backups bool
	// Archive is whether placeops's own PostgreSQL archives its write-ahead log.
	Archive bool
	// KeepFor is how old numbers from the database may be; 0: 5 s.
	KeepFor time.Duration
}

// Metrics are all numbers of one process.
type Metrics struct {
	HTTP *HTTP
	Jobs *Jobs

	registry *prometheus.Registry
	errors   promhttp.Logger
}

// New returns numbers that stand at zero.
func New(options Options) *Metrics {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	logger := options.Logger.With("component", "metrics")
	m := &Metrics{
		HTTP: newHTTP(), Jobs: newJobs(), registry: prometheus.NewRegistry(),
		errors: slog.NewLogLogger(logger.Handler(), slog.LevelError),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(options.Version), backupsScheduled(options.Backups))
	m.registry.MustRegister(m.HTTP.collectors()...)
	m.registry.MustRegister(m.Jobs.collectors()...)
	if options.Pool != nil {
		m.registry.MustRegister(poolCollector{options.Pool}, newDatabase(options, logger))
	}
	if options.Reader != nil {
		m.registry.MustRegister(replicaCollector{options.Reader})
	}
	if options.Postgres != nil {
		m.registry.MustRegister(newPostgres(options.Postgres))
	}
	if len(options.Folders) > 0 {
		m.registry.MustRegister(disks(options.Folders))
	}
	return m
}

// Handler answers scrapes. Of numbers that cannot be had it leaves out those, and no others.
func (m *Metrics) Handler() http.Handler { return m.handler(0) }

func (m *Metrics) handler(atOnce int) http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog: m.errors, ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: atOnce,
	})
}

func buildInfo(version string) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "placeops_build_info", Help: "1, with the version of placeops and of the Go that it was built with.",
		ConstLabels: prometheus.Labels{"version": version, "go_version": runtime.Version()},
	})
	info.Set(1)
	return info
}

func backupsScheduled(scheduled bool) prometheus.Collector {
	is := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "placeops_backup_scheduled", Help: "1 if the settings have a schedule for backups (PLACEOPS_BACKUP_CRON), 0 if not.",
	})
	if scheduled {
		is.Set(1)
	}
	return is
}

// constant is a number that has just been looked up. One that Prometheus does not take becomes an error of the scrape.
func constant(desc *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) prometheus.Metric {
	metric, err := prometheus.NewConstMetric(desc, kind, value, labels...)
	if err != nil {
		return prometheus.NewInvalidMetric(desc, err)
	}
	return metric
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("placeops_"+name, help, labels, nil)
}

const (
	gauge   = prometheus.GaugeValue
	counter = prometheus.CounterValue
)
