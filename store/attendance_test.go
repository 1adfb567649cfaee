package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/storetest"
)

// More than two portions of what is read at a time, and their roll numbers in small and in capital letters.
func TestAttendanceSheetGoesThroughEverybodyInTheOrderOfRollNumbers(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	head, err := store.CreateUser(t.Context(), pool, store.NewUser{Name: "H", Email: "h@college.example", Role: "HEAD"})
	require.NoError(t, err)
	for drive, students := range map[int]int{1: 10_001, 2: 5_000, 3: 0} {
		_, err = pool.Exec(t.Context(), `
WITH drive AS (
    INSERT INTO drives (drive_id, company_name, job_title, status, posted_by) VALUES ($2, 'Acme', 'Engineer', 'attending', $1)
    RETURNING drive_id
), people AS (
    INSERT INTO users (name, email, role)
    SELECT 'Student', 's' || n || '-' || $2 || '@college.example', 'STUDENT' FROM generate_series(1, $3::int) n
    RETURNING user_id, email
), records AS (
    INSERT INTO students (student_id, roll_number)
    SELECT user_id, CASE user_id % 2 WHEN 0 THEN upper(roll) ELSE roll END
    FROM (SELECT user_id, 'r' || $2 || '-' || lpad(regexp_replace(email, '^s|-.*', '', 'g'), 6, '0') AS roll FROM people) numbered
    RETURNING student_id
), eligible AS (
    INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
    SELECT drive_id, student_id, true, now() FROM drive, records
    RETURNING drive_id, student_id
)
INSERT INTO registrations (drive_id, student_id) SELECT drive_id, student_id FROM eligible`, head.UserID, drive, students)
		require.NoError(t, err)
	}
	for drive, students := range map[int]int{1: 10_001, 2: 5_000, 3: 0} {
		n := 0
		for attendee, err := range store.AttendanceSheet(t.Context(), pool, int64(drive)) {
			require.NoError(t, err)
			n++
			require.Equal(t, fmt.Sprintf("R%d-%06d", drive, n), strings.ToUpper(attendee.RollNumber))
		}
		require.Equal(t, students, n)
	}
}
