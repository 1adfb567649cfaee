package eligibility_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/eligibility"
)

func TestWhereCountsItsPlaceholders(t *testing.T) {
	t.Parallel()
	condition, args := everything().Where(5)
	require.Len(t, args, 9)
	require.Contains(t, condition, "s.cgpa >= $5::numeric")
	require.Contains(t, condition, "s.gap_years <= $13::integer")
	require.NotContains(t, condition, "$14")

	condition, args = eligibility.Criteria{}.Where(1)
	require.Equal(t, "((u.active AND u.role = 'STUDENT')\n    AND NOT s.debarred)", condition)
	require.Empty(t, args)
}

func TestWhereBesideOtherPlaceholders(t *testing.T) {
	t.Parallel()
	pool := newDB(t)
	other := fine(2)
	other.gapYears = 2
	require.NoError(t, insert(t.Context(), pool, fine(1), other))
	for first := 1; first <= 3; first++ {
		selected, err := selection(t.Context(), pool, everything(), first)
		require.NoError(t, err)
		require.Equal(t, []int64{1}, selected)
	}
}

// TestBranchesAreData gives SQL as the name of a branch: it selects who has that name, and does nothing else.
func TestBranchesAreData(t *testing.T) {
	t.Parallel()
	pool := newDB(t)
	names := []string{
		`') OR true --`, `'; DROP TABLE registrations; --`, `$1`, `{needed}`, `{actual}`, `%s`, `CSE","ECE`, `{CSE}`, `\'`, `NULL`,
	}
	require.NoError(t, insert(t.Context(), pool, fine(100)))
	for i, name := range names {
		s := fine(int64(i))
		s.branch = &name
		require.NoError(t, insert(t.Context(), pool, s))
		c := eligibility.Criteria{AllowedBranches: []string{name}}

		selected, err := selection(t.Context(), pool, c, 1)
		require.NoError(t, err)
		require.Equal(t, []int64{s.id}, selected, name)
		failures, err := eligibility.Verdict(t.Context(), pool, c, 100)
		require.NoError(t, err)
		require.Len(t, failures, 1)
		require.Equal(t, "branch CSE is not "+name, failures[0].Sentence())
		preview, err := eligibility.PreviewCounts(t.Context(), pool, c)
		require.NoError(t, err)
		require.EqualValues(t, 1, preview.Eligible, name)
	}
	registered, err := ids(t.Context(), pool, "SELECT registration_id FROM registrations")
	require.NoError(t, err)
	require.Empty(t, registered)
}
