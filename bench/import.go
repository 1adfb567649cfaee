package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/auth"
	"placeops/postgres"
	"placeops/store"
)

// imports is a real placeops process that imports the same sheet again and again, and what that gave.
type imports struct {
	process *process
	client  *client
	pool    *pgxpool.Pool // on the process's own database
	sheet   []byte
	rows    int64

	job, bare []float64 // milliseconds
	peak      peak
}

// measureImport compares the import job with COPY of the rows that it wrote, into tables of the same shape.
func measureImport(ctx context.Context, b *bench) (_ section, err error) {
	dir, err := b.newDir()
	if err != nil {
		return section{}, err
	}
	m := &imports{rows: int64(b.size.importRows)}
	if m.sheet, err = studentSheet(b.size.importRows); err != nil {
		return section{}, err
	}
	if m.process, err = b.serve(ctx, filepath.Join(dir, "data")); err != nil {
		return section{}, err
	}
	defer func() { err = errors.Join(err, m.process.stop()) }()
	if err := m.connect(ctx); err != nil {
		return section{}, err
	}
	defer m.pool.Close()
	if err := b.takeTurns(ctx, b.size.rounds, m.once); err != nil {
		return section{}, err
	}
	return m.section(b), nil
}

func (m *imports) connect(ctx context.Context) error {
	tokens, err := auth.NewTokens([]byte(secret))
	if err != nil {
		return err
	}
	m.client = newClient(m.process.url, tokens)
	url, _, err := postgres.Open(ctx, postgres.Config{Dir: m.process.dataDir}) // of the serve that runs there
	if err != nil {
		return err
	}
	if m.pool, err = store.OpenPool(ctx, url, store.PoolOptions{MaxConns: 4}); err != nil {
		return err
	}
	// The shape of the real tables, with the same indexes, checks and foreign keys.
	return execAll(ctx, m.pool,
		"ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()",
		"CREATE TABLE bench_users (LIKE users INCLUDING ALL, FOREIGN KEY (import_id) REFERENCES student_imports (import_id))",
		"CREATE TABLE bench_students (LIKE students INCLUDING ALL, FOREIGN KEY (student_id) REFERENCES bench_users (user_id))")
}

// once imports into an empty database, then copies the rows. A checkpoint before each makes the cost of the first change
// to each page the same.
func (m *imports) once(ctx context.Context, counts bool) error {
	if err := execAll(ctx, m.pool, "TRUNCATE users CASCADE", "VACUUM ANALYZE", "CHECKPOINT"); err != nil {
		return err
	}
	head, err := m.client.newPerson(ctx, m.pool, auth.Head)
	if err != nil {
		return err
	}
	job, err := m.importSheet(ctx, head)
	if err != nil {
		return err
	}
	bare, err := m.copyRows(ctx)
	if err != nil {
		return err
	}
	into(&m.job, job, counts)
	into(&m.bare, bare, counts)
	return nil
}

// importSheet uploads the sheet and measures its job, and the memory of placeops from the upload to the job's end.
func (m *imports) importSheet(ctx context.Context, head person) (float64, error) {
	if err := m.process.peakFromNow(); err != nil {
		return 0, err
	}
	var accepted struct {
		JobID int64 `json:"job_id"`
	}
	if err := m.client.upload(ctx, head, "/students/import", "students.csv", m.sheet, http.StatusAccepted, &accepted); err != nil {
		return 0, err
	}
	run, err := awaitJob(ctx, m.pool, accepted.JobID, func() error { return m.process.updatePeak(&m.peak) })
	if err != nil {
		return 0, err
	}
	var job struct {
		Result struct {
			OK            bool
			Rows, Created int64
		}
	}
	if err := m.client.get(ctx, head, fmt.Sprintf("/jobs/%d", accepted.JobID), &job); err != nil {
		return 0, err
	}
	if !job.Result.OK || job.Result.Rows != m.rows || job.Result.Created != m.rows {
		return 0, fmt.Errorf("wrong result: the import of %d rows says %+v", m.rows, job.Result)
	}
	return milliseconds(run), errors.Join(
		mustCount(ctx, m.pool, m.rows, "SELECT count(*) FROM users WHERE role = 'STUDENT'"),
		mustCount(ctx, m.pool, m.rows, "SELECT count(*) FROM students WHERE cgpa IS NOT NULL AND twelfth_percent IS NOT NULL"))
}

// copyRows measures COPY of what the import wrote, both tables in one transaction.
func (m *imports) copyRows(ctx context.Context) (float64, error) {
	conn, err := m.pool.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	raw := conn.Conn().PgConn()
	var users, students bytes.Buffer
	if _, err := raw.CopyTo(ctx, &users, "COPY (SELECT * FROM users WHERE role = 'STUDENT' ORDER BY user_id) TO STDOUT"); err != nil {
		return 0, err
	}
	if _, err := raw.CopyTo(ctx, &students, "COPY (SELECT * FROM students ORDER BY student_id) TO STDOUT"); err != nil {
		return 0, err
	}
	if _, err := conn.Exec(ctx, "CHECKPOINT"); err != nil {
		return 0, err
	}
	took, err := timed(func() error {
		return store.InTx(ctx, conn, func(pgx.Tx) error {
			if _, err := raw.CopyFrom(ctx, &users, "COPY bench_users FROM STDIN"); err != nil {
				return err
			}
			_, err := raw.CopyFrom(ctx, &students, "COPY bench_students FROM STDIN")
			return err
		})
	})
	if err != nil {
		return 0, err
	}
	return took, mustCount(ctx, m.pool, m.rows, "SELECT count(*) FROM bench_users JOIN bench_students ON student_id = user_id")
}

func (m *imports) section(b *bench) section {
	ratio := ratios(m.job, m.bare)
	return section{
		title: fmt.Sprintf("Import of %d rows", b.size.importRows),
		about: fmt.Sprintf("A CSV file of %.1f MB with 11 columns, all students new, in %d rounds into an empty database: the `import-students` "+
			"job of `POST /students/import` in the real binary, from the moment at which the queue takes it until another connection sees it "+
			"completed. The limit is `COPY` of exactly the rows that it wrote, users and students in one transaction, into tables with the same "+
			"indexes, checks and foreign keys. Memory is the highest of placeops' process, from the upload to the job's end.",
			float64(len(m.sheet))/(1<<20), b.size.rounds),
		columns: []string{"", "Median", "Spread"},
		rows: [][]string{
			spread("job, ms", newSeries(m.job)),
			spread("bare `COPY`, ms", newSeries(m.bare)),
			spread("job ÷ bare", ratio),
			{"highest RSS of placeops, MB", figure(m.peak.rss), ""},
			{"– without the pages of its program file, MB", figure(m.peak.anon), ""},
		},
		goals: []goal{
			atMost("Import: job ÷ bare `COPY`", ratio.median(), 3, "×"),
			atMost("Import: highest RSS of placeops", m.peak.rss, 150, "MB"),
		},
	}
}
