package main

import (
	"context"
	"fmt"
)

// downloadCSV reads the attendance again and again on one connection.
func (f *driveFiles) downloadCSV(ctx context.Context, counts bool) error {
	result, err := f.read(ctx, fmt.Sprintf("/api/attendance/%d/download-csv", f.drive), f.size.seconds, &f.csvPeak)
	if err != nil {
		return err
	}
	f.csvBytes = result.Bytes / int64(result.Requests)
	f.download.add(result, counts)
	return nil
}

// downloadExcel reads a workbook once: there is no limit to compare it with, that has its own scenario.
func (f *driveFiles) downloadExcel(ctx context.Context, counts bool) error {
	result, err := f.read(ctx, fmt.Sprintf("/api/finished-drives/%d/download", f.drive), 0, &f.excelPeak)
	if err != nil {
		return err
	}
	f.excelBytes = result.Bytes
	into(&f.excel, result.Latency.P50, counts)
	return nil
}

// read also looks at placeops' memory.
func (f *driveFiles) read(ctx context.Context, path string, seconds float64, so *peak) (loadResult, error) {
	placeops := f.c.placeops[0]
	if err := placeops.peakFromNow(); err != nil {
		return loadResult{}, err
	}
	result, err := inChild[load, loadResult](ctx, "load", load{
		Connections: 1, Seconds: seconds, WarmUp: seconds / 4, Watch: f.c.watched(),
		HTTP: &httpWork{Addresses: f.c.addresses(), People: []string{f.head.token}, Scripts: [][]call{{{Method: "GET", Path: path}}}},
	})
	if err != nil {
		return result, err
	}
	if err := result.allAnswered(); err != nil {
		return result, err
	}
	return result, placeops.updatePeak(so)
}

func (f *driveFiles) copyAttendance(ctx context.Context, counts bool) error {
	result, err := f.copy(ctx, attendanceRowsSQL)
	f.attendanceCopy.add(result, counts)
	return err
}

func (f *driveFiles) copyRegistrations(ctx context.Context, counts bool) error {
	result, err := f.copy(ctx, registrationRowsSQL)
	into(&f.exportCopy, result.Latency.P50, counts)
	return err
}

func (f *driveFiles) copy(ctx context.Context, rowsSQL string) (loadResult, error) {
	result, err := inChild[load, loadResult](ctx, "load", load{
		Connections: 1, Seconds: f.size.seconds, WarmUp: f.size.seconds / 4, Watch: f.c.watched(),
		SQL: &sqlWork{URL: f.c.url, Statement: f.copySQL(rowsSQL), Args: [][]int64{nil}, Copy: true},
	})
	if err == nil && result.Statuses[f.size.rows] != result.Requests {
		err = fmt.Errorf("wrong result: COPY of %d rows: %v", f.size.rows, result.Statuses)
	}
	return result, err
}

// exportJob measures the job that writes the registrations into a file.
func (f *driveFiles) exportJob(ctx context.Context, counts bool) error {
	_, took, err := f.exported(ctx)
	into(&f.export, took, counts)
	return err
}

// exported makes an export and returns where it is, and how long its job ran.
func (f *driveFiles) exported(ctx context.Context) (path string, took float64, err error) {
	var accepted struct {
		JobID int64  `json:"job_id"`
		URL   string `json:"download_url"`
	}
	if err := f.c.client.post(ctx, f.head, fmt.Sprintf("/api/registrations/%d/export", f.drive), nil, 202, &accepted); err != nil {
		return "", 0, err
	}
	run, err := awaitJob(ctx, f.c.pool, accepted.JobID, func() error { return nil })
	return accepted.URL, milliseconds(run), err
}

func (f *driveFiles) section(b *bench) section {
	download, export := ratios(f.download.p50, f.attendanceCopy.p50), ratios(f.export, f.exportCopy)
	return section{
		title: fmt.Sprintf("Files of %d rows", f.size.rows),
		about: fmt.Sprintf("A drive with %d registrations, all marked. `GET /api/attendance/:id/download-csv` (%.1f MB), again and again on one "+
			"connection for %g s in each of %d rounds, and the job of `POST /api/registrations/:id/export`, from the moment at which the queue "+
			"takes it until another connection sees it completed. The limits are `COPY (…) TO STDOUT (FORMAT csv)` of the same rows, columns "+
			"and order through pgx. Checked: all rows of both files, cell by cell (marks and moments, which are written in another way, excepted). Cores used: %s (download); %s (`COPY`). "+
			"For information, the same drive as an Excel workbook (%.1f MB).",
			f.size.rows, float64(f.csvBytes)/(1<<20), f.size.seconds, b.size.rounds, f.download.coresText("placeops", "PostgreSQL"),
			f.attendanceCopy.coresText("PostgreSQL"), float64(f.excelBytes)/(1<<20)),
		columns: []string{"", "Median", "Spread"},
		rows: [][]string{
			spread("download of the attendance, ms", newSeries(f.download.p50)),
			spread("`COPY` of its rows, ms", newSeries(f.attendanceCopy.p50)),
			spread("download ÷ `COPY`", download),
			{"– highest RSS of placeops, MB", figure(f.csvPeak.rss), ""},
			spread("job of an export, ms", newSeries(f.export)),
			spread("`COPY` of its rows, ms", newSeries(f.exportCopy)),
			spread("job ÷ `COPY`", export),
			spread("download of a workbook, ms", newSeries(f.excel)),
			{"– highest RSS of placeops, MB", figure(f.excelPeak.rss), ""},
		},
		goals: []goal{
			atMost(fmt.Sprintf("CSV of %d rows: download ÷ `COPY`", f.size.rows), download.median(), 1.5, "×"),
			atMost(fmt.Sprintf("CSV of %d rows: export job ÷ `COPY`", f.size.rows), export.median(), 1.5, "×"),
		},
	}
}
