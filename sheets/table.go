package sheets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of one file. They are far above any real list; they keep a hostile file from filling the memory.
const (
	// MaxRows is how many rows with content a sheet may have below its headings.
	MaxRows = 500_000
	// MaxColumns is how many cells a row may have.
	MaxColumns = 1_000
	// MaxCellBytes is how long the text of one cell may be, in bytes.
	MaxCellBytes = 32_767

	// maxRecordBytes bounds what is read for one CSV record or one piece of XML.
	maxRecordBytes = 1 << 20
	// sampleBytes is how much of a file is looked at to tell what it is.
	sampleBytes = 64 << 10
)

// Source is a file to read: an *os.File, a multipart.File or a *bytes.Reader.
type Source interface {
	io.ReaderAt
	io.Seeker
}

// Table is a sheet, read row by row. Rows without any text are left out.
type Table interface {
	// Next returns the next row and the line (counted from 1) on which it starts in the file; io.EOF at the end.
	// The cells may be overwritten by the next call. Errors are a FileError or those of the source.
	Next() (line int, cells []string, err error)
	// Close frees what the table holds. It does not close the source.
	Close() error
}

// Open recognises CSV and Excel (.xlsx) by their content and returns the table in it; of a workbook, its first
// visible sheet. What is neither is a FileError. The source must stay open until the table is closed.
func Open(source Source) (Table, error) {
	size, err := source.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("size of the file: %w", err)
	}
	sample := make([]byte, min(size, sampleBytes))
	if _, err := source.ReadAt(sample, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	switch {
	case bytes.HasPrefix(sample, []byte("PK\x03\x04")):
		return openXLSX(source, size)
	case bytes.HasPrefix(sample, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return nil, ErrProtected
	}
	return openCSV(source, size, sample)
}

// checkRow bounds a row. Nothing else in this package looks at a row that has not passed it.
func checkRow(line int, cells []string) error {
	if len(cells) > MaxColumns {
		return fileError(ErrTooLarge, "Line %d has more than %d columns. Remove the columns that are not needed.", line, MaxColumns)
	}
	for i, cell := range cells {
		if len(cell) > MaxCellBytes {
			return cellTooLong(line, i)
		}
		if strings.IndexByte(cell, 0) >= 0 {
			return ErrNotATable
		}
	}
	return nil
}

// cellTooLong names the cell by its column's number, which is all that is known of it here.
func cellTooLong(line, index int) error {
	return fileError(ErrTooLarge, "The cell in line %d, column %d is longer than %d bytes. Shorten it.", line, index+1, MaxCellBytes)
}

// isBlank tells whether no cell holds any text.
func isBlank(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}
