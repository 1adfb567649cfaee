package sheets

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
)

// csvTable reads records as RFC 4180 has them.
type csvTable struct {
	reader *csv.Reader
	guard  *guard
	// skipped is how many lines stood above what reader sees.
	skipped int
	// line is where the last record began.
	line int
}

// openCSV takes any text for CSV that has no sign of being something else.
func openCSV(source io.ReaderAt, size int64, sample []byte) (Table, error) {
	form, err := recogniseText(source, size, sample)
	if err != nil {
		return nil, err
	}
	text := bufio.NewReaderSize(form.decode(io.NewSectionReader(source, 0, size)), sampleBytes)
	delimiter, skipped, err := findDelimiter(text)
	if err != nil {
		return nil, err
	}
	t := &csvTable{guard: newGuard(text), skipped: skipped}
	t.reader = csv.NewReader(t.guard)
	t.reader.Comma = delimiter
	t.reader.FieldsPerRecord = -1
	t.reader.ReuseRecord = true
	// A tab is a space to the csv package: it would swallow empty cells of a tab-separated file.
	t.reader.TrimLeadingSpace = delimiter != '\t'
	return t, nil
}

// Next returns the next record that has any text.
func (t *csvTable) Next() (int, []string, error) {
	for {
		t.guard.renew()
		cells, err := t.reader.Read()
		if err != nil {
			return 0, nil, t.explain(err)
		}
		line, _ := t.reader.FieldPos(0)
		t.line = line + t.skipped
		if err := checkRow(t.line, cells); err != nil {
			return 0, nil, err
		}
		if !isBlank(cells) {
			return t.line, cells, nil
		}
	}
}

// explain turns what the csv package says of the file into words for its sender.
func (t *csvTable) explain(err error) error {
	if t.guard.exceeded() {
		return fileError(ErrTooLarge, "The row below line %d is too long. Perhaps a quotation mark (\") is not closed there.", t.line)
	}
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	if errors.Is(parse.Err, csv.ErrQuote) || errors.Is(parse.Err, csv.ErrBareQuote) {
		return fileError(ErrDamaged, "A quotation mark (\") is missing or out of place in the row at line %d. "+
			"Open the file in Excel and save it again as CSV, or as .xlsx.", parse.StartLine+t.skipped)
	}
	return fileError(ErrDamaged, "The row at line %d cannot be read. Open the file in Excel and save it again.", parse.StartLine+t.skipped)
}

// Close does nothing: the table holds nothing but memory.
func (t *csvTable) Close() error { return nil }
