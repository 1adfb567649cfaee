package eligibility

import (
	"context"
	"fmt"
	"strings"

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

// studentColumns are the fields of Student, in their order.
const studentColumns = `s.student_id, u.name, u.email, s.roll_number, s.branch, s.batch_year, s.cgpa, s.tenth_percent,
       s.twelfth_percent, s.active_backlogs, coalesce(ds.selected, false)`

// Narrowed picks some of the eligible students; nil fields and an empty list do not.
type Narrowed struct {
	Matching         *string          // an ILIKE pattern over name, e-mail and roll number, see store.Matching
	MinCGPA, MaxCGPA *decimal.Decimal // inclusive
	Branches         []string         // ignoring case and outer spaces
	BatchYear        *int32
	BacklogsBelow    *int32 // fewer active backlogs than this
	Selected         *bool
}

// Everybody tells that n leaves nobody out.
func (n Narrowed) Everybody() bool { return n.where(&arguments{}) == "true" }

// where is the condition of n over students s, users u and drive_students ds.
func (n Narrowed) where(args *arguments) string {
	var conditions []string
	narrow := func(condition string, v any) {
		conditions = append(conditions, strings.ReplaceAll(condition, "{asked}", args.bind(v)))
	}
	if n.MinCGPA != nil {
		narrow("s.cgpa >= {asked}::numeric", *n.MinCGPA)
	}
	if n.MaxCGPA != nil {
		narrow("s.cgpa <= {asked}::numeric", *n.MaxCGPA)
	}
	if len(n.Branches) > 0 {
		narrow("upper("+branch+") = ANY (ARRAY(SELECT upper("+trim("asked")+") FROM unnest({asked}::text[]) AS asked))", n.Branches)
	}
	if n.BatchYear != nil {
		narrow("s.batch_year = {asked}::integer", *n.BatchYear)
	}
	if n.BacklogsBelow != nil {
		narrow("s.active_backlogs < {asked}::integer", *n.BacklogsBelow)
	}
	if n.Selected != nil {
		narrow("coalesce(ds.selected, false) = {asked}::boolean", *n.Selected)
	}
	if n.Matching != nil { // last, as it costs most
		narrow("(s.roll_number ILIKE {asked} OR u.name ILIKE {asked} OR u.email ILIKE {asked})", *n.Matching)
	}
	if conditions == nil {
		return "true"
	}
	return "(" + strings.Join(conditions, "\n  AND ") + ")"
}

// eligibleSQL is everybody eligible for a drive: those stored, or, while nothing is stored, those who meet the criteria
// now. %s is that condition.
const eligibleSQL = `
FROM students s
JOIN users u ON u.user_id = s.student_id
LEFT JOIN drive_students ds ON ds.student_id = s.student_id AND ds.drive_id = $1
WHERE %s`

// eligibleTo is what eligibleSQL says for a drive, with its arguments; more may be bound to them.
func eligibleTo(drive store.Drive) (from string, args *arguments) {
	args = &arguments{first: 1, values: []any{drive.DriveID}}
	if drive.EligibleCount != nil {
		return fmt.Sprintf(eligibleSQL, "ds.student_id IS NOT NULL"), args
	}
	condition, values := Of(drive).Where(len(args.values) + 1)
	args.values = append(args.values, values...)
	return fmt.Sprintf(eligibleSQL, condition), args
}

// Students returns at most limit of the drive's eligible students in the order of their roll numbers, those after
// afterRoll if given.
func Students(ctx context.Context, db DB, drive store.Drive, n Narrowed, afterRoll *string, limit int32) ([]Student, error) {
	from, args := eligibleTo(drive)
	sql := "SELECT " + studentColumns + from + "\n  AND " + n.where(args)
	if afterRoll != nil {
		sql += "\n  AND upper(s.roll_number) > upper(" + args.bind(*afterRoll) + ")"
	}
	sql += "\nORDER BY upper(s.roll_number)\nLIMIT " + args.bind(limit)
	rows, err := db.Query(ctx, sql, args.values...)
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

// Count counts the drive's eligible students.
func Count(ctx context.Context, db DB, drive store.Drive) (count int64, err error) {
	from, args := eligibleTo(drive)
	if err = db.QueryRow(ctx, "SELECT count(*)"+from, args.values...).Scan(&count); err != nil {
		return 0, fmt.Errorf("count the eligible students of drive %d: %w", drive.DriveID, err)
	}
	return count, nil
}

// CountStudents counts the drive's eligible students, all and narrowed.
func CountStudents(ctx context.Context, db DB, drive store.Drive, n Narrowed) (Found, error) {
	from, args := eligibleTo(drive)
	sql := fmt.Sprintf(`
SELECT coalesce(sum(students), 0), coalesce(sum(narrowed), 0),
       coalesce(array_agg(spelling ORDER BY spelling) FILTER (WHERE spelling IS NOT NULL), '{}')
FROM (
    SELECT min(%s) AS spelling, count(*) AS students, count(*) FILTER (WHERE %s) AS narrowed
    %s
    GROUP BY upper(%s)
) branches`, branch, n.where(args), from, branch)
	var f Found
	if err := db.QueryRow(ctx, sql, args.values...).Scan(&f.Total, &f.Filtered, &f.Branches); err != nil {
		return Found{}, fmt.Errorf("count the eligible students of drive %d: %w", drive.DriveID, err)
	}
	return f, nil
}
