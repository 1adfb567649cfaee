package sheets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"placeops/store/decimal"
)

// readStudents reads a whole file; it stops at the first error that is not one of a cell.
func readStudents(t testing.TB, content []byte) (*StudentReader, []Student, []CellError, error) {
	t.Helper()
	table, err := Open(bytes.NewReader(content))
	if err != nil {
		return nil, nil, nil, err
	}
	defer func() { require.NoError(t, table.Close()) }()
	reader, err := NewStudentReader(table)
	if err != nil {
		return nil, nil, nil, err
	}
	var students []Student
	var faults []CellError
	for {
		student, found, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return reader, students, faults, nil
		}
		if err != nil {
			return reader, students, faults, err
		}
		students, faults = append(students, student), append(faults, found...)
	}
}

// student reads the one student of a file with the given columns.
func student(t *testing.T, header, cells string) (Student, []CellError) {
	t.Helper()
	_, students, faults, err := readStudents(t, []byte("Roll No;"+header+"\nR1;"+cells+"\n"))
	require.NoError(t, err)
	require.Len(t, students, 1)
	return students[0], faults
}

func mark(text string) *decimal.Decimal {
	d := decimal.MustParse(text)
	return &d
}

var equalMarks = cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Compare(b) == 0 })

func wantOfficeSheet() []Student {
	return []Student{
		{Line: 2, RollNumber: "27CSE0101", Name: "Asha Menon", Email: "27cse0101@campus.example", Branch: new("CSE"), BatchYear: new(2027), CGPA: mark("8.1"), Tenth: mark("91.4"), Twelfth: mark("88"), ActiveBacklogs: new(0), Gender: new("F")},
		{Line: 3, RollNumber: "27ECE0102", Name: "Imran Sheikh", Email: "27ece0102@campus.example", Branch: new("ECE"), BatchYear: new(2027), CGPA: mark("7.495"), Tenth: mark("79.33"), Twelfth: mark("81.67"), ActiveBacklogs: new(1), Gender: new("M")},
		{Line: 4, RollNumber: "27MEC0103", Name: "D'Souza, Carol", Email: "27mec0103@campus.example", Branch: new("Mechanical"), BatchYear: new(2027), CGPA: mark("6.05"), Tenth: mark("67"), ActiveBacklogs: new(0), Gender: new("F")},
		{Line: 5, RollNumber: "27CIV0104", Name: "Kiran Rao", Email: "27civ0104@campus.example", Branch: new("Civil"), BatchYear: new(2027), CGPA: mark("9"), Tenth: mark("95"), Twelfth: mark("93.25"), ActiveBacklogs: new(0), Gender: new("O")},
		{Line: 6, RollNumber: "27CSE0105", Name: "Bala Subramanian", Email: "27cse0105@campus.example", Branch: new("CSE"), BatchYear: new(2027), CGPA: mark("5.8"), Tenth: mark("56"), Twelfth: mark("52"), ActiveBacklogs: new(3), Gender: new("M")},
	}
}

func TestOfficeSheetAsCSVAndAsExcel(t *testing.T) {
	t.Parallel()
	csvFile, err := os.ReadFile("testdata/office.csv")
	require.NoError(t, err)
	b := newBook(t)
	b.row("Sheet1", 1, "Roll No", "Name", "Email", "Branch", "Batch", "CGPA", "10th %", "12th %", "Active Backlogs", "Gender")
	for i, s := range wantOfficeSheet() {
		cells := []any{s.RollNumber, s.Name, s.Email, *s.Branch, *s.BatchYear, s.CGPA.InexactFloat64(), s.Tenth.InexactFloat64(), nil, *s.ActiveBacklogs, *s.Gender}
		if s.Twelfth != nil {
			cells[7] = s.Twelfth.InexactFloat64()
		}
		b.row("Sheet1", i+2, cells...)
	}
	for name, content := range map[string][]byte{"CSV": csvFile, "Excel": b.bytes()} {
		reader, students, faults, err := readStudents(t, content)
		require.NoError(t, err, name)
		require.Empty(t, faults, name)
		require.Empty(t, cmp.Diff(wantOfficeSheet(), students, equalMarks), name)
		require.Equal(t, []string{"roll_number", "name", "email", "branch", "batch_year", "cgpa", "tenth_percent", "twelfth_percent", "active_backlogs", "gender"}, reader.Columns(), name)
		require.Empty(t, reader.Ignored(), name)
	}
}

func TestHeadings(t *testing.T) {
	t.Parallel()
	for column, written := range map[string][]string{
		"roll_number":      {"roll_number", "Roll No", "ROLL NO.", " Roll  Number ", "Roll-No", "RollNo", "Enrollment No", "Enrolment Number", "USN", "PRN", "PRN No.", "Registration No", "Reg. No.", "Register Number", "Hall Ticket No", "Student ID", "University Seat No."},
		"name":             {"Name", "Student Name", "NAME OF THE STUDENT", "Full Name", "Candidate's Name", "Name of Candidate"},
		"email":            {"Email", "E-mail ID", "E-Mail", "Email Address", "Mail ID", "College Email ID", "email_id"},
		"branch":           {"Branch", "Dept", "Dept.", "Department", "Branch / Department", "Stream", "Specialization", "Discipline"},
		"batch_year":       {"batch_year", "Batch", "Passing Year", "Year of Passing", "YOP", "Passout Year", "Graduation Year", "Year of Graduation"},
		"cgpa":             {"CGPA", "C.G.P.A.", "Current CGPA", "CGPA (10)", "CGPA (out of 10)", "CPI", "B.Tech CGPA", "Overall CGPA"},
		"tenth_percent":    {"tenth_percent", "10th %", "10th", "X Percentage", "SSC %", "Xth %", "Class X %", "10th Marks", "SSLC Percentage", "% in 10th", "10th Percentage", "Matric %", "10TH (%)"},
		"twelfth_percent":  {"twelfth_percent", "12th %", "12th Marks", "HSC", "HSC %", "XII Percentage", "Class XII %", "Intermediate %", "PUC %", "Inter Marks", "12th/HSC %"},
		"diploma_percent":  {"diploma_percent", "Diploma %", "Diploma Percentage", "Diploma", "Polytechnic %"},
		"active_backlogs":  {"active_backlogs", "Active Backlogs", "Backlogs", "Current Arrears", "No. of Active Backlogs", "Standing Arrears", "Live KT", "No of Backlogs", "Live Backlogs"},
		"cleared_backlogs": {"cleared_backlogs", "Cleared Backlogs", "History of Arrears", "Backlog History", "Dead Backlogs", "Backlogs (Cleared)"},
		"gender":           {"Gender", "Sex", "GENDER (M/F)"},
		"gap_years":        {"gap_years", "Year Gap", "Gap", "Gap Years", "Gap (in years)", "Education Gap"},
		"phone":            {"Phone", "Mobile No", "Mobile No.", "Contact Number", "Mobile", "Ph", "Cell", "WhatsApp No"},
	} {
		for _, heading := range written {
			table := "Roll No," + heading + "\n1,2\n"
			if column == "roll_number" {
				table = heading + "\n1\n"
			}
			reader, _, _, err := readStudents(t, []byte(table))
			require.NoError(t, err, heading)
			require.Contains(t, reader.Columns(), column, heading)
		}
	}
}

// No heading may mean two columns: which one wins would be chance.
func TestHeadingsAreDistinct(t *testing.T) {
	t.Parallel()
	owner := map[string]string{}
	for _, column := range studentColumns() {
		for _, key := range append(append([]string(nil), column.own...), column.also...) {
			require.Equal(t, headingKey(key), key, "headings are listed by their key")
			if other, taken := owner[key]; taken && other != column.name {
				t.Errorf("%q means %s and %s", key, other, column.name)
			}
			owner[key] = column.name
		}
	}
}

func TestForeignColumnsAreIgnoredAndNamed(t *testing.T) {
	t.Parallel()
	reader, students, faults, err := readStudents(t, []byte(
		"S.No,PRN,Roll No,University,SGPA,12th Board,,Admission Year,Total Backlogs,Name\n1,P77,R1,VTU,9.9,CBSE,x,2023,many,Asha\n"))
	require.NoError(t, err)
	require.Empty(t, faults)
	require.Equal(t, []string{"roll_number", "name"}, reader.Columns())
	require.Equal(t, []string{"S.No", "PRN", "University", "SGPA", "12th Board", "Admission Year", "Total Backlogs"}, reader.Ignored())
	require.Equal(t, []Student{{Line: 2, RollNumber: "R1", Name: "Asha"}}, students)
}

func TestRefusedHeaders(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content string
		kind    error
		words   []string
	}{
		"empty":             {"", ErrEmpty, []string{"headings"}},
		"header alone":      {"Roll No,Name\n\n,\n", ErrEmpty, []string{"no student"}},
		"no roll number":    {"\nName,Email\nAsha,a@b.example\n", ErrNotATable, []string{"Line 2", "Name, Email", "Roll No"}},
		"title above":       {"Students of 2027\nRoll No,Name\n1,A\n", ErrNotATable, []string{"Line 1", "Students of 2027"}},
		"same column twice": {"Roll No,10th %,Name,SSC Marks\n1,80,A,80\n", ErrNotATable, []string{`"10th %"`, `"SSC Marks"`, "tenth_percent"}},
		"two weak headings": {"PRN,USN\n1,2\n", ErrNotATable, []string{`"PRN"`, `"USN"`}},
		"broken second row": {"Roll No,Name\n1,\"A\n", ErrDamaged, []string{"line 2"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, _, err := readStudents(t, []byte(test.content))
			require.ErrorIs(t, err, test.kind)
			require.True(t, isFileError(err))
			for _, word := range test.words {
				require.ErrorContains(t, err, word)
			}
		})
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]*decimal.Decimal{
		"7.5": mark("7.5"), "7,5": mark("7.5"), "85%": mark("85"), " 85 ": mark("85"), "85.5 %": mark("85.5"), "0": mark("0"),
		"100": mark("100"), "100.0000": mark("100"), "74.99999": mark("74.9999"), "6.1000000000000005": mark("6.1"), "'81": mark("81"),
		"": nil, "NA": nil, "n/a": nil, "-": nil, "--": nil, "—": nil, "nil": nil, "Nil": nil, "N.A.": nil, "Not Applicable": nil,
	} {
		s, faults := student(t, "SSC %", text)
		require.Empty(t, faults, text)
		require.Empty(t, cmp.Diff(want, s.Tenth, equalMarks), text)
	}
	for _, text := range []string{"100.00001", "101", "-1", "-0.00001", "abc", "8.5.1", "1,2,3", "1e1", "85 percent", "A+", "%", "7.5/10", "#N/A", "0x10", "½", strings.Repeat("9", 40)} {
		s, faults := student(t, "SSC %", text)
		require.Nil(t, s.Tenth, text)
		require.Equal(t, []CellError{{2, "tenth_percent", text, "a percentage from 0 to 100 is needed, such as 78.5"}}, faults, text)
	}
}

func TestEachMarkHasItsColumnAndRange(t *testing.T) {
	t.Parallel()
	s, faults := student(t, "CGPA;10th %;12th %;Diploma %", "7.49999;11;22;33")
	require.Empty(t, faults)
	require.Empty(t, cmp.Diff([]*decimal.Decimal{mark("7.4999"), mark("11"), mark("22"), mark("33")},
		[]*decimal.Decimal{s.CGPA, s.Tenth, s.Twelfth, s.Diploma}, equalMarks))
	s, faults = student(t, "CGPA;10th %;12th %;Diploma %", "10.01;100.1;-2;x")
	require.Equal(t, []*decimal.Decimal{nil, nil, nil, nil}, []*decimal.Decimal{s.CGPA, s.Tenth, s.Twelfth, s.Diploma})
	columns := []string{}
	for _, fault := range faults {
		columns = append(columns, fault.Column)
	}
	require.Equal(t, []string{"cgpa", "tenth_percent", "twelfth_percent", "diploma_percent"}, columns, "all faults of a row at once")
	require.Contains(t, faults[0].Message, "0 to 10")
	_, faults = student(t, "CGPA", "8%")
	require.Len(t, faults, 1, "a percentage is no CGPA")
}

func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	s, faults := student(t, "Backlogs;History of Arrears;Gap;Batch", "0;2.0;100;2026.0")
	require.Empty(t, faults)
	require.Equal(t, []int{0, 2, 100, 2026}, []int{*s.ActiveBacklogs, *s.ClearedBacklogs, *s.GapYears, *s.BatchYear})
	s, faults = student(t, "Backlogs;History of Arrears;Gap;Batch", "1000;No;no;1900")
	require.Empty(t, faults)
	require.Equal(t, []int{1000, 0, 0, 1900}, []int{*s.ActiveBacklogs, *s.ClearedBacklogs, *s.GapYears, *s.BatchYear})
	s, faults = student(t, "Backlogs;History of Arrears;Gap;Batch", "NIL;-;;na")
	require.Empty(t, faults)
	require.Equal(t, Student{Line: 2, RollNumber: "R1"}, s)
	for _, cells := range []string{"1001;1001;101;2201", "-1;-1;-1;1899", "1.5;0.1;2.01;2026.5", "Yes;many;1e1;2022-26", "1,0;x;y;No"} {
		s, faults = student(t, "Backlogs;History of Arrears;Gap;Batch", cells)
		require.Len(t, faults, 4, cells)
		require.Equal(t, Student{Line: 2, RollNumber: "R1"}, s, cells)
	}
}

func TestGender(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"M": "M", "male": "M", "MALE": "M", "f": "F", "Female": "F", "O": "O", "other": "O", "Transgender": "O", "third gender": "O"} {
		s, faults := student(t, "Gender", text)
		require.Empty(t, faults, text)
		require.Equal(t, want, *s.Gender, text)
	}
	s, faults := student(t, "Gender", "Mle")
	require.Nil(t, s.Gender)
	require.Equal(t, []CellError{{2, "gender", "Mle", "M, F or O is needed"}}, faults)
}

func TestTexts(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("ज", n) }
	tests := map[string]struct {
		header, cell string
		want         Student
	}{
		"outer and inner spaces": {"Name", "  Asha \u00a0 \t Menon ", Student{Name: "Asha Menon"}},
		"line break":             {"Name", "\"Asha\nMenon\"", Student{Name: "Asha Menon"}},
		"invisible characters":   {"Name", "\u200bAsha\u200b \ufeffMenon\u202c", Student{Name: "Asha Menon"}},
		"joiners stay":           {"Name", "ക്\u200d", Student{Name: "ക്\u200d"}},
		"longest name":           {"Name", long(200), Student{Name: long(200)}},
		"longest branch":         {"Branch", long(200), Student{Branch: new(long(200))}},
		"longest phone":          {"Mobile", strings.Repeat("1", 40), Student{Phone: new(strings.Repeat("1", 40))}},
		"no branch":              {"Branch", " - ", Student{}},
		"phone with signs":       {"Mobile", "+91 98765-43210", Student{Phone: new("+91 98765-43210")}},
		"phone of a data tool":   {"Mobile", "9876543210.0", Student{Phone: new("9876543210")}},
		"e-mail":                 {"Email", "Asha.M+x@College.EDU.in", Student{Email: "Asha.M+x@College.EDU.in"}},
		"no e-mail":              {"Email", "NA", Student{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.want.Line, test.want.RollNumber = 2, "R1"
			got, faults := student(t, test.header, test.cell)
			require.Empty(t, faults)
			require.Equal(t, test.want, got)
		})
	}
}

func TestMalformedTexts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		header, cell, words string
	}{
		"name too long":       {"Name", strings.Repeat("x", 201), "200 characters"},
		"branch too long":     {"Branch", strings.Repeat("x", 201), "200 characters"},
		"phone too long":      {"Mobile", strings.Repeat("1", 41), "40 characters"},
		"phone without digit": {"Mobile", "ask father", "phone number"},
		"phone shortened":     {"Mobile", "9.1E+09", "shortened"},
		"control character":   {"Name", "As\bha", "control character"},
		"e-mail too long":     {"Email", strings.Repeat("x", 250) + "@b.in", "254 characters"},
		"no at sign":          {"Email", "asha.example.in", "e-mail"},
		"two at signs":        {"Email", "a@b@c.in", "e-mail"},
		"name and address":    {"Email", "Asha <a@b.in>", "e-mail"},
		"angle brackets":      {"Email", "<a@b.in>", "e-mail"},
		"comment":             {"Email", "a@b.in (home)", "e-mail"},
		"space inside":        {"Email", "a b@c.in", "e-mail"},
		"two addresses":       {"Email", "a@b.in/c@d.in@", "e-mail"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, faults := student(t, test.header, test.cell)
			require.Equal(t, Student{Line: 2, RollNumber: "R1"}, got)
			require.Len(t, faults, 1)
			require.Contains(t, faults[0].Message, test.words)
			require.LessOrEqual(t, len(faults[0].Value), 100)
		})
	}
}

func TestRollNumbers(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("9", 50)
	_, students, faults, err := readStudents(t, []byte("Name,Roll No\na,'007\nb,"+long+"\nc,"+long+"9\nd,\ne,NA\nf,1.60E+11\n,,\n ,\n"))
	require.NoError(t, err)
	rolls := []string{}
	for _, s := range students {
		rolls = append(rolls, s.RollNumber)
	}
	require.Equal(t, []string{"007", long, "", "", "", ""}, rolls)
	require.Equal(t, []CellError{
		{4, "roll_number", long + "9", "this is longer than 50 characters"},
		{5, "roll_number", "", "the roll number is missing"},
		{6, "roll_number", "NA", "the roll number is missing"},
		{7, "roll_number", "1.60E+11", shortenedProblem},
	}, faults)
}

func TestRowsWithoutAnythingForUsAreSkipped(t *testing.T) {
	t.Parallel()
	_, students, faults, err := readStudents(t, []byte("S.No,Roll No,Name\n1,R1,A\n2,,\n3, ,\n\n4,R2,B\n"))
	require.NoError(t, err)
	require.Empty(t, faults)
	require.Equal(t, []Student{{Line: 2, RollNumber: "R1", Name: "A"}, {Line: 6, RollNumber: "R2", Name: "B"}}, students)
}

func TestRepeatedRollNumbersAndEmails(t *testing.T) {
	t.Parallel()
	_, _, faults, err := readStudents(t, []byte("Roll No,Email\nr1,A@x.in\n\nR1,b@x.in\nr2,a@X.in\n R1 ,B@X.IN\n,\nr3,\nr4,\n"))
	require.NoError(t, err)
	require.Equal(t, []CellError{
		{4, "roll_number", "R1", "the same roll number stands in line 2"},
		{5, "email", "a@X.in", "the same e-mail address stands in line 2"},
		{6, "roll_number", "R1", "the same roll number stands in line 2"},
		{6, "email", "B@X.IN", "the same e-mail address stands in line 4"},
	}, faults)
}

// An unquoted comma in a name shifts every cell behind it; importing that would be worse than refusing it.
func TestRowWiderThanTheHeader(t *testing.T) {
	t.Parallel()
	_, _, faults, err := readStudents(t, []byte("Roll No,Name,Branch\n1,Rao, Kiran,CSE\n2,Asha,CSE,,\n"))
	require.NoError(t, err)
	require.Len(t, faults, 1)
	require.Equal(t, CellError{2, "", "CSE", faults[0].Message}, faults[0])
	require.Contains(t, faults[0].Message, "more cells")

	b := newBook(t)
	b.row("Sheet1", 1, "Roll No", "Name")
	b.row("Sheet1", 2, "1", "Asha", nil, "a remark beside the table")
	_, students, faults, err := readStudents(t, b.bytes())
	require.NoError(t, err)
	require.Empty(t, faults)
	require.Equal(t, []Student{{Line: 2, RollNumber: "1", Name: "Asha"}}, students)
}

func TestShownValuesAreShortAndStorable(t *testing.T) {
	t.Parallel()
	require.Equal(t, strings.Repeat("é", 100), shown(strings.Repeat("é", 101)))
	require.Equal(t, "a\ufffdb c\ufffd", shown("a\x01b\n c\xff"))
	raw, err := json.Marshal(CellError{7, "cgpa", "11", "too much"})
	require.NoError(t, err)
	require.JSONEq(t, `{"line":7,"column":"cgpa","value":"11","message":"too much"}`, string(raw))
}

// endless is a table of as many rows as one asks for.
type endless struct{ line int }

func (e *endless) Next() (int, []string, error) {
	e.line++
	if e.line == 1 {
		return 1, []string{"Roll No"}, nil
	}
	return e.line, []string{fmt.Sprint(e.line)}, nil
}

func (e *endless) Close() error { return nil }

func TestMaxRows(t *testing.T) {
	t.Parallel()
	reader, err := NewStudentReader(&endless{})
	require.NoError(t, err)
	for range MaxRows {
		_, faults, err := reader.Next()
		if err != nil || len(faults) > 0 {
			t.Fatal(faults, err)
		}
	}
	_, _, err = reader.Next()
	require.ErrorIs(t, err, ErrTooLarge)
	require.True(t, isFileError(err))
}
