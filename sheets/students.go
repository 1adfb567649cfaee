package sheets

import (
	"errors"
	"io"
	"strings"

	"placeops/store/decimal"
)

// Student is one row of a student sheet. An empty string or nil means an empty cell, or a column that the file
// does not have: Columns tells them apart.
type Student struct {
	// Line is where the row starts in the file; the header is line 1.
	Line       int
	RollNumber string
	Name       string
	Email      string
	Branch     *string
	// BatchYear is the year of passing.
	BatchYear *int
	// CGPA is 0–10, the others are percentages 0–100; cut to decimal.MarkPlaces decimals.
	CGPA, Tenth, Twelfth, Diploma   *decimal.Decimal
	ActiveBacklogs, ClearedBacklogs *int
	// Gender is M, F or O.
	Gender   *string
	GapYears *int
	Phone    *string
}

// CellError is one thing that the sender has to mend. Column is the canonical name, or "" for the row as a whole;
// Value is what the cell holds, at most 100 characters of it.
type CellError struct {
	Line    int    `json:"line"`
	Column  string `json:"column"`
	Value   string `json:"value"`
	Message string `json:"message"`
}

// StudentReader reads a table as a student sheet.
type StudentReader struct {
	table   Table
	columns []studentColumn
	// places says for each of columns where in a row it stands.
	places  []int
	width   int
	ignored []string
	// first is the row below the header, which NewStudentReader has already read.
	first         *tableRow
	rows          int
	rolls, emails map[string]int
}

// tableRow is what Table.Next returned.
type tableRow struct {
	line  int
	cells []string
}

// NewStudentReader reads the header and makes sure that a row follows. An empty file, one without a column of roll
// numbers and one with the same column twice are a FileError.
func NewStudentReader(t Table) (*StudentReader, error) {
	line, cells, err := t.Next()
	if errors.Is(err, io.EOF) {
		return nil, ErrEmpty
	}
	if err != nil {
		return nil, err
	}
	r := &StudentReader{table: t, rolls: map[string]int{}, emails: map[string]int{}}
	if err := r.readHeader(line, cells); err != nil {
		return nil, err
	}
	line, cells, err = t.Next()
	if errors.Is(err, io.EOF) {
		return nil, fileError(ErrEmpty, "The file has headings but no student below them.")
	}
	if err != nil {
		return nil, err
	}
	r.first = &tableRow{line: line, cells: cells}
	return r, nil
}

// readHeader keeps the columns that the file has.
func (r *StudentReader) readHeader(line int, header []string) error {
	all := studentColumns()
	places, err := matchHeadings(all, header)
	if err != nil {
		return err
	}
	if places[0] < 0 {
		return fileError(ErrNotATable, "Line %d has no heading for the roll number, only: %s. Put the headings in the first line, "+
			"and call that column \"Roll No\".", line, shown(strings.Join(header, ", ")))
	}
	used := make([]bool, len(header))
	for i, place := range places {
		if place >= 0 {
			r.columns = append(r.columns, all[i])
			r.places = append(r.places, place)
			used[place] = true
		}
	}
	r.width = len(header)
	for i, heading := range header {
		if !used[i] && strings.TrimSpace(heading) != "" {
			r.ignored = append(r.ignored, shown(heading))
		}
	}
	return nil
}

// Columns returns the canonical names of the columns that the file has, in a fixed order.
func (r *StudentReader) Columns() []string {
	names := make([]string, len(r.columns))
	for i, column := range r.columns {
		names[i] = column.name
	}
	return names
}

// Ignored returns the headings that mean no column, or one that another heading means more plainly.
func (r *StudentReader) Ignored() []string { return r.ignored }

// Next returns the next student and everything that is wrong with the row, io.EOF at the end. With errors in the
// row, the student holds what could be read. An error other than io.EOF ends the reading.
func (r *StudentReader) Next() (Student, []CellError, error) {
	for {
		row, err := r.nextRow()
		if err != nil {
			return Student{}, nil, err
		}
		if r.hasNothing(row.cells) {
			continue
		}
		if r.rows++; r.rows > MaxRows {
			return Student{}, nil, fileError(ErrTooLarge, "The file has more than %d students. Split it into several files.", MaxRows)
		}
		student, faults := r.readRow(row)
		return student, faults, nil
	}
}

// nextRow returns the row that was read ahead, then those of the table.
func (r *StudentReader) nextRow() (tableRow, error) {
	if r.first != nil {
		row := *r.first
		r.first = nil
		return row, nil
	}
	line, cells, err := r.table.Next()
	return tableRow{line: line, cells: cells}, err
}

// hasNothing tells a row without anything for us, such as one of the serial numbers filled in ahead.
func (r *StudentReader) hasNothing(cells []string) bool {
	for _, place := range r.places {
		if strings.TrimSpace(cellAt(cells, place)) != "" {
			return false
		}
	}
	return len(cells) <= r.width || isBlank(cells[r.width:])
}

// readRow reads every cell, so that its sender sees all faults at once.
func (r *StudentReader) readRow(row tableRow) (Student, []CellError) {
	student := Student{Line: row.line}
	var faults []CellError
	for i, column := range r.columns {
		cell := cellAt(row.cells, r.places[i])
		if problem := readCell(&student, column, cell); problem != "" {
			faults = append(faults, CellError{row.line, column.name, shown(cell), problem})
		}
	}
	if len(row.cells) > r.width && !isBlank(row.cells[r.width:]) {
		faults = append(faults, CellError{row.line, "", shown(strings.Join(row.cells[r.width:], ", ")),
			"this row has more cells than there are headings; a cell that contains the separator must stand in quotation marks"})
	}
	return student, append(faults, r.repeated(student)...)
}

// repeated finds the roll number and the e-mail in an earlier row, in any case of letters.
func (r *StudentReader) repeated(s Student) []CellError {
	var faults []CellError
	if line := firstLine(r.rolls, strings.ToUpper(s.RollNumber), s.Line); line != 0 {
		faults = append(faults, CellError{s.Line, "roll_number", shown(s.RollNumber), sameAs("roll number", line)})
	}
	if line := firstLine(r.emails, strings.ToLower(s.Email), s.Line); line != 0 {
		faults = append(faults, CellError{s.Line, "email", shown(s.Email), sameAs("e-mail address", line)})
	}
	return faults
}

// firstLine returns the line where the key was before, or 0 and remembers it. The copy keeps the row's text, of
// which the key is a part, from staying in memory.
func firstLine(lines map[string]int, key string, line int) int {
	if key == "" {
		return 0
	}
	if before, ok := lines[key]; ok {
		return before
	}
	lines[strings.Clone(key)] = line
	return 0
}

// cellAt returns a cell, "" for one that a short row leaves out.
func cellAt(cells []string, place int) string {
	if place >= len(cells) {
		return ""
	}
	return cells[place]
}
