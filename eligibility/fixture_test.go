package eligibility_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/eligibility"
	"placeops/store/decimal"
)

// student is one row of students with its user; marks are text as a file gives them, nil is missing.
type student struct {
	id                             int64
	inactive, debarred             bool
	cgpa, tenth, twelfth, diploma  *string
	activeBacklogs, clearedBacklog int32
	branch, gender                 *string
	batch                          *int32
	gapYears                       int32
}

// fine is a student whom only a demanding drive refuses.
func fine(id int64) student {
	return student{
		id: id, cgpa: new("8.25"), tenth: new("81.5"), twelfth: new("77"), branch: new("CSE"), gender: new("F"),
		batch: new(int32(2026)),
	}
}

const insertUsers = `
INSERT INTO users (user_id, name, email, role, active)
SELECT id, 'Student ' || id, 'student' || id || '@example.edu', 'STUDENT', active
FROM unnest($1::bigint[], $2::boolean[]) AS given (id, active)`

const insertStudents = `
INSERT INTO students (student_id, roll_number, debarred, cgpa, tenth_percent, twelfth_percent, diploma_percent,
                      active_backlogs, cleared_backlogs, branch, gender, batch_year, gap_years)
SELECT id, 'R' || id, debarred, cgpa::numeric, tenth::numeric, twelfth::numeric, diploma::numeric,
       active_backlogs, cleared_backlogs, branch, gender, batch, gap_years
FROM unnest($1::bigint[], $2::boolean[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::integer[],
            $9::text[], $10::text[], $11::integer[], $12::integer[])
    AS given (id, debarred, cgpa, tenth, twelfth, diploma, active_backlogs, cleared_backlogs, branch, gender, batch,
              gap_years)`

// insert writes students with two statements, however many there are.
func insert(ctx context.Context, db eligibility.DB, students ...student) error {
	_, err := db.Exec(ctx, insertUsers,
		column(students, func(s student) int64 { return s.id }),
		column(students, func(s student) bool { return !s.inactive }))
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, insertStudents,
		column(students, func(s student) int64 { return s.id }),
		column(students, func(s student) bool { return s.debarred }),
		column(students, func(s student) *string { return s.cgpa }),
		column(students, func(s student) *string { return s.tenth }),
		column(students, func(s student) *string { return s.twelfth }),
		column(students, func(s student) *string { return s.diploma }),
		column(students, func(s student) int32 { return s.activeBacklogs }),
		column(students, func(s student) int32 { return s.clearedBacklog }),
		column(students, func(s student) *string { return s.branch }),
		column(students, func(s student) *string { return s.gender }),
		column(students, func(s student) *int32 { return s.batch }),
		column(students, func(s student) int32 { return s.gapYears }))
	return err
}

func column[T any](students []student, of func(student) T) []T {
	values := make([]T, len(students))
	for i, s := range students {
		values[i] = of(s)
	}
	return values
}

// poster is the user who posts the drives of the tests.
const poster = 1_000_000

// insertDrive makes a drive without criteria: what is asked is given to the functions under test.
func insertDrive(ctx context.Context, db eligibility.DB) (driveID int64, err error) {
	_, err = db.Exec(ctx, `
INSERT INTO users (user_id, name, email, role)
VALUES ($1, 'Poster', 'poster@example.edu', 'COORDINATOR')
ON CONFLICT DO NOTHING`, poster)
	if err != nil {
		return 0, err
	}
	err = db.QueryRow(ctx, `
INSERT INTO drives (company_name, job_title, posted_by)
VALUES ('Acme', 'Engineer', $1)
RETURNING drive_id`, poster).Scan(&driveID)
	return driveID, err
}

// selection lists the students whom Where selects, with placeholders from $first on.
func selection(ctx context.Context, db eligibility.DB, c eligibility.Criteria, first int) ([]int64, error) {
	condition, args := c.Where(first)
	unused := make([]any, first-1)
	uses := []string{"true"}
	for i := range unused {
		unused[i] = int64(i)
		uses = append(uses, fmt.Sprintf("$%d::bigint = %d", i+1, i))
	}
	return ids(ctx, db, `
SELECT s.student_id
FROM students s
JOIN users u ON u.user_id = s.student_id
WHERE `+strings.Join(uses, " AND ")+` AND `+condition+`
ORDER BY s.student_id`, append(unused, args...)...)
}

func ids(ctx context.Context, db eligibility.DB, sql string, args ...any) ([]int64, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// inTx runs what the jobs run: the drive locked first, then f, then commit.
func inTx(t *testing.T, pool *pgxpool.Pool, driveID int64, f func(pgx.Tx)) {
	t.Helper()
	require.NoError(t, pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "SELECT FROM drives WHERE drive_id = $1 FOR NO KEY UPDATE", driveID)
		require.NoError(t, err)
		f(tx)
		return nil
	}))
}

func mark(text string) *decimal.Decimal { return new(decimal.MustParse(text)) }
