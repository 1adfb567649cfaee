package jobs

import (
	"bytes"
	"context"
	"io"
	"iter"
	"strconv"
	"time"

	"placeops/sheets"
	"placeops/store"
)

const (
	// exportPiece is how many registrations are put together before they are handed on.
	exportPiece = 1000
	// shownPieces: the progress is shown after the first piece, each so many later, and the last. Each time is a commit.
	shownPieces = 10
)

// registrationsCSV is the table of a drive's registrations, read from the database while it is read from.
type registrationsCSV struct {
	next func() (store.RegisteredStudent, error, bool)
	stop func()
	show func(done int32)
	zone *time.Location

	text  bytes.Buffer
	csv   *sheets.CSVWriter
	rows  int32
	ended bool
}

// newRegistrationsCSV calls show with the number of rows that have been handed on, now and then. The context must live as long as the
// table is read; close it at the end.
func newRegistrationsCSV(ctx context.Context, db store.DBTX, driveID int64, zone *time.Location, show func(done int32)) *registrationsCSV {
	r := &registrationsCSV{show: show, zone: zone}
	r.next, r.stop = iter.Pull2(store.RegistrationSheet(ctx, db, driveID))
	return r
}

func (r *registrationsCSV) close() { r.stop() }

// Read fetches the next piece when everything before it has been read.
func (r *registrationsCSV) Read(p []byte) (int, error) {
	for r.text.Len() == 0 {
		if r.ended || r.rows%(shownPieces*exportPiece) == exportPiece {
			r.show(r.rows)
		}
		if r.ended {
			return 0, io.EOF
		}
		if err := r.writePiece(); err != nil {
			return 0, err
		}
	}
	return r.text.Read(p)
}

func (r *registrationsCSV) writePiece() error {
	if r.csv == nil {
		r.csv = sheets.NewCSVWriter(&r.text)
		if err := r.csv.Write("roll_number", "name", "email", "branch", "batch_year", "cgpa", "registered_at"); err != nil {
			return err
		}
	}
	for range exportPiece {
		student, err, some := r.next()
		if err != nil {
			return err
		}
		if !some {
			r.ended = true
			break
		}
		if err := r.csv.Write(r.cells(student)...); err != nil {
			return err
		}
		r.rows++
	}
	return r.csv.Flush()
}

func (r *registrationsCSV) cells(s store.RegisteredStudent) []string {
	cells := []string{s.RollNumber, s.Name, s.Email, "", "", "", s.RegisteredAt.In(r.zone).Format(time.RFC3339)}
	if s.Branch != nil {
		cells[3] = *s.Branch
	}
	if s.BatchYear != nil {
		cells[4] = strconv.Itoa(int(*s.BatchYear))
	}
	if s.CGPA != nil {
		cells[5] = s.CGPA.String()
	}
	return cells
}
