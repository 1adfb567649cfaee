package metrics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

const (
	// keepFor is how old numbers may be: a storm of scrapes costs the database as much as one scrape every so often.
	keepFor = 5 * time.Second
	// readTimeout bounds all statements together, so that a scrape is answered in time also when the database does not.
	readTimeout     = 2 * time.Second
	rollbackTimeout = time.Second
)

// beginReading makes all numbers those of one moment, and lets the server itself give up on a statement that this process cannot
// reach any more.
const beginReading = "BEGIN READ ONLY; SET LOCAL statement_timeout = '2s'"

var (
	databaseUp    = desc("database_up", "1 if the database answers, 0 if it does not.")
	collectorUp   = desc("collector_up", "1 if these numbers could be read from the database, 0 if they are missing for now.", "collector")
	collectorTime = desc("collector_duration_seconds", "How long it took to read these numbers from the database.", "collector")
	collectorAge  = desc("collector_age_seconds", "How long ago the numbers from the database were read.")
)

// database shows what only the database knows.
type database struct {
	pool     *pgxpool.Pool
	logger   *slog.Logger
	keepFor  time.Duration
	readings []reading

	mu   sync.Mutex
	read time.Time
	last []result // in the order of readings
}

// result is what a reading gave.
type result struct {
	metrics []prometheus.Metric
	took    time.Duration
	err     error
}

func newDatabase(options Options, logger *slog.Logger) *database {
	d := &database{pool: options.Pool, logger: logger, keepFor: options.KeepFor, readings: readings}
	if d.keepFor <= 0 {
		d.keepFor = keepFor
	}
	if options.Archive {
		d.readings = append([]reading{archiveReading}, readings...)
	}
	d.last = make([]result, len(d.readings))
	return d
}

// Describe implements prometheus.Collector.
func (d *database) Describe(to chan<- *prometheus.Desc) {
	to <- databaseUp
	to <- collectorUp
	to <- collectorTime
	to <- collectorAge
	for _, r := range d.readings {
		for _, described := range r.descs {
			to <- described
		}
	}
}

// Collect implements prometheus.Collector.
func (d *database) Collect(to chan<- prometheus.Metric) {
	results, age := d.results()
	to <- constant(collectorAge, gauge, age.Seconds())
	for i, r := range results {
		up := 1.
		if r.err != nil {
			up = 0
		}
		if d.readings[i].name == databaseReading {
			to <- constant(databaseUp, gauge, up)
		}
		to <- constant(collectorUp, gauge, up, d.readings[i].name)
		to <- constant(collectorTime, gauge, r.took.Seconds(), d.readings[i].name)
		for _, metric := range r.metrics {
			to <- metric
		}
	}
}

// results returns what was read a moment ago, or reads anew. Who comes meanwhile waits for it.
func (d *database) results() (results []result, age time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.read.IsZero() || time.Since(d.read) >= d.keepFor {
		d.readAll()
	}
	return append(results, d.last...), time.Since(d.read)
}

// readAll reads one group after the other in one short transaction. A failure is remembered like a success: a database that does
// not answer is not asked by every scrape.
func (d *database) readAll() {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	tx, err := d.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: beginReading})
	if err == nil {
		defer rollback(tx)
	}
	for i, r := range d.readings {
		before := d.last[i].err
		if d.last[i] = (result{err: err}); err == nil {
			d.last[i] = readOne(ctx, tx, r)
		}
		if err := d.last[i].err; err != nil && before == nil {
			d.logger.WarnContext(ctx, "numbers cannot be read from the database", "collector", r.name, "error", err)
		}
	}
	d.read = time.Now()
}

// rollback has a time limit of its own: ctx may have ended.
func rollback(tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.Background(), rollbackTimeout)
	defer cancel()
	_ = tx.Rollback(ctx) // what cannot be rolled back is closed
}

// readOne reads a group behind a savepoint: one that cannot be read takes no other with it.
func readOne(ctx context.Context, tx pgx.Tx, r reading) (got result) {
	began := time.Now()
	got.err = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) (err error) {
		got.metrics, err = r.read(ctx, tx)
		return err
	})
	got.took = time.Since(began)
	return got
}
