package sheets

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"placeops/store/decimal"
)

// checkFile reads any content to its end. Whatever it is, it must end, blame the file and not the machine, and let
// only values through that the database takes.
func checkFile(t *testing.T, content []byte) {
	table, err := Open(bytes.NewReader(content))
	if err != nil {
		requireFileError(t, err)
		return
	}
	reader, err := NewStudentReader(table)
	for err == nil {
		var s Student
		var faults []CellError
		if s, faults, err = reader.Next(); err == nil {
			checkStudent(t, s, faults)
		}
	}
	if !errors.Is(err, io.EOF) {
		requireFileError(t, err)
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
}

func requireFileError(t *testing.T, err error) {
	var public *FileError
	if !errors.As(err, &public) || public.Message == "" {
		t.Fatalf("not for the sender: %v", err)
	}
}

func checkStudent(t *testing.T, s Student, faults []CellError) {
	for _, fault := range faults {
		if fault.Line != s.Line || fault.Message == "" || !knownColumn(fault.Column) || utf8.RuneCountInString(fault.Value) > 100 || !storable(fault.Value) {
			t.Fatalf("fault %+v", fault)
		}
	}
	if s.RollNumber == "" && len(faults) == 0 {
		t.Fatal("a student without a roll number")
	}
	for text, most := range map[string]int{s.RollNumber: 50, s.Name: 200, s.Email: 254} {
		if utf8.RuneCountInString(text) > most || !storable(text) {
			t.Fatalf("text %q", text)
		}
	}
	for mark, highest := range map[*decimal.Decimal]int64{s.CGPA: 10, s.Tenth: 100, s.Twelfth: 100, s.Diploma: 100} {
		if mark != nil && (mark.Sign() < 0 || mark.Compare(decimal.FromInt(highest)) > 0 || mark.Places() > decimal.MarkPlaces) {
			t.Fatalf("mark %s of at most %d", mark, highest)
		}
	}
}

// knownColumn tells a column's name, or none, which means the row as a whole.
func knownColumn(name string) bool {
	return name == "" || slices.ContainsFunc(studentColumns(), func(c studentColumn) bool { return c.name == name })
}

func storable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

func FuzzStudentCSV(f *testing.F) {
	office, err := os.ReadFile("testdata/office.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(office)
	f.Add([]byte("\xff\xfeR\x00o\x00l\x00l\x00\n\x001\x00"))
	f.Add([]byte("sep=;\r\nRoll No;CGPA;Email\r\n1;7,5;a@b\r\n\"2\r\n\";x;"))
	f.Add([]byte("Roll No\tName\tCGPA\n'1\tA\x01\t1e9\n1\t\xe9\t-0.00001"))
	f.Add([]byte("Roll No,10th %,Backlogs\r1,85 %,2.0\r"))
	f.Fuzz(checkFile)
}

// FuzzStudentXLSX varies the XML of the sheet; a changed zip would hardly ever get past its checksums.
func FuzzStudentXLSX(f *testing.F) {
	template := newBook(f).bytes()
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>Roll No</t></is></c><c t="str"><v>CGPA</v></c></row><row r="3"><c r="A3"><v>9.1E9</v></c><c r="B3" s="0"><v>7.0999999999999996</v></c></row></sheetData></worksheet>`))
	f.Add([]byte(`<worksheet><sheetData><row><c t="s"><v>0</v></c></row>`))
	f.Fuzz(func(t *testing.T, sheet []byte) {
		checkFile(t, rezip(t, template, func(name string, part []byte) []byte {
			if name == "xl/worksheets/sheet1.xml" {
				return append([]byte{}, sheet...)
			}
			return part
		}))
	})
}
