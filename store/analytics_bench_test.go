package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/storetest"
)

// aSeason is 60,000 students who are all eligible in 50 drives of as many days; half of them register, and half of those come.
const aSeason = `
SET LOCAL session_replication_role = replica;
INSERT INTO users (user_id, name, email, role)
SELECT n, 'Student ' || n, 'student' || n || '@example.edu', CASE n WHEN 60001 THEN 'HEAD' ELSE 'STUDENT' END FROM generate_series(1, 60001) n;
INSERT INTO students (student_id, roll_number, branch) SELECT n, 'R' || n, 'Branch ' || n % 10 FROM generate_series(1, 60000) n;
INSERT INTO drives (drive_id, company_name, job_title, posted_by, status, created_at)
SELECT n, 'Company ' || n, 'Engineer', 60001, 'finished', now() - n * interval '1 day' FROM generate_series(1, 50) n;
INSERT INTO drive_students (drive_id, student_id, selected, selected_at) SELECT d, s, true, now() FROM generate_series(1, 50) d, generate_series(1, 60000) s;
INSERT INTO registrations (drive_id, student_id, registered_at)
SELECT d, s, now() - d * interval '1 day' + s * interval '1 second' FROM generate_series(1, 50) d, generate_series(1, 60000) s WHERE (d + s) % 2 = 0;
INSERT INTO attendance (drive_id, student_id, status, marked_by)
SELECT d, s, CASE WHEN (d + s) % 4 = 0 THEN 'PRESENT' ELSE 'ABSENT' END, 60001 FROM generate_series(1, 50) d, generate_series(1, 60000) s WHERE (d + s) % 2 = 0;
INSERT INTO finished_drives (drive_id, total_registered, total_present, total_absent, published_by) SELECT d, 30000, 15000, 15000, 60001 FROM generate_series(1, 50) d`

// BenchmarkRefreshAnalytics is a refresh of all figures, as the job does it.
func BenchmarkRefreshAnalytics(b *testing.B) {
	pool := storetest.New(b)
	require.NoError(b, store.InTx(b.Context(), pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(b.Context(), aSeason)
		return err
	}))
	_, err := pool.Exec(b.Context(), "VACUUM ANALYZE")
	require.NoError(b, err)
	refresh := func(tx pgx.Tx) error {
		done, err := store.RefreshAnalytics(b.Context(), tx, time.Now().Add(time.Hour))
		if !done {
			err = errors.Join(errors.New("was not done"), err)
		}
		return err
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, store.InTx(b.Context(), pool, refresh))
		}
	})
	for _, view := range []string{"drives", "attendance", "registrations", "selections", "branches"} {
		b.Run("analytics_"+view, func(b *testing.B) {
			for b.Loop() {
				_, err := pool.Exec(b.Context(), "REFRESH MATERIALIZED VIEW CONCURRENTLY analytics_"+view)
				require.NoError(b, err)
			}
		})
	}
}
