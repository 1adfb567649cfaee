package sheets

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzCSVTable: whatever is read as a table, in any encoding and with any separator, reads the same when written as plain
// CSV; its lines count upwards and no row exceeds the limits.
func FuzzCSVTable(f *testing.F) {
	office, err := os.ReadFile("testdata/office.csv")
	require.NoError(f, err)
	f.Add(office)
	f.Add([]byte("sep=;\na; \"b;\nc\"\n\n\n,;\n"))
	f.Add([]byte("\xfe\xff\x00a\x00,\x00b\x00\r\x00\n\x00\"\x00\n\x00\""))
	f.Add([]byte("a\tb\r\"c\r\nd\"\te\r"))
	f.Add([]byte("\xef\xbb\xbfa;b,c\n\xa0\x85"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
			return
		}
		rows, err := readAll(t, content)
		if err != nil {
			requireFileError(t, err)
			return
		}
		if len(rows) == 0 || strings.HasPrefix(strings.ToLower(rows[0].cells[0]), "sep=") {
			return // which would be read as the naming of a separator
		}
		again, err := readAll(t, plainCSV(rows))
		require.NoError(t, err, "%q", plainCSV(rows))
		require.Len(t, again, len(rows))
		line := 0
		for i, r := range rows {
			require.Greater(t, r.line, line)
			line = r.line
			require.LessOrEqual(t, len(r.cells), MaxColumns)
			require.Equal(t, withoutReturns(r.cells), withoutReturns(again[i].cells))
		}
	})
}

func plainCSV(rows []row) []byte {
	out := bytes.NewBufferString("\ufeff")
	for _, r := range rows {
		for i, cell := range r.cells {
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}

// withoutReturns leaves out what the csv package takes as a part of a line's end, also within quotes.
func withoutReturns(cells []string) []string {
	clean := make([]string, len(cells))
	for i, cell := range cells {
		clean[i] = strings.ReplaceAll(cell, "\r", "")
	}
	return clean
}

// FuzzWorkbookParts varies one part of a workbook: not only the sheet, but also what leads to it and what its cells refer to.
func FuzzWorkbookParts(f *testing.F) {
	b := newBook(f)
	b.row("Sheet1", 1, "Roll No", "Name", "CGPA")
	b.row("Sheet1", 2, "27CSE001", "Asha", 0.85)
	b.format("C2", "0%")
	template := b.bytes()
	archive, err := zip.NewReader(bytes.NewReader(template), int64(len(template)))
	require.NoError(f, err)
	for i, file := range archive.File {
		part, err := file.Open()
		require.NoError(f, err)
		content, err := io.ReadAll(part)
		require.NoError(f, err)
		if len(content) < 4<<10 { // the theme is long, and nobody reads it
			f.Add(byte(i), content)
		}
	}
	f.Fuzz(func(t *testing.T, which byte, content []byte) {
		changed := archive.File[int(which)%len(archive.File)].Name
		checkFile(t, rezip(t, template, func(name string, part []byte) []byte {
			if name == changed {
				return append([]byte{}, content...)
			}
			return part
		}))
	})
}
