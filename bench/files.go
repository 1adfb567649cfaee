package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"placeops/auth"
)

type filesSize struct {
	rows    int
	seconds float64 // of each measurement
}

// The rows of the files, in the order that they have there.
const (
	attendanceRowsSQL = `
SELECT s.roll_number, u.name, u.email, s.branch, s.batch_year, a.status
FROM registrations r
JOIN students s USING (student_id)
JOIN users u ON u.user_id = r.student_id
LEFT JOIN attendance a ON a.drive_id = r.drive_id AND a.student_id = r.student_id
WHERE r.drive_id = %d
ORDER BY upper(s.roll_number)`
	registrationRowsSQL = `
SELECT s.roll_number, u.name, u.email, s.branch, s.batch_year, s.cgpa, r.registered_at
FROM registrations r
JOIN students s USING (student_id)
JOIN users u ON u.user_id = r.student_id
WHERE r.drive_id = %d
ORDER BY r.registration_id`
)

// driveFiles are the ones that placeops makes of a large drive.
type driveFiles struct {
	c     *college
	size  filesSize
	head  person
	drive int64

	download, attendanceCopy figures
	export, exportCopy       []float64 // milliseconds
	excel                    []float64
	csvPeak, excelPeak       peak
	csvBytes, excelBytes     int64
}

// measureFiles compares the CSV files of a drive with COPY of the same rows.
func measureFiles(ctx context.Context, b *bench) (_ section, err error) {
	c, err := b.openCollege(ctx, 1, noAutovacuum())
	if err != nil {
		return section{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	f := &driveFiles{c: c, size: b.size.files}
	if err := f.prepare(ctx); err != nil {
		return section{}, err
	}
	if err := f.compareAll(ctx); err != nil {
		return section{}, err
	}
	err = b.takeTurns(ctx, b.size.rounds, f.downloadCSV, f.copyAttendance, f.exportJob, f.copyRegistrations, f.downloadExcel)
	if err != nil {
		return section{}, err
	}
	return f.section(b), nil
}

// prepare lets everybody register for a drive and come to it, or not.
func (f *driveFiles) prepare(ctx context.Context) error {
	c := f.c
	if err := c.addStudents(ctx, f.size.rows); err != nil {
		return err
	}
	var err error
	if f.head, err = c.client.newPerson(ctx, c.pool, auth.Head); err != nil {
		return err
	}
	if f.drive, err = c.driveOfAll(ctx, f.head); err != nil {
		return err
	}
	if err := c.client.post(ctx, f.head, fmt.Sprintf("/drives/%d/stop-registrations", f.drive), nil, 200, nil); err != nil {
		return err
	}
	_, err = c.pool.Exec(ctx, `
INSERT INTO attendance (drive_id, student_id, status, marked_by)
SELECT drive_id, student_id, CASE WHEN student_id % 5 = 0 THEN 'ABSENT' ELSE 'PRESENT' END, $2
FROM registrations
WHERE drive_id = $1`, f.drive, f.head.id)
	if err != nil {
		return err
	}
	if err := c.client.post(ctx, f.head, fmt.Sprintf("/attendance/%d/publish", f.drive), nil, 200, nil); err != nil {
		return err
	}
	return c.settle(ctx)
}

func (f *driveFiles) compareAll(ctx context.Context) error {
	export, _, err := f.exported(ctx)
	if err != nil {
		return err
	}
	return errors.Join(
		f.compare(ctx, fmt.Sprintf("/api/attendance/%d/download-csv", f.drive), attendanceRowsSQL, 6),
		f.compare(ctx, export, registrationRowsSQL, 5)) // marks and moments are written in another way
}

// compare checks the first columns of a CSV file against COPY, cell by cell.
func (f *driveFiles) compare(ctx context.Context, path, rowsSQL string, columns int) error {
	var told []byte
	if err := f.c.client.get(ctx, f.head, path, &told); err != nil {
		return err
	}
	conn, err := f.c.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	var is bytes.Buffer
	if _, err := conn.Conn().PgConn().CopyTo(ctx, &is, f.copySQL(rowsSQL)); err != nil {
		return err
	}
	toldRows, isRows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(told, []byte("\ufeff")))), csv.NewReader(&is)
	for n := 0; ; n++ {
		toldRow, toldErr := toldRows.Read()
		isRow, isErr := isRows.Read()
		switch {
		case errors.Is(toldErr, io.EOF) && errors.Is(isErr, io.EOF) && n == f.size.rows+1:
			return nil
		case toldErr != nil || isErr != nil:
			return errors.Join(fmt.Errorf("wrong result: %s of %d rows ends after %d", path, f.size.rows, n), toldErr, isErr)
		}
		for i := range columns {
			if toldRow[i] != isRow[i] {
				return fmt.Errorf("wrong result: line %d of %s says %q instead of %q", n+1, path, toldRow, isRow)
			}
		}
	}
}

func (f *driveFiles) copySQL(rowsSQL string) string {
	return "COPY (" + fmt.Sprintf(rowsSQL, f.drive) + ") TO STDOUT (FORMAT csv, HEADER)"
}
