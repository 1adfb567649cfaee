package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type mark map[string]any

func (h *harness) markBulk(drive int64, marks ...mark) *reply {
	h.t.Helper()
	return h.post("coordinator", at("/attendance/%d/mark-bulk", drive), map[string]any{"marks": marks})
}

func TestBulkMarksByIDOrRollNumber(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("a")
	h.student("b")
	drive := h.attending(nil, "student", "a", "b")
	h.mark("head", drive, "b", "PRESENT").is(http.StatusOK)
	r := h.markBulk(drive,
		mark{"student_id": h.id("student"), "status": "present"},
		mark{"roll_number": " r-A ", "status": "ABSENT"},
		mark{"student_id": h.id("b"), "roll_number": "R-whatever", "name": "as in the list", "status": "absent"},
		mark{"roll_number": "R-A", "status": "absent"}, // twice the same says nothing new
	).is(http.StatusOK)
	require.EqualValues(t, 3, r.int("marked"))
	require.Equal(t, "3 students are marked", r.value("message"))
	require.Equal(t, "1 student is marked", h.markBulk(drive, mark{"roll_number": "R-b", "status": "absent"}).is(http.StatusOK).value("message"))
	list := h.get("head", at("/attendance/%d/list", drive))
	require.Equal(t, []any{"ABSENT", "ABSENT", "PRESENT"}, []any{list.value(0, "status"), list.value(1, "status"), list.value(2, "status")})
}

func TestBulkTakesMarksBack(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("a")
	h.student("b")
	drive := h.attending(nil, "student", "a", "b")
	h.markBulk(drive, mark{"roll_number": "R-a", "status": "PRESENT"}, mark{"roll_number": "R-b", "status": "ABSENT"}).is(http.StatusOK)
	r := h.markBulk(drive,
		mark{"roll_number": "R-a", "status": "none"},
		mark{"student_id": h.id("b"), "status": "PRESENT"},
		mark{"student_id": h.id("student"), "status": "NONE"}, // has no mark: that is what is wanted
	).is(http.StatusOK)
	require.EqualValues(t, 3, r.int("marked"))
	require.EqualValues(t, 1, h.count("SELECT count(*) FROM attendance"))
	require.EqualValues(t, 1, h.count("SELECT count(*) FROM attendance WHERE student_id = $1 AND status = 'PRESENT'", h.id("b")))
	require.Equal(t, map[string]string{"marks[1].student_id": "is the student of marks[0], with another status"},
		h.markBulk(drive, mark{"roll_number": "R-b", "status": "NONE"}, mark{"student_id": h.id("b"), "status": "ABSENT"}).faults())
	h.mark("head", drive, "b", "NONE").is(http.StatusUnprocessableEntity)
	h.post("head", at("/attendance/%d/publish", drive), nil).is(http.StatusOK)
	h.markBulk(drive, mark{"roll_number": "R-b", "status": "NONE"}).is(http.StatusConflict)
}

func TestBulkMarkNamesEveryBadLineAndChangesNothing(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("unregistered")
	drive := h.attending(nil, "student")
	const stranger = "is not registered for this drive"
	faults := h.markBulk(drive,
		mark{"student_id": h.id("student"), "status": "PRESENT"},
		mark{"roll_number": "R-unregistered", "status": "PRESENT"},
		mark{"roll_number": "nobody", "status": "maybe"},
		mark{"student_id": h.id("unregistered"), "status": "ABSENT"},
		mark{"student_id": -1, "status": "ABSENT"},
		mark{"status": "ABSENT"},
		mark{"roll_number": "R-student", "status": "ABSENT"},
	).faults()
	require.Equal(t, map[string]string{
		"marks[1].roll_number": stranger,
		"marks[2].roll_number": stranger,
		"marks[2].status":      "must be PRESENT, ABSENT or NONE",
		"marks[3].student_id":  stranger,
		"marks[4].student_id":  stranger,
		"marks[5].student_id":  "is needed, or roll_number",
		"marks[6].roll_number": "is the student of marks[0], with another status",
	}, faults)
	require.Zero(t, h.count("SELECT count(*) FROM attendance"))
	require.Contains(t, h.markBulk(drive).faults(), "marks")
	require.Contains(t, h.markBulk(drive, mark{"student_id": "7", "status": "ABSENT"}).faults(), "marks[0].student_id")
	require.Contains(t, h.markBulk(drive, mark{"student_id": 7}).faults(), "marks[0].status")
	require.Contains(t, h.post("head", at("/attendance/%d/mark-bulk", drive), map[string]any{}).faults(), "marks")
	require.Contains(t, h.post("head", at("/attendance/%d/mark-bulk", drive), `{"marks":null}`).faults(), "marks")
}

// Bulk marks of the same students in any order, at the same moment, neither block each other for good nor mix.
func TestBulkMarksOfTheSameStudentsDoNotDeadlock(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("a")
	h.student("b")
	drive := h.attending(nil, "a", "b")
	together(16, func(i int) int {
		marks := []mark{{"student_id": h.id("a"), "status": "PRESENT"}, {"student_id": h.id("b"), "status": "PRESENT"}}
		if i%2 == 1 {
			marks = []mark{{"student_id": h.id("b"), "status": "ABSENT"}, {"student_id": h.id("a"), "status": "ABSENT"}}
		}
		return h.markBulk(drive, marks...).is(http.StatusOK).status
	})
	require.EqualValues(t, 1, h.count("SELECT count(DISTINCT status) FROM attendance"))
}

// crowd registers n students for a new attending drive, beside what HTTP would take.
func (h *harness) crowd(n int) int64 {
	h.t.Helper()
	drive := h.drive(nil)
	h.exec(`INSERT INTO users (name, email, role) SELECT 'Student ' || n, 's' || n || '@crowd.example', 'STUDENT'
		FROM generate_series(1, $1::int) n`, n)
	h.exec(`INSERT INTO students (student_id, roll_number, branch, batch_year, cgpa)
		SELECT user_id, 'C' || lpad(substr(name, 9), 6, '0'), 'CSE', 2027, 8 FROM users WHERE email LIKE '%@crowd.example'`)
	h.exec(`INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
		SELECT $1, student_id, true, now() FROM students WHERE roll_number LIKE 'C%'`, drive)
	h.exec(`INSERT INTO registrations (drive_id, student_id)
		SELECT drive_id, student_id FROM drive_students WHERE drive_id = $1 ORDER BY student_id`, drive)
	h.exec("UPDATE drives SET status = 'attending' WHERE drive_id = $1", drive)
	return drive
}

// A big drive's day, with more students than are in memory at once.
func TestBulkMarkTakesAWholeCollege(t *testing.T) {
	t.Parallel()
	h := start(t)
	const students = 10_010
	drive := h.crowd(students)
	marks := make([]mark, students-1)
	for i := range marks {
		marks[i] = mark{"roll_number": fmt.Sprintf("c%06d", i+1), "status": []string{"PRESENT", "ABSENT"}[i%2]}
	}
	require.EqualValues(t, len(marks), h.markBulk(drive, marks...).is(http.StatusOK).int("marked"))
	h.post("head", at("/attendance/%d/publish", drive), nil).is(http.StatusOK)
	require.EqualValues(t, students/2, h.get("head", "/finished-drives").int(0, "total_absent"))

	sheet := openBook(t, h.get("head", at("/finished-drives/%d/download", drive)).is(http.StatusOK).body)
	rows, err := sheet.GetRows("Attendance")
	require.NoError(t, err)
	lines := strings.Split(string(h.get("head", at("/attendance/%d/download-csv", drive)).is(http.StatusOK).body), "\r\n")
	require.Len(t, rows, students+1)
	require.Len(t, lines, students+2)
	for i := 1; i <= students; i++ {
		roll := fmt.Sprintf("C%06d", i)
		require.Equal(t, roll, rows[i][0])
		require.True(t, strings.HasPrefix(lines[i], roll+","), lines[i])
	}
}

func TestBulkMarkBodyHasALimit(t *testing.T) {
	t.Parallel()
	h := start(t)
	path := at("/attendance/%d/mark-bulk", h.drive(nil))
	tooLarge := h.post("head", path, bytes.Repeat([]byte(" "), 5<<20+1)).is(http.StatusRequestEntityTooLarge)
	require.Equal(t, "the request body is larger than 5 MB", tooLarge.value("message"))
	padded := []byte(`{"marks":[{"student_id":1,"status":"absent"}]}`)
	padded = append(padded, bytes.Repeat([]byte(" "), 5<<20-len(padded))...)
	h.post("head", path, padded).is(http.StatusConflict)
}
