package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/auth"
	"placeops/sheets"
)

// downloads is a data directory with one finished drive that very many students came to, and the files of that drive.
type downloads struct {
	dataDir string
	rows    int
	files   []*download
}

// download is one of the files, and what fetching it gave.
type download struct {
	name  string
	fetch func(ctx context.Context, office office) (file []byte, err error)

	megabytes float64
	took      []float64 // milliseconds
	peak      []float64 // the highest RSS of placeops, in MB
	growth    []float64 // by how much that was more than before
}

// office is a running placeops, and its head.
type office struct {
	process *process
	client  *client
	pool    *pgxpool.Pool
	head    person
}

// measureDownload fetches each file from a process that has just been started, so none finds the memory of another's.
func measureDownload(ctx context.Context, b *bench) (section, error) {
	dir, err := b.newDir()
	if err != nil {
		return section{}, err
	}
	d := &downloads{dataDir: filepath.Join(dir, "data"), rows: b.size.downloadRows, files: []*download{
		{name: "attendance as CSV", fetch: fetch("/attendance/1/download-csv")},
		{name: "attendance as Excel", fetch: fetch("/finished-drives/1/download")},
		{name: "registrations as CSV, by a job", fetch: fetchExport},
	}}
	if err := d.open(ctx, b, func(o office) error { return d.fill(ctx, o) }); err != nil {
		return section{}, err
	}
	for range b.size.downloadRounds {
		for _, file := range d.files {
			b.startRound(ctx)
			if err := d.open(ctx, b, func(o office) error { return d.once(ctx, o, file) }); err != nil {
				return section{}, fmt.Errorf("%s: %w", file.name, err)
			}
		}
	}
	return d.section(b), nil
}

// open runs placeops while f works with it.
func (d *downloads) open(ctx context.Context, b *bench, f func(office) error) (err error) {
	var o office
	if o.process, err = b.serve(ctx, d.dataDir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.process.stop()) }()
	if o.client, o.pool, err = o.process.connect(ctx); err != nil {
		return err
	}
	defer o.pool.Close()
	if o.head, err = o.client.signIn(1, auth.Head, "Head", "head@college.example"); err != nil {
		return err
	}
	return f(o)
}

// bigDriveSQL makes drive 1, over and done, with $1 students.
const bigDriveSQL = `
WITH head AS (
    INSERT INTO users (user_id, name, email, role) VALUES (1, 'Head', 'head@college.example', 'HEAD') RETURNING user_id
), drive AS (
    INSERT INTO drives (drive_id, company_name, job_title, status, posted_by)
    SELECT 1, 'Big Ltd', 'Engineer', 'finished', user_id FROM head
    RETURNING drive_id
), people AS (
    INSERT INTO users (user_id, name, email, role)
    SELECT 1 + n, 'Student Number ' || n, 'student.' || n || '@college.example', 'STUDENT' FROM generate_series(1, $1::integer) n
    RETURNING user_id
), records AS (
    INSERT INTO students (student_id, roll_number, branch, batch_year, cgpa)
    SELECT user_id, '26CSE' || lpad(user_id::text, 7, '0'), 'Computer Science', 2026, 5 + user_id % 500 / 100.0 FROM people
    RETURNING student_id
), eligible AS (
    INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
    SELECT drive_id, student_id, true, now() FROM drive, records
    RETURNING drive_id, student_id
), registered AS (
    INSERT INTO registrations (drive_id, student_id) SELECT drive_id, student_id FROM eligible RETURNING drive_id, student_id
), marked AS (
    INSERT INTO attendance (drive_id, student_id, status, marked_by)
    SELECT drive_id, student_id, CASE student_id % 3 WHEN 0 THEN 'ABSENT' ELSE 'PRESENT' END, 1 FROM registered
    RETURNING drive_id, status
)
INSERT INTO finished_drives (drive_id, total_registered, total_present, total_absent, published_by)
SELECT drive_id, count(*), count(*) FILTER (WHERE status = 'PRESENT'), count(*) FILTER (WHERE status = 'ABSENT'), 1
FROM marked
GROUP BY drive_id`

func (d *downloads) fill(ctx context.Context, o office) error {
	if _, err := o.pool.Exec(ctx, bigDriveSQL, d.rows); err != nil {
		return err
	}
	_, err := o.pool.Exec(ctx, "VACUUM ANALYZE")
	return err
}

func fetch(path string) func(context.Context, office) ([]byte, error) {
	return func(ctx context.Context, o office) (file []byte, err error) {
		return file, o.client.get(ctx, o.head, path, &file)
	}
}

func fetchExport(ctx context.Context, o office) (file []byte, err error) {
	var accepted struct {
		JobID       int64  `json:"job_id"`
		DownloadURL string `json:"download_url"`
	}
	if err := o.client.post(ctx, o.head, "/registrations/1/export", nil, http.StatusAccepted, &accepted); err != nil {
		return nil, err
	}
	if _, err := awaitJob(ctx, o.pool, accepted.JobID, func() error { return nil }); err != nil {
		return nil, err
	}
	return file, o.client.get(ctx, o.head, accepted.DownloadURL, &file)
}

// once fetches a file. What placeops needs for any request has been there before.
func (d *downloads) once(ctx context.Context, o office, file *download) error {
	if err := o.client.get(ctx, o.head, "/finished-drives", nil); err != nil {
		return err
	}
	before, err := memoryOfProcess(o.process.pid())
	if err != nil {
		return err
	}
	if err := o.process.peakFromNow(); err != nil {
		return err
	}
	var content []byte
	took, err := timed(func() (err error) {
		content, err = file.fetch(ctx, o)
		return err
	})
	if err != nil {
		return err
	}
	var highest peak
	if err := o.process.updatePeak(&highest); err != nil {
		return err
	}
	file.megabytes = float64(len(content)) / (1 << 20)
	file.took, file.peak = append(file.took, took), append(file.peak, highest.rss)
	file.growth = append(file.growth, highest.rss-before.rss)
	return d.check(content)
}

// check counts the rows, and looks whether each student is there once.
func (d *downloads) check(content []byte) error {
	table, err := sheets.Open(bytes.NewReader(content))
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for {
		_, cells, err := table.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(err, table.Close())
		}
		seen[cells[0]] = true
	}
	if len(seen) != d.rows+1 {
		err = fmt.Errorf("wrong result: %d roll numbers instead of %d", len(seen)-1, d.rows)
	}
	return errors.Join(err, table.Close())
}

func (d *downloads) section(b *bench) section {
	s := section{
		title: fmt.Sprintf("Downloads of %d rows", d.rows),
		about: fmt.Sprintf("The files of a finished drive with %d students, fetched over HTTP on loopback from the real binary in %d rounds; the "+
			"process has just been started for each file. Time is from the request to the last byte, for the export from asking for the job. "+
			"Memory is the highest RSS of placeops' process meanwhile, and by how much it was more than before.", d.rows, b.size.downloadRounds),
		columns: []string{"", "Median", "Spread"},
	}
	for _, file := range d.files {
		growth := newSeries(file.growth)
		s.rows = append(s.rows,
			[]string{fmt.Sprintf("**%s, %s MB**", file.name, figure(file.megabytes)), "", ""},
			spread("time, ms", newSeries(file.took)),
			spread("highest RSS of placeops, MB", newSeries(file.peak)),
			spread("– more than before, MB", growth))
		s.goals = append(s.goals, goal{"Download, " + file.name + ": more memory", growth.max(), 100, "MB"})
	}
	return s
}
