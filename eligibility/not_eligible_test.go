package eligibility_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/eligibility"
)

// TestNotEligibleIsWhomTheSelectionLeavesOut asks for everybody, for some, for ids of nobody, and under several criteria.
func TestNotEligibleIsWhomTheSelectionLeavesOut(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	low, debarred, inactive, unmarked, far := fine(2), fine(3), fine(4), fine(5), fine(6)
	low.cgpa, debarred.debarred, inactive.inactive, unmarked.cgpa, far.branch = new("7.4999"), true, true, nil, new("Law")
	require.NoError(t, insert(t.Context(), db, fine(1), low, debarred, inactive, unmarked, far))
	_, err := insertDrive(t.Context(), db) // and its poster, who is no student
	require.NoError(t, err)
	given := []int64{-1, 0, 1, 2, 3, 4, 5, 6, 77, poster}
	for name, c := range map[string]eligibility.Criteria{
		"none":   {},
		"cgpa":   {MinCGPA: mark("7.5")},
		"branch": {AllowedBranches: []string{" cse "}},
		"both":   {MinCGPA: mark("7.5"), AllowedBranches: []string{"CSE"}, MaxBacklogs: new(int32(0))},
	} {
		selected, err := selection(t.Context(), db, c, 1)
		require.NoError(t, err)
		want := slices.DeleteFunc(slices.Clone(given), func(id int64) bool { return slices.Contains(selected, id) })
		got, err := eligibility.NotEligible(t.Context(), db, c, given)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
	for _, few := range [][]int64{{1}, {}, nil} {
		got, err := eligibility.NotEligible(t.Context(), db, eligibility.Criteria{MinCGPA: mark("7.5")}, few)
		require.NoError(t, err)
		require.Empty(t, got)
	}
	got, err := eligibility.NotEligible(t.Context(), db, eligibility.Criteria{MinCGPA: mark("7.5")}, []int64{6, 2, 1})
	require.NoError(t, err)
	require.Equal(t, []int64{2}, got)
}
