package jobs

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"time"

	"placeops/sheets"
	"placeops/store"
)

// exportPage is how many registrations are in memory at a time.
const exportPage = 1000

// registrationsCSV is the table of a drive's registrations, read from the database while it is read from.
type registrationsCSV struct {
	page func(afterID int64) ([]store.RegisteredStudent, error)
	show func(done int32)
	zone *time.Location

	text  bytes.Buffer
	csv   *sheets.CSVWriter
	after int64
	rows  int32
	ended bool
}

// newRegistrationsCSV calls show with the number of rows written, after each page. The context must live as long as the
// table is read.
func newRegistrationsCSV(ctx context.Context, db store.DBTX, driveID int64, zone *time.Location, show func(done int32)) *registrationsCSV {
	return &registrationsCSV{show: show, zone: zone, page: func(afterID int64) ([]store.RegisteredStudent, error) {
		return store.RegistrationsOfDrive(ctx, db, driveID, afterID, exportPage)
	}}
}

// Read fetches the next page when everything before it has been read.
func (r *registrationsCSV) Read(p []byte) (int, error) {
	for r.text.Len() == 0 {
		if r.ended {
			return 0, io.EOF
		}
		if err := r.writePage(); err != nil {
			return 0, err
		}
	}
	return r.text.Read(p)
}

func (r *registrationsCSV) writePage() error {
	if r.csv == nil {
		r.csv = sheets.NewCSVWriter(&r.text)
		if err := r.csv.Write("roll_number", "name", "email", "branch", "batch_year", "cgpa", "registered_at"); err != nil {
			return err
		}
	}
	students, err := r.page(r.after)
	if err != nil {
		return err
	}
	for _, student := range students {
		if err := r.csv.Write(r.cells(student)...); err != nil {
			return err
		}
		r.after = student.RegistrationID
	}
	r.rows += int32(len(students)) //nolint:gosec // at most a page
	r.ended = len(students) < exportPage
	r.show(r.rows)
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
