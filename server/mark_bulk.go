package server

import (
	"context"
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"

	"placeops/store"
)

// maxMarks is the size of a bulk mark's body: some 80,000 students.
const maxMarks = 5 << 20

// largeBody lets a route take a bulk mark; huma refuses a body of just MaxBodyBytes too.
func largeBody(_ *route, op *huma.Operation) { op.MaxBodyBytes = maxMarks + 1 }

// MarkFields is one line of a bulk mark. What does not fit is found by the operation, which names each line.
type MarkFields struct {
	StudentID  int64  `json:"student_id,omitempty" doc:"The student, or roll_number."`
	RollNumber string `json:"roll_number,omitempty" doc:"In any case; counts where there is no student_id."`
	Status     string `json:"status" doc:"PRESENT, ABSENT, or NONE to take the mark back, in any case."`
}

type markBulkInput struct {
	IDInput
	Body struct {
		Marks []MarkFields `json:"marks" minItems:"1" nullable:"false"`
	}
}

type markBulkOutput struct {
	Body struct {
		Message string `json:"message"`
		Marked  int    `json:"marked" doc:"How many students the lines were about."`
	}
}

// markAttendanceBulk marks many students, all or none.
func (s *Server) markAttendanceBulk(ctx context.Context, in *markBulkInput) (*markBulkOutput, error) {
	sheet := newMarkSheet(in.Body.Marks)
	var out markBulkOutput
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if err := lockAttending(ctx, tx, in.ID); err != nil {
			return err
		}
		registered, err := store.MarkedStudents(ctx, tx, in.ID, sheet.lines)
		if err != nil {
			return err
		}
		marks, err := sheet.marks(registered)
		if err != nil {
			return err
		}
		out.Body.Marked = len(marks)
		marks, taken := withoutTaken(marks)
		if err := store.TakeBackMarks(ctx, tx, in.ID, taken); err != nil {
			return err
		}
		return store.MarkAttendance(ctx, tx, in.ID, me(ctx).UserID, marks)
	})
	if err != nil {
		return nil, err
	}
	out.Body.Message = fmt.Sprintf("%d students are marked", out.Body.Marked)
	if out.Body.Marked == 1 {
		out.Body.Message = "1 student is marked"
	}
	return &out, nil
}

// noMark in a bulk mark takes a student's mark back; where there is none that is no fault.
const noMark = "NONE"

const bulkStatusFault = "must be PRESENT, ABSENT or NONE"

func bulkStatus(text string) string {
	if strings.EqualFold(strings.TrimSpace(text), noMark) {
		return noMark
	}
	return markStatus(text)
}

// withoutTaken parts the marks that are to be made from the students whose marks are taken back.
func withoutTaken(all []store.Mark) (marks []store.Mark, taken []int64) {
	for _, mark := range all {
		if mark.Status == noMark {
			taken = append(taken, mark.StudentID)
		} else {
			marks = append(marks, mark)
		}
	}
	return marks, taken
}

// markSheet is a bulk mark while it is read.
type markSheet struct {
	given  []MarkFields
	lines  []store.MarkLine
	faults []store.FieldError
}

func newMarkSheet(given []MarkFields) *markSheet {
	sheet := &markSheet{given: given, lines: make([]store.MarkLine, len(given))}
	for i, mark := range given {
		sheet.lines[i] = store.MarkLine{StudentID: mark.StudentID, RollNumber: strings.TrimSpace(mark.RollNumber)}
	}
	return sheet
}

func (m *markSheet) fault(line int, field, message string) {
	m.faults = append(m.faults, store.FieldError{Field: fmt.Sprintf("marks[%d].%s", line, field), Message: message})
}

// marks returns the marks of the registered students that the lines mean, or an error that names every bad line.
func (m *markSheet) marks(registered []*int64) ([]store.Mark, error) {
	marks := make([]store.Mark, 0, len(m.given))
	firstLine := make(map[int64]int, len(m.given))
	for i, given := range m.given {
		status := bulkStatus(given.Status)
		if status == "" {
			m.fault(i, "status", bulkStatusFault)
		}
		student := registered[i]
		if student == nil {
			m.nobody(i)
			continue
		}
		first, again := firstLine[*student]
		if again {
			if bulkStatus(m.given[first].Status) != status {
				m.fault(i, m.field(i), fmt.Sprintf("is the student of marks[%d], with another status", first))
			}
			continue
		}
		firstLine[*student] = i
		marks = append(marks, store.Mark{StudentID: *student, Status: status})
	}
	if len(m.faults) > 0 {
		return nil, store.InvalidFields(m.faults...)
	}
	return marks, nil
}

// field is what a line names its student by.
func (m *markSheet) field(line int) string {
	if m.lines[line].StudentID == 0 {
		return "roll_number"
	}
	return "student_id"
}

func (m *markSheet) nobody(line int) {
	if (m.lines[line] == store.MarkLine{}) {
		m.fault(line, "student_id", "is needed, or roll_number")
		return
	}
	m.fault(line, m.field(line), notRegistered)
}
