package sheets

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// book is a workbook under construction.
type book struct {
	t testing.TB
	*excelize.File
}

func newBook(t testing.TB) book {
	f := excelize.NewFile()
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return book{t, f}
}

func (b book) row(sheet string, line int, cells ...any) {
	require.NoError(b.t, b.SetSheetRow(sheet, fmt.Sprintf("A%d", line), &cells))
}

func (b book) format(cell, code string) {
	style, err := b.NewStyle(&excelize.Style{CustomNumFmt: &code})
	require.NoError(b.t, err)
	require.NoError(b.t, b.SetCellStyle("Sheet1", cell, cell, style))
}

func (b book) bytes() []byte {
	var out bytes.Buffer
	require.NoError(b.t, b.Write(&out))
	return out.Bytes()
}

// rezip rewrites the parts of a zip; a part that change returns as nil is left out.
func rezip(t testing.TB, content []byte, change func(name string, part []byte) []byte) []byte {
	in, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, file := range in.File {
		r, err := file.Open()
		require.NoError(t, err)
		part, err := io.ReadAll(r)
		require.NoError(t, err)
		if part = change(file.Name, part); part == nil {
			continue
		}
		entry, err := w.Create(file.Name)
		require.NoError(t, err)
		_, err = entry.Write(part)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// withSheet is a workbook whose first sheet is this XML.
func withSheet(t testing.TB, sheet string) []byte {
	return rezip(t, newBook(t).bytes(), func(name string, part []byte) []byte {
		if name == "xl/worksheets/sheet1.xml" {
			return []byte(sheet)
		}
		return part
	})
}

func TestReadXLSX(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.row("Sheet1", 1, "Roll No", "CGPA", "Phone", "Passed")
	b.row("Sheet1", 2, 160119733001, 7.1, 9876543210, true)
	b.row("Sheet1", 5, " x ", nil, 0.1+0.2, false, "beside the table")
	b.row("Sheet1", 6, "", "  ")
	b.row("Sheet1", 7, "line\nbreak & <tag>", 8, "last")
	require.NoError(t, b.SetCellFormula("Sheet1", "B7", "4+4"))
	rows, err := readAll(t, b.bytes())
	require.NoError(t, err)
	require.Equal(t, []row{
		{1, []string{"Roll No", "CGPA", "Phone", "Passed"}},
		{2, []string{"160119733001", "7.1", "9876543210", "TRUE"}},
		{5, []string{" x ", "", "0.3", "FALSE"}},
		{7, []string{"line\nbreak & <tag>", "8", "last"}},
	}, rows)
}

func TestFirstVisibleSheetIsRead(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.row("Sheet1", 1, "hidden")
	for _, name := range []string{"Students", "Other"} {
		_, err := b.NewSheet(name)
		require.NoError(t, err)
		b.row(name, 1, name)
	}
	b.SetActiveSheet(2)
	require.NoError(t, b.SetSheetVisible("Sheet1", false))
	rows, err := readAll(t, b.bytes())
	require.NoError(t, err)
	require.Equal(t, []row{{1, []string{"Students"}}}, rows)
}

func TestPercentCellsAreReadAsShown(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.row("Sheet1", 1, 0.85, 0.8567, 0.5, 0.5, 91.4, "text")
	b.format("A1", "0%")
	b.format("B1", "0.00%")
	b.format("C1", `0.0 %;[Red]-0.0 %`)
	b.format("D1", `0.0 "%"`)
	b.format("F1", "0%")
	rows, err := readAll(t, b.bytes())
	require.NoError(t, err)
	require.Equal(t, []row{{1, []string{"85%", "85.67%", "50%", "0.5", "91.4", "text"}}}, rows)
}

func TestPlainNumber(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"7": "7", "0": "0", "7.5": "7.5", "6.1000000000000005": "6.1", "7.0999999999999996": "7.1",
		"0.30000000000000004": "0.3", "9.1E9": "9100000000", "9.87654321E+9": "9876543210",
		"1.60119733001E+11": "160119733001", "1e-7": "0.0000001", "-3.5": "-3.5", "-3.4999999999999996": "-3.5",
		"123456789012345": "123456789012345", "5.5511151231257827E-17": "0.0000000000000000555111512312578", "1E-30": "0",
		"1E300": "1E300", "0x10": "0x10", "INF": "INF", "NaN": "NaN", "text": "text", "7.499": "7.499",
	} {
		require.Equal(t, want, plainNumber(raw), raw)
	}
}

// What other programs write: a namespace prefix, no references, inline and rich texts, pronunciations, stray elements.
func TestReadXLSXOfOtherPrograms(t *testing.T) {
	t.Parallel()
	rows, err := readAll(t, withSheet(t, `<?xml version="1.0" encoding="ISO-8859-1"?>
<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetViews><x:row r="9"/></x:sheetViews><x:sheetData>
<x:row><x:c t="inlineStr"><x:is><x:t>Roll No</x:t></x:is></x:c><x:c t="str"><x:f>"Na"&amp;"me"</x:f><x:v>Name</x:v></x:c></x:row>
<x:row r="4"><x:c t="inlineStr"><x:is><x:r><x:rPr><x:b/></x:rPr><x:t xml:space="preserve">A </x:t></x:r><x:r><x:t>1</x:t></x:r><x:rPh><x:t>ey</x:t></x:rPh></x:is></x:c>
<x:c r="B4" t="str"><x:v>Jos`+"\xe9"+`_x000D_&#10;_x005F_x0041_ _x0000_ _xZZZZ_ _x0</x:v></x:c></x:row>
<x:row><x:c r="A5" t="e"><x:v>#N/A</x:v></x:c><x:c r="XFD5" s="1"/></x:row>
</x:sheetData><x:extLst><x:ext><x:row/></x:ext></x:extLst></x:worksheet>`))
	require.NoError(t, err)
	require.Equal(t, []row{
		{1, []string{"Roll No", "Name"}},
		{4, []string{"A 1", "José\r\n_x0041_ _x0000_ _xZZZZ_ _x0"}},
		{5, []string{"#N/A"}},
	}, rows)
}

func TestDamagedXLSX(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	for line := 1; line <= 200; line++ {
		b.row("Sheet1", line, fmt.Sprintf("roll%d", line), line)
	}
	good := b.bytes()
	replaced := func(part, old, with string) []byte {
		return rezip(t, good, func(name string, content []byte) []byte {
			if name != part {
				return content
			}
			require.Contains(t, string(content), old)
			return bytes.Replace(content, []byte(old), []byte(with), 1)
		})
	}
	without := func(part string) []byte {
		return rezip(t, good, func(name string, content []byte) []byte {
			if name == part {
				return nil
			}
			return content
		})
	}
	const sheet = "xl/worksheets/sheet1.xml"
	nested := strings.Repeat("<a>", 1_000)
	breakingOff := rezip(t, good, func(name string, content []byte) []byte {
		if name != sheet {
			return content
		}
		return content[:2*len(content)/3]
	})
	tests := map[string][]byte{
		"cut off":                         good[:len(good)-200],
		"cut in half":                     good[:len(good)/2],
		"ampersand in the middle":         replaced(sheet, "<v>100</v>", "<v>R&D</v>"),
		"sheet breaks off":                breakingOff,
		"wrong closing element":           replaced(sheet, "</sheetData>", "</sheetDate>"),
		"unknown shared text":             replaced(sheet, `t="s"><v>99</v>`, `t="s"><v>200</v>`),
		"negative shared text":            replaced(sheet, `t="s"><v>0</v>`, `t="s"><v>-1</v>`),
		"row before the one above":        replaced(sheet, `<row r="9">`, `<row r="2">`),
		"row beyond Excel":                replaced(sheet, `<row r="200">`, `<row r="99999999">`),
		"reference that is none":          replaced(sheet, `r="B7"`, `r="77"`),
		"cell before the one at its left": replaced(sheet, `r="B7"`, `r="A7"`),
		"nested without end":              replaced(sheet, "<sheetData>", nested),
		"unknown encoding":                replaced(sheet, `encoding="UTF-8"`, `encoding="x-none"`),
		"no sheet":                        without(sheet),
		"no relations":                    without("xl/_rels/workbook.xml.rels"),
	}
	for name, content := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readAll(t, content)
			require.ErrorIs(t, err, ErrDamaged)
		})
	}
}

// One byte of the sheet's data has changed on the way, and the XML is still well-formed.
func TestChecksumOfTheSheetIsCompared(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	good := newBook(t).bytes()
	in, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	require.NoError(t, err)
	for _, file := range in.File {
		if file.Name != "xl/worksheets/sheet1.xml" {
			require.NoError(t, w.Copy(file))
		}
	}
	entry, err := w.CreateHeader(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Store})
	require.NoError(t, err)
	_, err = entry.Write([]byte(`<worksheet><sheetData><row><c t="str"><v>7.75</v></c></row></sheetData></worksheet>`))
	require.NoError(t, err)
	require.NoError(t, w.Close())

	rows, err := readAll(t, out.Bytes())
	require.NoError(t, err)
	require.Equal(t, []row{{1, []string{"7.75"}}}, rows)
	_, err = readAll(t, bytes.Replace(out.Bytes(), []byte("7.75"), []byte("9.75"), 1))
	require.ErrorIs(t, err, ErrDamaged)
}

func TestOtherZips(t *testing.T) {
	t.Parallel()
	pack := func(parts map[string]string) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for name, content := range parts {
			entry, err := w.Create(name)
			require.NoError(t, err)
			_, err = entry.Write([]byte(content))
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		return out.Bytes()
	}
	relationTo := func(target string) string {
		return `<Relationships><Relationship Id="r1" Type="http://x/relationships/officeDocument" Target="` + target + `"/></Relationships>`
	}
	const hidden = `<workbook xmlns:r="http://x/relationships"><sheets><sheet name="a" state="veryHidden" r:id="r1"/></sheets></workbook>`
	tests := map[string]struct {
		content []byte
		kind    error
		words   string
	}{
		"plain zip":     {pack(map[string]string{"a.txt": "x"}), ErrNotATable, ".xlsx"},
		"Word document": {pack(map[string]string{"_rels/.rels": relationTo("word/document.xml"), "word/document.xml": "<document/>", "word/_rels/document.xml.rels": "<Relationships/>"}), ErrNotATable, ".xlsx"},
		"binary Excel":  {pack(map[string]string{"_rels/.rels": relationTo("xl/workbook.bin"), "xl/workbook.bin": "\x83\x01"}), ErrNotATable, ".xlsb"},
		"all hidden":    {pack(map[string]string{"_rels/.rels": relationTo("/xl/workbook.xml"), "xl/workbook.xml": hidden, "xl/_rels/workbook.xml.rels": "<Relationships/>"}), ErrEmpty, "visible"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readAll(t, test.content)
			require.ErrorIs(t, err, test.kind)
			require.ErrorContains(t, err, test.words)
		})
	}
}

// bomb packs a part of so many equal bytes.
func bomb(t *testing.T, part string, size int) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	entry, err := w.Create(part)
	require.NoError(t, err)
	for range size >> 20 {
		_, err = entry.Write(bytes.Repeat([]byte(" "), 1<<20))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestZipBombs(t *testing.T) {
	t.Parallel()
	t.Run("by its ratio", func(t *testing.T) {
		t.Parallel()
		_, err := readAll(t, bomb(t, "xl/worksheets/sheet1.xml", 64<<20))
		require.ErrorIs(t, err, ErrTooLarge)
	})
	t.Run("by its size", func(t *testing.T) {
		t.Parallel()
		files := []*zip.File{{FileHeader: zip.FileHeader{UncompressedSize64: 1 << 29}}, {FileHeader: zip.FileHeader{UncompressedSize64: 1<<29 + 1}}}
		require.ErrorIs(t, checkUnpackedSize(files, 1<<30), ErrTooLarge)
		require.NoError(t, checkUnpackedSize(files[:1], 1<<30))
		files = []*zip.File{{FileHeader: zip.FileHeader{UncompressedSize64: 1<<64 - 1}}, files[0]}
		require.ErrorIs(t, checkUnpackedSize(files, 1<<30), ErrTooLarge, "a sum that runs over")
	})
	t.Run("that lies about its size", func(t *testing.T) {
		t.Parallel()
		content := withSheet(t, "<worksheet><sheetData>"+strings.Repeat("<row><c><v>1</v></c></row>", 10_000)+"</sheetData></worksheet>")
		in, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		require.NoError(t, err)
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, file := range in.File {
			raw, err := file.OpenRaw()
			require.NoError(t, err)
			if header := file.FileHeader; header.Name == "xl/worksheets/sheet1.xml" {
				header.UncompressedSize64 = 1_000
				entry, err := w.CreateRaw(&header)
				require.NoError(t, err)
				_, err = io.Copy(entry, raw)
				require.NoError(t, err)
				continue
			}
			require.NoError(t, w.Copy(file))
		}
		require.NoError(t, w.Close())
		_, err = readAll(t, out.Bytes())
		require.ErrorIs(t, err, ErrDamaged)
	})
	t.Run("one endless text", func(t *testing.T) {
		t.Parallel()
		_, err := readAll(t, withSheet(t, "<worksheet><sheetData><row><c><v>"+strings.Repeat("9", 2*maxRecordBytes)+"</v></c></row></sheetData></worksheet>"))
		require.ErrorIs(t, err, ErrTooLarge)
	})
	t.Run("one long cell", func(t *testing.T) {
		t.Parallel()
		_, err := readAll(t, withSheet(t, `<worksheet><sheetData><row r="3"><c/><c t="str"><v>`+strings.Repeat("9", MaxCellBytes+1)+"</v></c></row></sheetData></worksheet>"))
		require.ErrorIs(t, err, ErrTooLarge)
		require.ErrorContains(t, err, "line 3, column 2")
	})
	t.Run("text far to the right", func(t *testing.T) {
		t.Parallel()
		_, err := readAll(t, withSheet(t, `<worksheet><sheetData><row><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>`))
		require.ErrorIs(t, err, ErrTooLarge)
	})
}

func TestEncryptedXLSXIsNamed(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.row("Sheet1", 1, "Roll No")
	var out bytes.Buffer
	require.NoError(t, b.Write(&out, excelize.Options{Password: "secret"}))
	_, err := readAll(t, out.Bytes())
	require.ErrorIs(t, err, ErrProtected)
}
