package eligibility

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"placeops/store"
	"placeops/store/decimal"
)

// An Order is how a list of eligible students is sorted. Who is equal in it, or has nothing to be sorted by, comes in the
// order of the ids; those who have nothing come last.
type Order struct {
	By         string // roll_number, name, branch, cgpa or active_backlogs
	Descending bool
}

// After is where a page ended: the last student, with what he is sorted by, as SortedBy gives it.
type After struct {
	Key       *string
	StudentID int64
}

// An ordering is one thing that students are sorted by: its SQL over s and u, the SQL of the same for a text, and the text of
// a student.
type ordering struct {
	key, ofText string
	text        func(Student) *string
	isText      func(string) bool // tells a text that ofText can read; nil: any
	ofUser      bool              // it stands in the account
}

var orderings = map[string]ordering{
	"roll_number": {key: "upper(s.roll_number)", ofText: "upper({text}::text)", text: func(s Student) *string { return &s.RollNumber }},
	"name":        {key: "upper(u.name)", ofText: "upper({text}::text)", text: func(s Student) *string { return &s.Name }, ofUser: true},
	"branch": {
		key: "upper(" + branch + ")", ofText: "upper(NULLIF(" + trim("{text}::text") + ", ''))",
		text: func(s Student) *string { return s.Branch },
	},
	"cgpa":            {key: "s.cgpa", ofText: "{text}::text::numeric", text: cgpaText, isText: isDecimal},
	"active_backlogs": {key: "s.active_backlogs", ofText: "{text}::text::integer", text: backlogsText, isText: isInteger},
}

func cgpaText(s Student) *string {
	if s.CGPA == nil {
		return nil
	}
	text := s.CGPA.String()
	return &text
}

func backlogsText(s Student) *string {
	text := strconv.Itoa(int(s.ActiveBacklogs))
	return &text
}

func isDecimal(text string) bool {
	d, err := decimal.Parse(text)
	return err == nil && d.String() == text
}

func isInteger(text string) bool {
	_, err := strconv.ParseInt(text, 10, 32)
	return err == nil
}

// Knows tells whether a page in the order can have ended there.
func (o Order) Knows(at After) bool {
	isText := orderings[o.By].isText
	return at.Key == nil || isText == nil || isText(*at.Key)
}

// SortedBy is where a student stands in the order.
func (o Order) SortedBy(s Student) After { return After{orderings[o.By].text(s), s.StudentID} }

// direction is the SQL of the order's direction, and of what comes after something.
func (o Order) direction() (order, after string) {
	if o.Descending {
		return "DESC", "<"
	}
	return "ASC", ">"
}

// everybody is everybody eligible for a drive whom n leaves, with the arguments. What needs nothing from the accounts
// does not read them: for 60,000 that is a third of the time.
func everybody(drive store.Drive, n Narrowed, accounts bool) (from string, args *arguments) {
	from, args = eligibleTo(drive)
	if drive.EligibleCount != nil && n.Matching == nil && !accounts {
		from = "\nFROM drive_students ds\nJOIN students s USING (student_id)\nWHERE ds.drive_id = $1"
	}
	return from + "\n  AND " + n.where(args), args
}

// Listed is a page of a list, and how many students the whole list has.
type Listed struct {
	Students []Student
	Total    int64
}

// List returns at most limit of the drive's eligible students whom n leaves, in the given order, those after the given one
// if there is one.
func List(ctx context.Context, db DB, drive store.Drive, n Narrowed, o Order, after *After, limit int32) (Listed, error) {
	by := orderings[o.By]
	from, args := everybody(drive, n, by.ofUser)
	order, beyond := o.direction()
	condition := "true"
	if after != nil {
		condition = strings.NewReplacer(
			"{last}", strings.ReplaceAll(by.ofText, "{text}", args.bind(after.Key)), "{id}", args.bind(after.StudentID), "{beyond}", beyond,
		).Replace(`CASE WHEN {last} IS NULL THEN key IS NULL AND student_id > {id}
       ELSE key IS NULL OR key {beyond} {last} OR key = {last} AND student_id > {id} END`)
	}
	// The outer join gives a row with the total also where the page has nobody.
	sql := fmt.Sprintf(`
WITH matching AS MATERIALIZED (
SELECT s.student_id, %s AS key%s
),
page AS (SELECT student_id, key FROM matching WHERE %s ORDER BY key %s NULLS LAST, student_id LIMIT %s),
total AS (SELECT count(*) AS students FROM matching)
SELECT total.students, %s
FROM total
LEFT JOIN (
    page
    JOIN students s USING (student_id)
    JOIN users u ON u.user_id = s.student_id
    LEFT JOIN drive_students ds ON ds.student_id = s.student_id AND ds.drive_id = $1
) ON true
ORDER BY page.key %s NULLS LAST, page.student_id`, by.key, from, condition, order, args.bind(limit), studentColumns, order)
	listed, err := collectListed(db.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args.values...)...))
	if err != nil {
		return listed, fmt.Errorf("list the eligible students of drive %d: %w", drive.DriveID, err)
	}
	return listed, nil
}

func collectListed(rows pgx.Rows, err error) (Listed, error) {
	listed := Listed{Students: []Student{}}
	if err != nil {
		return listed, err
	}
	defer rows.Close()
	for rows.Next() {
		var id *int64
		var name, email, roll *string
		var backlogs *int32
		var s Student
		if err := rows.Scan(&listed.Total, &id, &name, &email, &roll, &s.Branch, &s.BatchYear, &s.CGPA, &s.TenthPercent,
			&s.TwelfthPercent, &backlogs, &s.Selected); err != nil {
			return listed, err
		}
		if id != nil {
			s.StudentID, s.Name, s.Email, s.RollNumber, s.ActiveBacklogs = *id, *name, *email, *roll, *backlogs
			listed.Students = append(listed.Students, s)
		}
	}
	return listed, rows.Err()
}

// IDs returns all of the drive's eligible students whom n leaves, in ascending order.
func IDs(ctx context.Context, db DB, drive store.Drive, n Narrowed) ([]int64, error) {
	from, args := everybody(drive, n, false)
	sql := "SELECT s.student_id" + from + "\nORDER BY s.student_id"
	rows, err := db.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args.values...)...)
	if err != nil {
		return nil, fmt.Errorf("list the ids of the eligible students of drive %d: %w", drive.DriveID, err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
