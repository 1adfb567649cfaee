package eligibility_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/eligibility"
	drives "placeops/store"
)

// manyStudents fills a database with 60,000 students of 30 branches and marks of two decimals.
const manyStudents = `
WITH given AS (
    SELECT id, random() AS a, random() AS b, random() AS c FROM generate_series(1, 60000) AS id
), new_users AS (
    INSERT INTO users (user_id, name, email, role, active)
    SELECT id, 'Student ' || id, 'student' || id || '@example.edu', 'STUDENT', id % 50 <> 0
    FROM given
)
INSERT INTO students (student_id, roll_number, branch, batch_year, cgpa, tenth_percent, twelfth_percent,
                      active_backlogs, gender, debarred)
SELECT id, 'R' || id, 'Branch ' || id % 30, 2025 + id % 2, trunc((4 + 6 * a)::numeric, 2),
       trunc((40 + 60 * b)::numeric, 2), CASE WHEN id % 40 <> 0 THEN trunc((40 + 60 * c)::numeric, 2) END,
       greatest(0, id % 20 - 15), CASE WHEN id % 3 = 0 THEN 'F' ELSE 'M' END, id % 300 = 0
FROM given`

func bigCollege(b *testing.B) (*pgxpool.Pool, int64) {
	b.Helper()
	pool := newDB(b)
	_, err := pool.Exec(b.Context(), manyStudents)
	require.NoError(b, err)
	driveID, err := insertDrive(b.Context(), pool)
	require.NoError(b, err)
	_, err = pool.Exec(b.Context(), "VACUUM ANALYZE")
	require.NoError(b, err)
	return pool, driveID
}

// typical is what most drives ask.
func typical() eligibility.Criteria {
	c := eligibility.Criteria{MinCGPA: mark("5"), Min10th: mark("45"), Min12th: mark("45"), MaxBacklogs: new(int32(3))}
	for n := range 20 {
		c.AllowedBranches = append(c.AllowedBranches, "branch "+strconv.Itoa(n))
	}
	return c
}

// BenchmarkStore60k is the first publish of a drive to (nearly) everybody, beside the bare statement that writes the
// same rows.
func BenchmarkStore60k(b *testing.B) {
	pool, driveID := bigCollege(b)
	for name, c := range map[string]eligibility.Criteria{"no criteria": {}, "typical criteria": typical()} {
		condition, args := c.Where(2)
		b.Run(name+"/Store", func(b *testing.B) {
			writing(b, pool, func(tx pgx.Tx) {
				stored, err := eligibility.Store(b.Context(), tx, driveID, c, true)
				require.NoError(b, err)
				b.ReportMetric(float64(stored.Added), "rows")
			})
		})
		b.Run(name+"/bare INSERT", func(b *testing.B) {
			writing(b, pool, func(tx pgx.Tx) {
				tag, err := tx.Exec(b.Context(), `
INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
SELECT $1, s.student_id, true, now()
FROM students s
JOIN users u ON u.user_id = s.student_id
WHERE `+condition, append([]any{driveID}, args...)...)
				require.NoError(b, err)
				b.ReportMetric(float64(tag.RowsAffected()), "rows")
			})
		})
	}
}

// BenchmarkStoreAgain60k re-filters a drive that has its rows: unchanged, and with half of them to go. The planner
// knows only the rows of another drive, as it does just after a publish.
func BenchmarkStoreAgain60k(b *testing.B) {
	pool, known := bigCollege(b)
	driveID, err := insertDrive(b.Context(), pool)
	require.NoError(b, err)
	const fill = `
INSERT INTO drive_students (drive_id, student_id, selected)
SELECT $1, student_id, false FROM students JOIN users ON user_id = student_id WHERE active AND NOT debarred`
	for _, statement := range []string{
		"ALTER TABLE drive_students SET (autovacuum_enabled = false)",
		strings.Replace(fill, "$1", strconv.FormatInt(known, 10), 1),
		"ANALYZE drive_students",
		strings.Replace(fill, "$1", strconv.FormatInt(driveID, 10), 1),
	} {
		_, err = pool.Exec(b.Context(), statement)
		require.NoError(b, err)
	}
	for name, c := range map[string]eligibility.Criteria{"unchanged": {}, "narrower": {MinCGPA: mark("7")}} {
		for selection, all := range map[string]bool{"hand-picked": false, "select all": true} {
			b.Run(name+"/"+selection, func(b *testing.B) {
				writing(b, pool, func(tx pgx.Tx) {
					_, err := eligibility.Store(b.Context(), tx, driveID, c, all)
					require.NoError(b, err)
				})
			})
		}
	}
}

// writing times f in a transaction that holds the drive, and takes everything back, dead rows as well.
func writing(b *testing.B, pool *pgxpool.Pool, f func(pgx.Tx)) {
	rollback := errors.New("rollback")
	for b.Loop() {
		err := pgx.BeginFunc(b.Context(), pool, func(tx pgx.Tx) error {
			_, err := tx.Exec(b.Context(), "SELECT FROM drives FOR NO KEY UPDATE")
			require.NoError(b, err)
			f(tx)
			return rollback
		})
		require.ErrorIs(b, err, rollback)
		b.StopTimer()
		_, err = pool.Exec(b.Context(), "VACUUM drive_students, drives")
		require.NoError(b, err)
		b.StartTimer()
	}
}

// BenchmarkList60k is a page of 50 with the number of all, in every order, and under a filter that has to look at texts.
func BenchmarkList60k(b *testing.B) {
	pool, driveID := bigCollege(b)
	_, err := pool.Exec(b.Context(), "UPDATE students SET debarred = false")
	require.NoError(b, err)
	_, err = pool.Exec(b.Context(), "UPDATE users SET active = true")
	require.NoError(b, err)
	_, err = pool.Exec(b.Context(), "VACUUM FULL ANALYZE")
	require.NoError(b, err)
	for _, state := range []string{"live", "stored"} {
		if state == "stored" {
			writing := pgx.BeginFunc(b.Context(), pool, func(tx pgx.Tx) error {
				_, err := eligibility.Store(b.Context(), tx, driveID, eligibility.Criteria{}, true)
				return err
			})
			require.NoError(b, writing)
			_, err = pool.Exec(b.Context(), "VACUUM ANALYZE drive_students")
			require.NoError(b, err)
		}
		drive, err := drives.LockDrive(b.Context(), pool, driveID)
		require.NoError(b, err)
		for name, n := range map[string]eligibility.Narrowed{
			"all": {}, "q": {Matching: drives.Matching("nt 123")}, "filtered": {MinCGPA: mark("7"), Branches: []string{"Branch 1", "Branch 2"}},
		} {
			for _, by := range []string{"roll_number", "name", "cgpa", "branch", "active_backlogs"} {
				b.Run(state+"/"+name+"/"+by, func(b *testing.B) {
					for b.Loop() {
						listed, err := eligibility.List(b.Context(), pool, drive, n, eligibility.Order{By: by, Descending: true}, nil, 51)
						require.NoError(b, err)
						b.ReportMetric(float64(listed.Total), "students")
					}
				})
			}
			b.Run(state+"/"+name+"/ids", func(b *testing.B) {
				for b.Loop() {
					_, err := eligibility.IDs(b.Context(), pool, drive, n)
					require.NoError(b, err)
				}
			})
		}
	}
}

func BenchmarkPreview60k(b *testing.B) {
	pool, _ := bigCollege(b)
	for name, c := range map[string]eligibility.Criteria{"no criteria": {}, "typical": typical(), "everything": everything()} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := eligibility.PreviewCounts(b.Context(), pool, c)
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkVerdict(b *testing.B) {
	pool, _ := bigCollege(b)
	for b.Loop() {
		_, err := eligibility.Verdict(b.Context(), pool, everything(), 30_000)
		require.NoError(b, err)
	}
}
