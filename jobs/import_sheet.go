package jobs

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/sheets"
	"placeops/store"
)

const (
	// shownFaults is how many of a file's faults are listed; the others are only counted.
	shownFaults = 1000
	// progressEvery keeps the commits that show progress rare beside the import itself.
	progressEvery = 250 * time.Millisecond
)

// studentSheet reads a file of students into the database and collects all that is wrong with it.
type studentSheet struct {
	progress   func(rows int64)
	reader     *sheets.StudentReader
	rows       int64
	faults     []sheets.CellError // the first of the reader's, then the first of the database's
	faultCount int64
}

// copyInto copies the rows in which the reader finds no fault, and reads on to the end of the file whatever it finds.
func (s *studentSheet) copyInto(ctx context.Context, tx pgx.Tx, file sheets.Source) error {
	table, err := sheets.Open(file)
	if err != nil {
		return s.noteFileError(err)
	}
	defer func() { _ = table.Close() }()
	if s.reader, err = sheets.NewStudentReader(table); err != nil {
		return s.noteFileError(err)
	}
	shown := time.Now()
	err = store.CopySheetStudents(ctx, tx, func() (store.SheetStudent, error) {
		for {
			student, faults, err := s.reader.Next()
			if err != nil {
				return store.SheetStudent{}, cmp.Or(s.noteFileError(err), io.EOF)
			}
			s.rows++
			if time.Since(shown) > progressEvery {
				s.progress(s.rows)
				shown = time.Now()
			}
			if len(faults) == 0 {
				return sheetStudentOf(student), nil
			}
			s.note(int64(len(faults)), faults)
		}
	})
	s.progress(s.rows)
	return err
}

// noteFileError makes a fault of an error that is the file's own. An error of the machine is returned.
func (s *studentSheet) noteFileError(err error) error {
	var fileError *sheets.FileError
	if errors.As(err, &fileError) {
		s.note(1, []sheets.CellError{{Message: fileError.Message}})
		return nil
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// addDatabaseFaults plans the import and adds what is wrong with it. A file that could not even be begun has no plan.
func (s *studentSheet) addDatabaseFaults(ctx context.Context, tx pgx.Tx) error {
	if s.reader == nil {
		return nil
	}
	if err := store.PlanStudentImport(ctx, tx, s.reader.Columns()); err != nil {
		return err
	}
	found, err := store.StudentImportFaults(ctx, tx, shownFaults)
	if err != nil || len(found) == 0 {
		return err
	}
	faults := make([]sheets.CellError, len(found))
	for i, f := range found {
		faults[i] = sheets.CellError{Line: int(f.Line), Column: f.ColumnName, Value: f.Value, Message: f.Message}
	}
	s.faultCount += found[0].Total
	s.faults = append(s.faults, faults...)
	return nil
}

// note keeps the first faults and counts them all.
func (s *studentSheet) note(count int64, faults []sheets.CellError) {
	s.faultCount += count
	s.faults = append(s.faults, faults[:min(len(faults), shownFaults-len(s.faults))]...)
}

// firstFaults lists what is shown of the faults, line by line.
func (s *studentSheet) firstFaults() []sheets.CellError {
	slices.SortStableFunc(s.faults, func(a, b sheets.CellError) int { return cmp.Compare(a.Line, b.Line) })
	first := make([]sheets.CellError, 0, min(len(s.faults), shownFaults))
	return append(first, s.faults[:min(len(s.faults), shownFaults)]...)
}

func sheetStudentOf(s sheets.Student) store.SheetStudent {
	return store.SheetStudent{
		Line: int32(s.Line), RollNumber: s.RollNumber, Name: optional(s.Name), Email: optional(s.Email), Phone: s.Phone, //nolint:gosec // a file has no more lines
		Branch: s.Branch, BatchYear: int32Of(s.BatchYear), CGPA: s.CGPA, TenthPercent: s.Tenth, TwelfthPercent: s.Twelfth,
		DiplomaPercent: s.Diploma, ActiveBacklogs: int32Of(s.ActiveBacklogs), ClearedBacklogs: int32Of(s.ClearedBacklogs),
		Gender: s.Gender, GapYears: int32Of(s.GapYears),
	}
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func int32Of(n *int) *int32 {
	if n == nil {
		return nil
	}
	return new(int32(*n)) //nolint:gosec // the reader allows no number that large
}
