package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/storetest"
)

// aFullDrive is 60,000 students who have all registered for one drive.
const aFullDrive = `
SET LOCAL session_replication_role = replica;
INSERT INTO users (user_id, name, email, role)
SELECT n, 'Student ' || n * 7919 % 60000, 'student' || n || '@example.edu', CASE n WHEN 60001 THEN 'HEAD' ELSE 'STUDENT' END FROM generate_series(1, 60001) n;
INSERT INTO students (student_id, roll_number, branch, batch_year, cgpa)
SELECT n, 'R' || n, 'Branch ' || n % 10, 2026 + n % 2, (n * 7919 % 1001)::numeric / 100 FROM generate_series(1, 60000) n;
INSERT INTO drives (drive_id, company_name, job_title, posted_by, status) VALUES (1, 'Company', 'Engineer', 60001, 'posted');
INSERT INTO drive_students (drive_id, student_id, selected, selected_at) SELECT 1, s, true, now() FROM generate_series(1, 60000) s;
INSERT INTO registrations (drive_id, student_id) SELECT 1, s FROM generate_series(1, 60000) s`

// BenchmarkSorted60k is a page of 50 with the number of all, in every order.
func BenchmarkSorted60k(b *testing.B) {
	pool := storetest.New(b)
	require.NoError(b, store.InTx(b.Context(), pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(b.Context(), aFullDrive)
		return err
	}))
	_, err := pool.Exec(b.Context(), "VACUUM ANALYZE")
	require.NoError(b, err)
	for _, by := range []string{"registered_at", "roll_number", "name", "cgpa", "branch"} {
		b.Run("registrations/"+by, func(b *testing.B) {
			for b.Loop() {
				_, count, err := store.SortedRegistrations(b.Context(), pool, 1, nil, store.Order{By: by, Descending: true}, nil, 51)
				require.NoError(b, err)
				require.EqualValues(b, 60000, count)
			}
		})
	}
	b.Run("registrations/q", func(b *testing.B) {
		for b.Loop() {
			_, _, err := store.SortedRegistrations(b.Context(), pool, 1, store.Matching("nt 123"), store.Order{By: "name"}, nil, 51)
			require.NoError(b, err)
		}
	})
	for _, by := range []string{"roll_number", "name", "cgpa", "branch", "batch_year"} {
		b.Run("students/"+by, func(b *testing.B) {
			for b.Loop() {
				_, _, err := store.SortedStudents(b.Context(), pool, store.StudentFilter{}, store.Order{By: by, Descending: true}, nil, 51)
				require.NoError(b, err)
			}
		})
	}
}
