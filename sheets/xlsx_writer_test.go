package sheets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"placeops/sheets/sheetstest"
	"placeops/store/decimal"
)

// madeOn is when the workbooks of the tests are made, in an office in India.
var madeOn = time.Date(2026, 11, 22, 10, 0, 0, 0, time.FixedZone("IST", 5*3600+1800))

func openBook(t testing.TB, content []byte) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, book.Close()) })
	return book
}

func TestXLSXWriterKeepsWhatEveryCellIs(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	x, err := NewXLSXWriter(&out, "Marks", madeOn,
		Column{Heading: "Name", Width: 30}, Column{Heading: "Batch", Width: 9, Format: Whole},
		Column{Heading: "CGPA", Width: 9, Format: Marks}, Column{Heading: "Share", Width: 9, Format: Percent},
		Column{Heading: "Day", Width: 14, Format: Day}, Column{Heading: "Moment", Width: 19, Format: Moment})
	require.NoError(t, err)
	defer func() { require.NoError(t, x.Close()) }()
	batch, cgpa, late := int32(2027), decimal.MustParse("7.495"), time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	name := "Zoë ₹ <b>&\x0b \U0001F600"
	require.NoError(t, x.Write(&name, &batch, &cgpa, 2.0/3, late, &late))
	require.NoError(t, x.Write("=1+1", (*int32)(nil), (*decimal.Decimal)(nil), nil, (*time.Time)(nil), nil))
	require.NoError(t, x.Write("@x", int32(1), decimal.MustParse("8"), 1.0, late, late))
	require.Zero(t, out.Len(), "nothing goes out before Finish")
	require.NoError(t, x.Finish())

	book := openBook(t, out.Bytes())
	require.Equal(t, []string{"Marks"}, book.GetSheetList())
	shown, err := book.GetRows("Marks")
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"Name", "Batch", "CGPA", "Share", "Day", "Moment"},
		{"Zoë ₹ <b>&\uFFFD \U0001F600", "2027", "7.495", "66.7%", "23-Nov-2026", "23-Nov-2026 01:30"},
		{"'=1+1"},
		{"'@x", "1", "8.00", "100.0%", "23-Nov-2026", "23-Nov-2026 01:30"},
	}, shown)
	for _, cell := range []string{"B2", "C2", "D2", "E2", "F2"} {
		kind, err := book.GetCellType("Marks", cell)
		require.NoError(t, err)
		require.Equal(t, excelize.CellTypeUnset, kind, "%s is a number", cell)
	}
	raw, err := book.GetCellValue("Marks", "E2", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	require.Equal(t, "46349.0625", raw)
}

func TestXLSXWriterHeadingIsBoldFrozenAndFilters(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	x, err := NewXLSXWriter(&out, "S", madeOn, Column{Heading: "A", Width: 12}, Column{Heading: "B", Width: 40}, Column{Heading: "C", Width: 8})
	require.NoError(t, err)
	defer func() { require.NoError(t, x.Close()) }()
	require.NoError(t, x.Write("1", "2", "3"))
	require.NoError(t, x.Finish())

	book := openBook(t, out.Bytes())
	panes, err := book.GetPanes("S")
	require.NoError(t, err)
	require.True(t, panes.Freeze)
	require.Equal(t, 1, panes.YSplit)
	style, err := book.GetCellStyle("S", "B1")
	require.NoError(t, err)
	heading, err := book.GetStyle(style)
	require.NoError(t, err)
	require.True(t, heading.Font.Bold)
	width, err := book.GetColWidth("S", "B")
	require.NoError(t, err)
	require.InDelta(t, 40, width, 0)
	names := map[string]string{}
	for _, name := range book.GetDefinedName() {
		names[name.Name] = name.RefersTo
	}
	require.Equal(t, map[string]string{"_xlnm._FilterDatabase": "'S'!$A$1:$C$2", "_xlnm.Print_Titles": "'S'!$1:$1"}, names)
	rezip(t, out.Bytes(), func(name string, part []byte) []byte {
		if name == "xl/worksheets/sheet1.xml" {
			require.Contains(t, string(part), `<autoFilter ref="$A$1:$C$2">`)
			require.Regexp(t, `<cols><col min="1" [^>]*width="12"[^>]*/><col min="2" [^>]*width="40"[^>]*/><col min="3" `, string(part))
			require.NotContains(t, string(part), "<dimension")
		}
		return part
	})
}

func TestXLSXWriterReturnsErrors(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	x, err := NewXLSXWriter(broken{full}, "S", madeOn, Column{Heading: "A", Width: 12})
	require.NoError(t, err)
	defer func() { require.NoError(t, x.Close()) }()
	require.EqualError(t, x.Write("1", "2"), `sheet "S": 2 values for 1 columns`)
	require.EqualError(t, x.Write(struct{}{}), `sheet "S", column "A": a struct {} has no place in a sheet`)
	require.ErrorIs(t, x.Finish(), full)
	_, err = NewXLSXWriter(io.Discard, "a/b", madeOn, Column{Heading: "A", Width: 12})
	require.Error(t, err)
}

// A long sheet lies in a temporary file while it is made, which is gone afterwards.
func TestXLSXWriterLeavesNoFileBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	writeSheet(t, io.Discard, 25_000, func() {
		waiting, err := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(t, err)
		require.NotEmpty(t, waiting)
	})
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

// writeSheet writes rows of twelve columns such as a college has them.
func writeSheet(t testing.TB, w io.Writer, rows int, beforeFinish func()) {
	columns := make([]Column, 12)
	for i := range columns {
		columns[i] = Column{Heading: fmt.Sprint("Column ", i), Width: 20}
	}
	columns[4].Format, columns[5].Format, columns[6].Format = Whole, Marks, Moment
	x, err := NewXLSXWriter(w, "Long", madeOn, columns...)
	require.NoError(t, err)
	defer func() { require.NoError(t, x.Close()) }()
	registered := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	for i := range rows {
		roll, name := fmt.Sprintf("26CSE%06d", i), fmt.Sprintf("Student Number %d", i)
		require.NoError(t, x.Write(roll, name, roll+"@college.example", "Computer Science", int32(2027),
			decimal.MustParse("7.25"), registered.Add(time.Duration(i)*time.Second), "PRESENT", "M", "+91 98765 43210", "Pune", "Hostel 4"))
	}
	beforeFinish()
	require.NoError(t, x.Finish())
}

// BenchmarkXLSXWriter reports by how much the heap grows at most with 100,000 rows of 12 columns.
func BenchmarkXLSXWriter(b *testing.B) {
	var growth uint64
	for b.Loop() {
		growth = max(growth, sheetstest.HeapGrowth(func() { writeSheet(b, io.Discard, 100_000, func() {}) }))
	}
	b.ReportMetric(float64(growth)/(1<<20), "heap-MB")
}
