package sheets

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// row is one row of a table, kept.
type row struct {
	line  int
	cells []string
}

// readAll returns the rows up to the end or the first error.
func readAll(t *testing.T, content []byte) ([]row, error) {
	t.Helper()
	table, err := Open(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	defer func() { require.NoError(t, table.Close()) }()
	var rows []row
	for {
		line, cells, err := table.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row{line, append([]string(nil), cells...)})
	}
}

func mustEncode(t *testing.T, encode func(string) (string, error), text string) string {
	t.Helper()
	encoded, err := encode(text)
	require.NoError(t, err)
	return encoded
}

func TestReadCSV(t *testing.T) {
	t.Parallel()
	const text = "Roll No,Name\n1,José\n"
	want := []row{{1, []string{"Roll No", "Name"}}, {2, []string{"1", "José"}}}
	tests := map[string]struct {
		content string
		want    []row
	}{
		"plain":                   {text, want},
		"byte order mark":         {"\ufeff" + text, want},
		"CR LF":                   {strings.ReplaceAll(text, "\n", "\r\n"), want},
		"CR alone":                {strings.ReplaceAll(text, "\n", "\r"), want},
		"semicolons":              {strings.ReplaceAll(text, ",", ";"), want},
		"tabs":                    {strings.ReplaceAll(text, ",", "\t"), want},
		"Windows-1252":            {mustEncode(t, charmap.Windows1252.NewEncoder().String, text), want},
		"UTF-16 little-endian":    {mustEncode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String, strings.ReplaceAll(text, ",", "\t")), want},
		"UTF-16 big-endian":       {mustEncode(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String, text), want},
		"no end of line":          {strings.TrimSuffix(text, "\n"), want},
		"sep line":                {"sep=;\r\nRoll No;Name\r\n1;José\r\n", []row{{2, want[0].cells}, {3, want[1].cells}}},
		"quoted sep line":         {"\ufeff\"sep=;\"\nRoll No;Name\n1;José\n", []row{{2, want[0].cells}, {3, want[1].cells}}},
		"sep line against looks":  {"sep=;\na,b,c;d\n", []row{{2, []string{"a,b,c", "d"}}}},
		"space before quotes":     {"Roll No, \"Name\"\n1, \"José\"\n", want},
		"one column":              {"Roll No\n1\n", []row{{1, []string{"Roll No"}}, {2, []string{"1"}}}},
		"empty cells in tabs":     {"a\tb\tc\n1\t\t3\n", []row{{1, []string{"a", "b", "c"}}, {2, []string{"1", "", "3"}}}},
		"comma inside quotes":     {"\"a,b,c\";d\n1;2\n", []row{{1, []string{"a,b,c", "d"}}, {2, []string{"1", "2"}}}},
		"blank lines":             {"\n\na,b\n\n,\n \n1,2\n\n", []row{{3, []string{"a", "b"}}, {7, []string{"1", "2"}}}},
		"line breaks in quotes":   {"a,b\n\"1\n1\n1\",2\n\n\"3\",\"\"\"x\"\"\"\n", []row{{1, []string{"a", "b"}}, {2, []string{"1\n1\n1", "2"}}, {6, []string{"3", `"x"`}}}},
		"rows of unequal lengths": {"a,b\n1\n1,2,3\n", []row{{1, []string{"a", "b"}}, {2, []string{"1"}}, {3, []string{"1", "2", "3"}}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := readAll(t, []byte(test.content))
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestInvalidUTF8FarIntoTheFile(t *testing.T) {
	t.Parallel()
	content := "name\n" + strings.Repeat("plain\n", 50_000) + "Jos\xe9\n"
	rows, err := readAll(t, []byte(content))
	require.NoError(t, err)
	require.Equal(t, row{50_002, []string{"José"}}, rows[len(rows)-1])
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	wide := strings.Repeat("x,", MaxColumns)
	tests := map[string]struct {
		content string
		kind    error
		words   string
	}{
		"nothing":               {"", ErrEmpty, "headings"},
		"white space":           {"\ufeff \r\n\t\n", ErrEmpty, "headings"},
		"old Excel":             {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), ErrProtected, ".xlsx"},
		"PDF":                   {"%PDF-1.7\n1 0 obj", ErrNotATable, "text document"},
		"web page":              {"\r\n<html><table><tr><td>Roll No", ErrNotATable, "web page"},
		"picture":               {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ErrNotATable, ".xlsx"},
		"controls without NUL":  {strings.Repeat("ab\x01\x02", 200), ErrNotATable, ".xlsx"},
		"NUL far into the file": {strings.Repeat("a,b\n", 30_000) + "c\x00,d\n", ErrNotATable, ".xlsx"},
		"too many columns":      {"a,b\n" + wide + "x\n", ErrTooLarge, "Line 2"},
		"too long a cell":       {"a,b\n\n1," + strings.Repeat("x", MaxCellBytes+1) + "\n", ErrTooLarge, "line 3, column 2"},
		"quote never closed":    {"a,b\n1,2\n3,\"" + strings.Repeat("x,y\n", 500_000), ErrTooLarge, "below line 2"},
		"quote open at the end": {"a,b\n1,\"2\n", ErrDamaged, "line 2"},
		"quote out of place":    {"sep=,\na,b\n1,Ravi \"Bunty\" Kumar\n", ErrDamaged, "line 3"},
		"zip of nothing":        {"PK\x03\x04 and no more", ErrDamaged, "save it again"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readAll(t, []byte(test.content))
			require.ErrorIs(t, err, test.kind)
			var public *FileError
			require.ErrorAs(t, err, &public)
			require.Contains(t, public.Message, test.words)
		})
	}
}

func TestLongestCellAndWidestRowAreRead(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", MaxCellBytes)
	wide := strings.Repeat("y,", MaxColumns-1) + "y"
	rows, err := readAll(t, []byte("a,b\n1,"+long+"\n"+wide+"\n"))
	require.NoError(t, err)
	require.Equal(t, long, rows[1].cells[1])
	require.Len(t, rows[2].cells, MaxColumns)
}

// failing is a source on a disk that breaks.
type failing struct {
	*bytes.Reader
	err error
}

func (f failing) ReadAt(p []byte, offset int64) (int, error) {
	if offset >= sampleBytes {
		return 0, f.err
	}
	return f.Reader.ReadAt(p, offset)
}

func TestErrorOfTheDiskIsNotOneOfTheFile(t *testing.T) {
	t.Parallel()
	disk := &os.PathError{Op: "read", Path: "upload", Err: errors.New("input/output error")}
	_, err := Open(failing{bytes.NewReader(bytes.Repeat([]byte("a,b\n"), 60_000)), disk})
	require.ErrorIs(t, err, disk)
	require.False(t, isFileError(err))

	book := newBook(t)
	for line := 1; line < 20_000; line++ {
		book.row("Sheet1", line, line*7919, "some text")
	}
	content := book.bytes()
	require.Greater(t, len(content), 2*sampleBytes)
	_, err = Open(failing{bytes.NewReader(content), disk})
	require.ErrorIs(t, err, disk)
	require.False(t, isFileError(err))
}
