package eligibility

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrNoDrive is returned by Store when there is no such drive.
var ErrNoDrive = errors.New("no such drive")

// Stored says what Store left behind and what it changed, in students.
type Stored struct {
	// Eligible and Selected count the drive's rows as they are now, the kept ones among them.
	Eligible int64
	Selected int64
	// Added and Removed count the rows that came and went.
	Added   int64
	Removed int64
	// KeptRegistered counts those who no longer qualify but have registered, and so keep their row.
	KeptRegistered int64
}

// storeSQL compares who qualifies now with who is stored, and writes the difference and the drive's counts. It is one
// statement so that one snapshot decides. %s is the condition of the rules.
//
// The time stays linear however wrong the planner's guess is on a drive that has just been filled: a FULL JOIN cannot
// become a nested loop, and neither can an IN that is hidden from the planner's joins by IS TRUE or in a SELECT list.
// Rows go in by ascending id, which the indexes and the checks of the foreign keys take faster than the order of a
// hash table.
const storeSQL = `
WITH compared AS MATERIALIZED (
    SELECT COALESCE(now_eligible.student_id, stored.student_id) AS student_id,
           now_eligible.student_id IS NOT NULL AS qualifies,
           stored.student_id IS NOT NULL AS stored,
           COALESCE(stored.selected, false) AS selected,
           COALESCE(stored.registered, false) AS registered
    FROM (
        SELECT s.student_id
        FROM students s
        JOIN users u ON u.user_id = s.student_id
        WHERE %s
    ) AS now_eligible
    FULL JOIN (
        SELECT student_id, selected,
               student_id IN (SELECT student_id FROM registrations WHERE drive_id = $1) AS registered
        FROM drive_students
        WHERE drive_id = $1
    ) AS stored ON stored.student_id = now_eligible.student_id
), removed AS (
    DELETE FROM drive_students
    WHERE drive_id = $1
      AND (student_id IN (SELECT student_id FROM compared WHERE stored AND NOT qualifies AND NOT registered)) IS TRUE
), newly_selected AS (
    UPDATE drive_students
    SET selected = true, selected_at = now()
    WHERE $2::boolean
      AND drive_id = $1
      AND (student_id IN (SELECT student_id FROM compared WHERE stored AND qualifies AND NOT selected)) IS TRUE
), added AS (
    INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
    SELECT $1, student_id, $2, CASE WHEN $2 THEN now() END
    FROM compared
    WHERE NOT stored
    ORDER BY student_id
)
UPDATE drives
SET eligible_count = counted.eligible, selected_count = counted.selected
FROM (
    SELECT count(*) FILTER (WHERE qualifies OR registered) AS eligible,
           count(*) FILTER (WHERE (selected OR (qualifies AND $2)) AND (qualifies OR registered)) AS selected,
           count(*) FILTER (WHERE NOT stored) AS added,
           count(*) FILTER (WHERE NOT qualifies AND NOT registered) AS removed,
           count(*) FILTER (WHERE NOT qualifies AND registered) AS kept_registered
    FROM compared
) AS counted
WHERE drives.drive_id = $1
RETURNING counted.eligible, counted.selected, counted.added, counted.removed, counted.kept_registered`

// Store makes the drive's rows in drive_students those of the students who meet c (contract, section 2). Who no longer
// qualifies goes, except who has registered. The newly eligible come in, selected when selectAll is set; then also
// those stored before without being selected become selected. Running it again changes nothing.
//
// The transaction must hold the drive's row lock already, taken by an earlier statement: it keeps registrations and
// other calls of Store out. The error is ErrNoDrive when there is no such drive.
func Store(ctx context.Context, tx pgx.Tx, driveID int64, c Criteria, selectAll bool) (Stored, error) {
	condition, args := c.Where(3)
	args = append([]any{driveID, selectAll}, args...)
	var s Stored
	err := tx.QueryRow(ctx, fmt.Sprintf(storeSQL, condition), args...).
		Scan(&s.Eligible, &s.Selected, &s.Added, &s.Removed, &s.KeptRegistered)
	if errors.Is(err, pgx.ErrNoRows) {
		return Stored{}, ErrNoDrive
	}
	if err != nil {
		return Stored{}, fmt.Errorf("store the eligible students of drive %d: %w", driveID, err)
	}
	return s, nil
}
