package eligibility_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/eligibility"
)

// TestPreviewAsJSON shows the shape that the contract promises, on a handful of students.
func TestPreviewAsJSON(t *testing.T) {
	t.Parallel()
	pool := newDB(t)
	low, twice, nameless, gone := fine(2), fine(3), fine(4), fine(5)
	low.cgpa, low.branch = new("7.495"), new(" cse")
	twice.cgpa, twice.debarred, twice.branch = nil, true, new("ECE")
	nameless.branch = new(" ")
	gone.inactive = true
	require.NoError(t, insert(t.Context(), pool, fine(1), low, twice, nameless, gone))

	preview, err := eligibility.PreviewCounts(t.Context(), pool, atLeast("7.50"))
	require.NoError(t, err)
	got, err := json.Marshal(preview)
	require.NoError(t, err)
	counts, curve, _ := strings.Cut(string(got), `,"cgpa_curve":`)
	require.JSONEq(t, `{"students":4,"eligible":2,`+
		`"failing":{"debarred":1,"min_cgpa":2},"only_failing":{"debarred":0,"min_cgpa":1},"by_branch":[`+
		`{"branch":"CSE","students":2,"eligible":1},`+
		`{"branch":"ECE","students":1,"eligible":0},`+
		`{"branch":null,"students":1,"eligible":1}]}`, counts+"}")
	require.Contains(t, curve, `[{"min_cgpa":0,"eligible":3},{"min_cgpa":0.25,"eligible":3},`)
	require.Contains(t, curve, `{"min_cgpa":7.25,"eligible":3},{"min_cgpa":7.5,"eligible":2},`)
	require.Contains(t, curve, `{"min_cgpa":8.25,"eligible":2},{"min_cgpa":8.5,"eligible":0},`)
	require.True(t, strings.HasSuffix(curve, `{"min_cgpa":10,"eligible":0}]}`))
}

func TestPreviewOfNobody(t *testing.T) {
	t.Parallel()
	preview, err := eligibility.PreviewCounts(t.Context(), newDB(t), eligibility.Criteria{MaxGapYears: new(int32(0))})
	require.NoError(t, err)
	require.Len(t, preview.CGPACurve, 41)
	preview.CGPACurve = nil
	require.Equal(t, eligibility.Preview{
		Failing:     map[string]int64{"debarred": 0, "max_gap_years": 0},
		OnlyFailing: map[string]int64{"debarred": 0, "max_gap_years": 0},
		ByBranch:    []eligibility.BranchCount{},
	}, preview)
}
