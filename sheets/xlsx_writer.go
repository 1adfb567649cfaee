package sheets

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"placeops/store/decimal"
)

// Format is how a column of an Excel sheet shows its values.
type Format string

// The formats of columns, as Excel writes them.
const (
	Text    Format = ""
	Whole   Format = "0"
	Marks   Format = "0.00##"
	Percent Format = "0.0%"
	Day     Format = "dd-mmm-yyyy"
	Moment  Format = "dd-mmm-yyyy hh:mm"
)

// Column is one column of an Excel sheet.
type Column struct {
	Heading string
	Width   float64 // in characters
	Format  Format
}

// XLSXWriter writes a workbook of one sheet, row by row: the rows wait in a temporary file, never in memory. The heading
// is bold and stays in sight, and has an autofilter.
type XLSXWriter struct {
	out     io.Writer
	zone    *time.Location
	columns []Column
	styles  []int
	file    *excelize.File
	sheet   string
	stream  *excelize.StreamWriter
	rows    int
	cells   []any
}

// NewXLSXWriter starts a workbook that is dated with made. Other dates are shown as the clocks of its zone do. Nothing
// arrives at w before Finish; Close must follow in any case.
func NewXLSXWriter(w io.Writer, sheet string, made time.Time, columns ...Column) (*XLSXWriter, error) {
	x := &XLSXWriter{
		out: w, zone: made.Location(), columns: columns, file: excelize.NewFile(), sheet: sheet, cells: make([]any, len(columns)),
	}
	if err := x.start(made.UTC().Format(time.RFC3339)); err != nil {
		return nil, fmt.Errorf("start sheet %q: %w", sheet, errors.Join(err, x.Close()))
	}
	return x, nil
}

func (x *XLSXWriter) start(made string) error {
	if err := x.file.SetSheetName("Sheet1", x.sheet); err != nil {
		return err
	}
	if err := x.file.SetDocProps(&excelize.DocProperties{Creator: "placeOps", Created: made, Modified: made}); err != nil {
		return err
	}
	if err := x.preparePrinting(); err != nil {
		return err
	}
	// How far the sheet goes is not known yet; a wrong word on it would hide rows from some readers.
	err := x.file.SetSheetDimension(x.sheet, "")
	if err != nil {
		return err
	}
	if x.stream, err = x.file.NewStreamWriter(x.sheet); err != nil {
		return err
	}
	if err := x.setColumns(); err != nil {
		return err
	}
	err = x.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	if err != nil {
		return err
	}
	return x.writeHeading()
}

func (x *XLSXWriter) setColumns() error {
	for i, column := range x.columns {
		if err := x.addStyle(column.Format); err != nil {
			return err
		}
		// From the last to the first: excelize writes them in reverse, and Excel wants them ascending.
		last := len(x.columns) - i
		if err := x.stream.SetColWidth(last, last, x.columns[last-1].Width); err != nil {
			return err
		}
	}
	return nil
}

// Write adds one row. A nil value is an empty cell. Texts go through SafeText.
func (x *XLSXWriter) Write(values ...any) error {
	if len(values) != len(x.columns) {
		return fmt.Errorf("sheet %q: %d values for %d columns", x.sheet, len(values), len(x.columns))
	}
	for i, value := range values {
		cell, err := x.value(value)
		if err != nil {
			return fmt.Errorf("sheet %q, column %q: %w", x.sheet, x.columns[i].Heading, err)
		}
		x.cells[i] = nil
		if cell != nil {
			x.cells[i] = excelize.Cell{StyleID: x.styles[i], Value: cell}
		}
	}
	return x.setRow(excelize.RowOpts{Height: x.heightOfRow()})
}

func (x *XLSXWriter) setRow(options excelize.RowOpts) error {
	x.rows++
	return x.stream.SetRow(fmt.Sprintf("A%d", x.rows), x.cells, options)
}

// value is what stands in a cell: a text, a number, or nil.
func (x *XLSXWriter) value(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil //nolint:nilnil // an empty cell
	case string:
		return SafeText(v), nil
	case int32:
		return int(v), nil
	case float64:
		return v, nil
	case decimal.Decimal:
		return v.InexactFloat64(), nil
	case time.Time:
		return serialTime(v.In(x.zone)), nil
	case *string:
		return pointed(x, v)
	case *int32:
		return pointed(x, v)
	case *decimal.Decimal:
		return pointed(x, v)
	case *time.Time:
		return pointed(x, v)
	}
	return nil, fmt.Errorf("a %T has no place in a sheet", v)
}

func pointed[T any](x *XLSXWriter, v *T) (any, error) {
	if v == nil {
		return nil, nil //nolint:nilnil // an empty cell
	}
	return x.value(*v)
}

// serialTime is the number that Excel keeps for what a clock shows: days since 30 December 1899, to the second.
func serialTime(t time.Time) float64 {
	clock := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	return clock.Sub(time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
}

// Finish writes the workbook.
func (x *XLSXWriter) Finish() error {
	last, err := excelize.CoordinatesToCellName(len(x.columns), x.rows)
	if err != nil {
		return err
	}
	if err := x.file.AutoFilter(x.sheet, "A1:"+last, nil); err != nil {
		return err
	}
	if err := x.stream.Flush(); err != nil {
		return err
	}
	// Left to itself, excelize packs the workbook in memory.
	x.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(x.out) })
	return x.file.Write(io.Discard)
}

// Close removes the temporary file.
func (x *XLSXWriter) Close() error { return x.file.Close() }
