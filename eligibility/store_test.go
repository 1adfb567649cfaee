package eligibility_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/eligibility"
)

// college is a database with ten students of CGPA 1 to 10 (the id, too) and one drive.
func college(t *testing.T) (*pgxpool.Pool, int64) {
	t.Helper()
	pool := newDB(t)
	for id := int64(1); id <= 10; id++ {
		s := fine(id)
		s.cgpa = new(strconv.FormatInt(id, 10))
		require.NoError(t, insert(t.Context(), pool, s))
	}
	driveID, err := insertDrive(t.Context(), pool)
	require.NoError(t, err)
	return pool, driveID
}

func atLeast(cgpa string) eligibility.Criteria { return eligibility.Criteria{MinCGPA: mark(cgpa)} }

// store runs Store as a job does and checks that the drive keeps the counts of its rows.
func store(t *testing.T, pool *pgxpool.Pool, driveID int64, c eligibility.Criteria, all bool) eligibility.Stored {
	t.Helper()
	var stored eligibility.Stored
	inTx(t, pool, driveID, func(tx pgx.Tx) {
		var err error
		stored, err = eligibility.Store(t.Context(), tx, driveID, c, all)
		require.NoError(t, err)
	})
	var rows, selected, eligibleCount, selectedCount int64
	require.NoError(t, pool.QueryRow(t.Context(), `
SELECT count(d.student_id), count(d.selected_at), drives.eligible_count, drives.selected_count
FROM drives
LEFT JOIN drive_students d USING (drive_id)
WHERE drive_id = $1
GROUP BY drive_id`, driveID).Scan(&rows, &selected, &eligibleCount, &selectedCount))
	require.Equal(t, []int64{rows, rows}, []int64{stored.Eligible, eligibleCount})
	require.Equal(t, []int64{selected, selected}, []int64{stored.Selected, selectedCount})
	return stored
}

func register(t *testing.T, pool *pgxpool.Pool, driveID int64, students ...int64) {
	t.Helper()
	_, err := pool.Exec(t.Context(),
		"INSERT INTO registrations (drive_id, student_id) SELECT $1, unnest($2::bigint[])", driveID, students)
	require.NoError(t, err)
}

// choose selects students by hand.
func choose(t *testing.T, pool *pgxpool.Pool, driveID int64, students ...int64) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `
UPDATE drive_students SET selected = true, selected_at = '2026-01-01Z'
WHERE drive_id = $1 AND student_id = ANY ($2)`, driveID, students)
	require.NoError(t, err)
}

func rows(t *testing.T, pool *pgxpool.Pool, driveID int64, condition string) []int64 {
	t.Helper()
	found, err := ids(t.Context(), pool,
		"SELECT student_id FROM drive_students WHERE drive_id = $1 AND "+condition+" ORDER BY student_id", driveID)
	require.NoError(t, err)
	return found
}

func TestStoreSelectingAll(t *testing.T) {
	t.Parallel()
	pool, driveID := college(t)
	first := eligibility.Stored{Eligible: 4, Selected: 4, Added: 4}
	require.Equal(t, first, store(t, pool, driveID, atLeast("7"), true))
	require.Equal(t, []int64{7, 8, 9, 10}, rows(t, pool, driveID, "selected"))

	again := eligibility.Stored{Eligible: 4, Selected: 4}
	require.Equal(t, again, store(t, pool, driveID, atLeast("7"), true))
	require.Equal(t, again, store(t, pool, driveID, atLeast("7"), false), "nobody loses a selection")

	wider := eligibility.Stored{Eligible: 6, Selected: 6, Added: 2}
	require.Equal(t, wider, store(t, pool, driveID, atLeast("5"), true))
}

func TestStoreKeepsTheRegistered(t *testing.T) {
	t.Parallel()
	pool, driveID := college(t)
	store(t, pool, driveID, atLeast("5"), true)
	register(t, pool, driveID, 5, 6, 9)

	narrow := eligibility.Stored{Eligible: 4, Selected: 4, Removed: 2, KeptRegistered: 2}
	require.Equal(t, narrow, store(t, pool, driveID, atLeast("9"), true))
	require.Equal(t, []int64{5, 6, 9, 10}, rows(t, pool, driveID, "selected"))

	narrow.Removed = 0
	require.Equal(t, narrow, store(t, pool, driveID, atLeast("9"), true), "running it again changes nothing")

	both := eligibility.Criteria{MinCGPA: mark("6"), MaxBacklogs: new(int32(0))}
	changed := eligibility.Stored{Eligible: 6, Selected: 6, Added: 2, KeptRegistered: 1}
	require.Equal(t, changed, store(t, pool, driveID, both, true))
	require.Equal(t, []int64{5, 6, 7, 8, 9, 10}, rows(t, pool, driveID, "selected"))
}

func TestStoreWithSelectionByHand(t *testing.T) {
	t.Parallel()
	pool, driveID := college(t)
	first := eligibility.Stored{Eligible: 4, Added: 4}
	require.Equal(t, first, store(t, pool, driveID, atLeast("7"), false))
	choose(t, pool, driveID, 7, 8, 10)
	register(t, pool, driveID, 8)

	wider := eligibility.Stored{Eligible: 6, Selected: 3, Added: 2}
	require.Equal(t, wider, store(t, pool, driveID, atLeast("5"), false))
	require.Equal(t, []int64{5, 6, 9}, rows(t, pool, driveID, "NOT selected"), "the newly eligible are eligible only")

	narrow := eligibility.Stored{Eligible: 3, Selected: 2, Removed: 3, KeptRegistered: 1}
	require.Equal(t, narrow, store(t, pool, driveID, atLeast("9"), false))
	require.Equal(t, []int64{8, 10}, rows(t, pool, driveID, "selected"))

	all := eligibility.Stored{Eligible: 4, Selected: 4, Added: 1}
	require.Equal(t, all, store(t, pool, driveID, atLeast("6.5"), true))
	require.Equal(t, []int64{8, 10}, rows(t, pool, driveID, "selected_at = '2026-01-01Z'"), "an old selection keeps its time")
}

func TestStoreKeepsTheUnselectedUnqualifiedUnselected(t *testing.T) {
	t.Parallel()
	pool, driveID := college(t)
	store(t, pool, driveID, atLeast("9"), false)
	register(t, pool, driveID, 9)
	want := eligibility.Stored{Eligible: 2, Selected: 1, KeptRegistered: 1}
	require.Equal(t, want, store(t, pool, driveID, atLeast("10"), true))
	require.Equal(t, []int64{9}, rows(t, pool, driveID, "NOT selected"))
}

func TestStoreOfOneDriveLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	pool, driveID := college(t)
	other, err := insertDrive(t.Context(), pool)
	require.NoError(t, err)
	store(t, pool, other, atLeast("3"), true)
	register(t, pool, other, 3, 8)
	store(t, pool, driveID, atLeast("7"), false)
	want := eligibility.Stored{Eligible: 2, Removed: 2}
	require.Equal(t, want, store(t, pool, driveID, atLeast("9"), false))
	require.Equal(t, []int64{3, 4, 5, 6, 7, 8, 9, 10}, rows(t, pool, other, "selected"))
}

func TestStoreOfNobody(t *testing.T) {
	t.Parallel()
	pool, driveID := college(t)
	nobody := eligibility.Criteria{AllowedBranches: []string{"MBA"}}
	require.Zero(t, store(t, pool, driveID, nobody, true))
	store(t, pool, driveID, eligibility.Criteria{}, true)
	require.Equal(t, eligibility.Stored{Removed: 10}, store(t, pool, driveID, nobody, true))
}

func TestStoreOfNoDrive(t *testing.T) {
	t.Parallel()
	pool := newDB(t)
	require.NoError(t, pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		_, err := eligibility.Store(t.Context(), tx, 404, eligibility.Criteria{}, true)
		require.ErrorIs(t, err, eligibility.ErrNoDrive)
		return nil
	}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := eligibility.Verdict(ctx, pool, eligibility.Criteria{}, 1)
	require.ErrorIs(t, err, context.Canceled)
	_, err = eligibility.PreviewCounts(ctx, pool, eligibility.Criteria{})
	require.ErrorIs(t, err, context.Canceled)
}
