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
	// shownPieces: the progress is shown after the first piece, each so many later (tens of milliseconds), and the last. Each time
	// is a commit.
	shownPieces = 25
)

// registrationsCSV is the table of a drive's registrations, read from the database while it is read from.
type registrationsCSV struct {
	next func() ([]byte, error, bool)
	stop func()
	show func(done int32)

	piece []byte // what is left of it
	rows  int32  // that have been handed on
	ended bool
}

// newRegistrationsCSV calls show with the number of rows that have been handed on, now and then. The context must live as long as the
// table is read; close it at the end.
func newRegistrationsCSV(ctx context.Context, db store.DBTX, driveID int64, zone *time.Location, show func(done int32)) *registrationsCSV {
	r := &registrationsCSV{show: show}
	r.next, r.stop = iter.Pull2(r.pieces(store.RegistrationSheet(ctx, db, driveID), zone))
	return r
}

func (r *registrationsCSV) close() { r.stop() }

// Read fetches the next piece when everything before it has been read.
func (r *registrationsCSV) Read(p []byte) (int, error) {
	for len(r.piece) == 0 {
		if r.ended || r.rows%(shownPieces*exportPiece) == exportPiece {
			r.show(r.rows)
		}
		if r.ended {
			return 0, io.EOF
		}
		piece, err, more := r.next()
		if err != nil {
			return 0, err
		}
		r.piece, r.ended = piece, !more
	}
	n := copy(p, r.piece)
	r.piece = r.piece[n:]
	return n, nil
}

// pieces yields the text of so many rows at once, and at the end the rest; each is valid until the next one.
func (r *registrationsCSV) pieces(students iter.Seq2[store.RegisteredStudent, error], zone *time.Location) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var text bytes.Buffer
		csv := sheets.NewCSVWriter(&text)
		handOn := func() bool {
			err := csv.Flush()
			more := yield(text.Bytes(), err) && err == nil
			text.Reset()
			return more
		}
		_ = csv.Write("roll_number", "name", "email", "branch", "batch_year", "cgpa", "registered_at") // the error stays for Flush
		for student, err := range students {
			if err != nil {
				yield(nil, err)
				return
			}
			_ = csv.Write(registrationCells(student, zone)...)
			if r.rows++; r.rows%exportPiece == 0 && !handOn() {
				return
			}
		}
		handOn()
	}
}

func registrationCells(s store.RegisteredStudent, zone *time.Location) []string {
	cells := []string{s.RollNumber, s.Name, s.Email, "", "", "", s.RegisteredAt.In(zone).Format(time.RFC3339)}
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
