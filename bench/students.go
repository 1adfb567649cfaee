package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/jackc/pgx/v5"

	"placeops/auth"
	"placeops/eligibility"
	"placeops/sheets"
	"placeops/store"
	"placeops/store/decimal"
)

// addStudentsSQL makes n students as colleges have them: marks around a middle, ten branches of different sizes, two
// batches, few backlogs, some with a diploma instead of a 12th. random() is seeded, so they are the same in every run.
const addStudentsSQL = `
WITH given AS MATERIALIZED (
    SELECT n,
           random() + random() + random() AS cgpa,
           random() + random() AS tenth,
           random() + random() AS twelfth,
           random() AS branch,
           random() AS backlogs,
           random() AS diploma
    FROM generate_series(1, $1::integer) AS n
), accounts AS (
    INSERT INTO users (name, email, role)
    SELECT 'Student ' || n, 'student' || n || '@college.example', 'STUDENT'
    FROM given
    RETURNING user_id, email
)
INSERT INTO students (student_id, roll_number, branch, batch_year, cgpa, tenth_percent, twelfth_percent, diploma_percent,
                      active_backlogs, gender)
SELECT user_id,
       '26C' || lpad(n::text, 7, '0'),
       (ARRAY['Computer Science', 'Computer Science', 'Computer Science', 'Electronics', 'Electronics', 'Mechanical',
              'Civil', 'Electrical', 'Information Technology', 'Chemical'])[1 + floor(branch * 10)::integer],
       2026 + n % 2,
       trunc((4.2 + 1.9 * cgpa)::numeric, 2),
       trunc((45 + 27 * tenth)::numeric, 2),
       CASE WHEN diploma > 0.08 THEN trunc((40 + 29 * twelfth)::numeric, 2) END,
       CASE WHEN diploma <= 0.08 THEN trunc((50 + 24 * twelfth)::numeric, 2) END,
       CASE WHEN backlogs < 0.85 THEN 0 ELSE 1 + floor((backlogs - 0.85) * 20)::integer END,
       CASE WHEN n % 5 < 2 THEN 'F' ELSE 'M' END
FROM given
JOIN accounts ON email = 'student' || n || '@college.example'`

func (c *college) addStudents(ctx context.Context, n int) error {
	err := store.InTx(ctx, c.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT setseed(0.26)"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, addStudentsSQL, n)
		return err
	})
	if err != nil {
		return err
	}
	if err := mustCount(ctx, c.pool, int64(n), "SELECT count(*) FROM students"); err != nil {
		return err
	}
	return c.settle(ctx)
}

// signInStudents signs in the students s (with their accounts u) of whom the condition is true.
func (c *college) signInStudents(ctx context.Context, condition string, args ...any) ([]person, error) {
	rows, err := c.pool.Query(ctx, `
SELECT u.user_id, u.name, u.email
FROM students s
JOIN users u ON u.user_id = s.student_id
WHERE `+condition, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var people []person
	for rows.Next() {
		var id int64
		var name, email string
		if err := rows.Scan(&id, &name, &email); err != nil {
			return nil, err
		}
		p, err := c.client.signIn(id, auth.Student, name, email)
		if err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	if len(people) == 0 && rows.Err() == nil {
		return nil, errNobody
	}
	return people, rows.Err()
}

// typicalDrive asks what most companies ask; about two students of five meet it.
func typicalDrive() (fields map[string]any, criteria eligibility.Criteria) {
	branches := []string{"Computer Science", "Information Technology", "Electronics", "Electrical"}
	minCGPA, minPercent, backlogs := decimal.MustParse("6"), decimal.MustParse("55"), int32(0)
	return map[string]any{
			"company_name": "Typical Ltd", "job_title": "Engineer", "min_cgpa": 6, "min_10th": 55, "min_12th": 55,
			"max_backlogs": 0, "allowed_branches": branches, "allowed_batches": []int{2026, 2027},
		}, eligibility.Criteria{
			MinCGPA: &minCGPA, Min10th: &minPercent, Min12th: &minPercent, MaxBacklogs: &backlogs,
			AllowedBranches: branches, AllowedBatches: []int32{2026, 2027},
		}
}

// studentSheet is a college's CSV file of n new students.
func studentSheet(n int) ([]byte, error) {
	random := rand.New(rand.NewPCG(26, 27)) //nolint:gosec // the same sheet in every run
	branches := []string{"CSE", "IT", "ECE", "EEE", "ME", "CE"}
	var file bytes.Buffer
	csv := sheets.NewCSVWriter(&file)
	err := csv.Write("Roll No", "Name", "Email", "Branch", "Batch", "CGPA", "10th %", "12th %", "Active Backlogs", "Gender", "Phone")
	for i := 1; i <= n && err == nil; i++ {
		err = csv.Write(
			fmt.Sprintf("27%s%06d", branches[i%len(branches)], i),
			fmt.Sprintf("Student Number %d", i),
			fmt.Sprintf("student.%d@college.example", i),
			branches[i%len(branches)],
			"2027",
			fmt.Sprintf("%.2f", 5+5*random.Float64()),
			fmt.Sprintf("%.2f", 50+50*random.Float64()),
			fmt.Sprintf("%.2f", 50+50*random.Float64()),
			fmt.Sprint(random.IntN(8)/6),
			[]string{"M", "F"}[random.IntN(2)],
			fmt.Sprintf("98%08d", i),
		)
	}
	if err == nil {
		err = csv.Flush()
	}
	return file.Bytes(), err
}
