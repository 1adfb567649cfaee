package eligibility

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"placeops/store"
	"placeops/store/decimal"
)

// Student is one line of a drive's list of eligible students.
type Student struct {
	StudentID      int64
	Name           string
	Email          string
	RollNumber     string
	Branch         *string
	BatchYear      *int32
	CGPA           *decimal.Decimal
	TenthPercent   *decimal.Decimal
	TwelfthPercent *decimal.Decimal
	ActiveBacklogs int32
	Selected       bool
}

// Narrowed picks some of the eligible students; nil fields and an empty list do not.
type Narrowed struct {
	MinCGPA, MaxCGPA *decimal.Decimal // inclusive
	Branches         []string         // ignoring case and outer spaces
	BacklogsBelow    *int32           // fewer active backlogs than this
}

// eligibleSQL is everybody eligible for a drive: those stored, or, while nothing is stored, those who meet the criteria
// now. %s is that condition.
const eligibleSQL = `
FROM students s
JOIN users u ON u.user_id = s.student_id
LEFT JOIN drive_students ds ON ds.student_id = s.student_id AND ds.drive_id = $1
WHERE %s`

// narrowSQL is the condition of Narrowed.
var narrowSQL = `($2::numeric IS NULL OR s.cgpa >= $2)
  AND ($3::numeric IS NULL OR s.cgpa <= $3)
  AND (cardinality($4::text[]) = 0
       OR upper(` + branch + `) = ANY (ARRAY(SELECT upper(` + trim("asked") + `) FROM unnest($4::text[]) AS asked)))
  AND ($5::integer IS NULL OR s.active_backlogs < $5)`

func eligibleTo(drive store.Drive, n Narrowed) (from string, args []any) {
	if n.Branches == nil {
		n.Branches = []string{}
	}
	args = []any{drive.DriveID, n.MinCGPA, n.MaxCGPA, n.Branches, n.BacklogsBelow}
	if drive.EligibleCount != nil {
		return fmt.Sprintf(eligibleSQL, "ds.student_id IS NOT NULL"), args
	}
	condition, values := Of(drive).Where(len(args) + 1)
	return fmt.Sprintf(eligibleSQL, condition), append(args, values...)
}

// Students returns at most limit of the drive's eligible students in the order of their roll numbers, those after
// afterRoll if given.
func Students(ctx context.Context, db DB, drive store.Drive, n Narrowed, afterRoll *string, limit int32) ([]Student, error) {
	from, args := eligibleTo(drive, n)
	next := len(args) + 1
	sql := fmt.Sprintf(`
SELECT s.student_id, u.name, u.email, s.roll_number, s.branch, s.batch_year, s.cgpa, s.tenth_percent, s.twelfth_percent,
       s.active_backlogs, coalesce(ds.selected, false)
%s
  AND %s
  AND ($%d::text IS NULL OR upper(s.roll_number) > upper($%d))
ORDER BY upper(s.roll_number)
LIMIT $%d`, from, narrowSQL, next, next, next+1)
	rows, err := db.Query(ctx, sql, append(args, afterRoll, limit)...)
	if err != nil {
		return nil, fmt.Errorf("list the eligible students of drive %d: %w", drive.DriveID, err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Student])
}

// Found counts what Narrowed left of a drive's eligible students.
type Found struct {
	Total    int64 // all eligible
	Filtered int64
	// Branches are those of all eligible, each in one spelling.
	Branches []string
}

// CountStudents counts the drive's eligible students, all and narrowed.
func CountStudents(ctx context.Context, db DB, drive store.Drive, n Narrowed) (Found, error) {
	from, args := eligibleTo(drive, n)
	sql := fmt.Sprintf(`
SELECT coalesce(sum(students), 0), coalesce(sum(narrowed), 0),
       coalesce(array_agg(spelling ORDER BY spelling) FILTER (WHERE spelling IS NOT NULL), '{}')
FROM (
    SELECT min(%s) AS spelling, count(*) AS students, count(*) FILTER (WHERE %s) AS narrowed
    %s
    GROUP BY upper(%s)
) branches`, branch, narrowSQL, from, branch)
	var f Found
	if err := db.QueryRow(ctx, sql, args...).Scan(&f.Total, &f.Filtered, &f.Branches); err != nil {
		return Found{}, fmt.Errorf("count the eligible students of drive %d: %w", drive.DriveID, err)
	}
	return f, nil
}
