package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"placeops/jobs"
	"placeops/postgres"
	"placeops/store"
)

const benchStudents = 50_000

// BenchmarkImport50k imports a sheet of 50,000 students with all columns, as a job, on the bundled PostgreSQL as durable as
// serve runs it: into an empty database, again without any change, and with one mark of everybody changed. Beside the
// first it measures the bare COPY of the same rows into the same two tables, with their indexes and constraints.
func BenchmarkImport50k(b *testing.B) {
	database := durableDatabases(b)
	sheet, changed := benchSheet("8.25"), benchSheet("8.5")
	var created, unchanged, updated, bare time.Duration
	memory := watchMemory(b)
	for b.Loop() {
		b.StopTimer()
		o := importOfficeOn(b, database())
		b.StartTimer()
		created += o.timed(sheet, jobs.ImportResult{Created: benchStudents})
		unchanged += o.timed(sheet, jobs.ImportResult{Unchanged: benchStudents})
		updated += o.timed(changed, jobs.ImportResult{Updated: benchStudents})
		b.StopTimer()
		memory.pause(func() { bare += bareCopy(b, o.pool, database()) })
		b.StartTimer()
	}
	perImport := func(total time.Duration) float64 { return total.Seconds() / float64(b.N) }
	b.ReportMetric(perImport(created), "s/new")
	b.ReportMetric(perImport(unchanged), "s/unchanged")
	b.ReportMetric(perImport(updated), "s/updated")
	b.ReportMetric(perImport(bare), "s/COPY")
	b.ReportMetric(created.Seconds()/bare.Seconds(), "×COPY")
	b.ReportMetric(memory.stop(), "peak-heap-MB")
}

func benchSheet(cgpa string) string {
	var sheet strings.Builder
	sheet.WriteString(wholeHeader + "\n")
	for n := range benchStudents {
		_, _ = fmt.Fprintf(&sheet, "27CSE%05d,Student Number %d,27cse%05d@campus.example,%d,Computer Science,2027,%s,%d.5,%d.25,,%d,%d,F,0\n",
			n, n, n, 9_000_000_000+n, cgpa, 40+n%60, 40+n%59, n%3, n%5)
	}
	return sheet.String()
}

// durableDatabases starts a server and returns a function that makes a fresh database with the whole schema.
func durableDatabases(b *testing.B) func() *pgxpool.Pool {
	b.Helper()
	dir, err := os.MkdirTemp("", "placeops-bench-") //nolint:usetesting // PostgreSQL runs as another user, who cannot pass b.TempDir
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, os.RemoveAll(dir)) })
	require.NoError(b, os.Chmod(dir, 0o755))
	server, err := postgres.Start(b.Context(), postgres.Config{Dir: filepath.Join(dir, "data"), Durable: true})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, server.Stop(context.WithoutCancel(b.Context()))) })
	template := benchPool(b, server.URL())
	schema, err := jobs.NewSchema(template, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	_, err = store.NewMigrator(template, schema).Up(b.Context())
	require.NoError(b, err)
	template.Close()
	admin := benchPool(b, strings.Replace(server.URL(), "/placeops?", "/postgres?", 1))
	databases := 0
	return func() *pgxpool.Pool {
		databases++
		name := fmt.Sprintf("bench_%d", databases)
		_, err := admin.Exec(b.Context(), "CREATE DATABASE "+name+" TEMPLATE placeops")
		require.NoError(b, err)
		return benchPool(b, strings.Replace(server.URL(), "/placeops?", "/"+name+"?", 1))
	}
}

func benchPool(b *testing.B, url string) *pgxpool.Pool {
	b.Helper()
	pool, err := store.OpenPool(b.Context(), url, store.PoolOptions{MaxConns: 20})
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	return pool
}

// timed imports a sheet and returns how long its job took, from being inserted to being completed.
func (o *importOffice) timed(sheet string, want jobs.ImportResult) time.Duration {
	o.t.Helper()
	job := o.upload(sheet, false)
	start := time.Now()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for row := new(rivertype.JobRow); row.FinalizedAt == nil; <-ticker.C {
		var err error
		row, err = o.queue.JobGet(o.t.Context(), job)
		require.NoError(o.t, err)
	}
	took := time.Since(start)
	result := o.result(job)
	require.Equal(o.t, [3]int64{want.Created, want.Updated, want.Unchanged}, [3]int64{result.Created, result.Updated, result.Unchanged})
	return took
}

// bareCopy moves the students of one database to another with COPY, and returns how long the writing took.
func bareCopy(b *testing.B, from, to *pgxpool.Pool) time.Duration {
	b.Helper()
	ctx := b.Context()
	rows := map[string]*bytes.Buffer{"users": {}, "students": {}, "student_imports": {}}
	source, err := from.Acquire(ctx)
	require.NoError(b, err)
	defer source.Release()
	for table, data := range rows {
		_, err := source.Conn().PgConn().CopyTo(ctx, data, "COPY "+table+" TO STDOUT")
		require.NoError(b, err)
	}
	head, others, _ := bytes.Cut(rows["users"].Bytes(), []byte("\n")) // the head comes first: students refer to an import, that to the head
	copyInto := func(tx pgx.Tx, table string, data []byte) {
		_, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(data), "COPY "+table+" FROM STDIN")
		require.NoError(b, err)
	}
	require.NoError(b, store.InTx(ctx, to, func(tx pgx.Tx) error {
		copyInto(tx, "users", append(bytes.Clone(head), '\n'))
		copyInto(tx, "student_imports", rows["student_imports"].Bytes())
		return nil
	}))
	start := time.Now()
	require.NoError(b, store.InTx(ctx, to, func(tx pgx.Tx) error {
		copyInto(tx, "users", others)
		copyInto(tx, "students", rows["students"].Bytes())
		return nil
	}))
	return time.Since(start)
}

// memoryWatch looks at the heap every few milliseconds.
type memoryWatch struct {
	mu   sync.Mutex
	base uint64
	peak uint64
	end  chan struct{}
}

func watchMemory(b *testing.B) *memoryWatch {
	b.Helper()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	w := &memoryWatch{base: stats.HeapAlloc, end: make(chan struct{})}
	go func() {
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-w.end:
				return
			case <-ticker.C:
				w.look()
			}
		}
	}()
	return w
}

func (w *memoryWatch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	w.peak = max(w.peak, stats.HeapAlloc)
}

// pause leaves out what f needs.
func (w *memoryWatch) pause(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
	runtime.GC()
}

// stop returns the largest heap, in MB above what there was at the start.
func (w *memoryWatch) stop() float64 {
	close(w.end)
	w.mu.Lock()
	defer w.mu.Unlock()
	return float64(w.peak-w.base) / (1 << 20)
}
