package eligibility_test

import (
	"context"
	"errors"
	"math/big"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"placeops/eligibility"
	drives "placeops/store"
	"placeops/store/decimal"
)

// TestAnswersAgree draws students and criteria and asks everything that the package answers. Each answer must be what
// the contract says (oracle_test.go), and so they agree with each other.
func TestAnswersAgree(t *testing.T) {
	t.Parallel()
	pool := newDB(t)
	driveID, err := insertDrive(t.Context(), pool)
	require.NoError(t, err)
	rollback := errors.New("rollback")
	rapid.Check(t, func(rt *rapid.T) {
		population := drawPopulation(rt)
		ctx := context.WithoutCancel(t.Context())
		err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			require.NoError(rt, insert(ctx, tx, population...))
			for range 3 {
				c := drawCriteria(rt)
				checkSelection(rt, tx, population, c, driveID)
				checkVerdicts(rt, tx, population, c)
				checkVerdictsOfDrive(rt, tx, population, c, driveID)
				checkPreview(rt, tx, population, c)
			}
			return rollback
		})
		require.ErrorIs(rt, err, rollback)
	})
}

func checkSelection(rt *rapid.T, tx pgx.Tx, population []student, c eligibility.Criteria, driveID int64) {
	want := eligible(population, c)
	selected, err := selection(rt.Context(), tx, c, rapid.IntRange(1, 4).Draw(rt, "first"))
	require.NoError(rt, err)
	require.ElementsMatch(rt, want, selected, "Where")

	stored, err := eligibility.Store(rt.Context(), tx, driveID, c, rapid.Bool().Draw(rt, "selectAll"))
	require.NoError(rt, err)
	require.EqualValues(rt, len(want), stored.Eligible)
	rows, err := ids(rt.Context(), tx, "SELECT student_id FROM drive_students WHERE drive_id = $1", driveID)
	require.NoError(rt, err)
	require.ElementsMatch(rt, want, rows, "Store")
}

func checkVerdicts(rt *rapid.T, tx pgx.Tx, population []student, c eligibility.Criteria) {
	for _, s := range population {
		failures, err := eligibility.Verdict(rt.Context(), tx, c, s.id)
		require.NoError(rt, err)
		got := map[string]string{}
		for _, f := range failures {
			got[f.Rule] = f.Reason
			require.NotEmpty(rt, f.Sentence())
		}
		require.Equal(rt, failing(s, c), got, "Verdict of student %d", s.id)
	}
}

// checkVerdictsOfDrive asks for all at once, with the criteria kept on the drive; a drive keeps only what is valid.
func checkVerdictsOfDrive(rt *rapid.T, tx pgx.Tx, population []student, c eligibility.Criteria, driveID int64) {
	c = c.Normalised()
	if len(eligibility.Validate(c)) > 0 {
		return
	}
	drive := drives.Drive{DriveID: driveID, CompanyName: "Acme", JobTitle: "Engineer"}
	c.Keep(&drive)
	require.NoError(rt, drives.UpdateDrive(rt.Context(), tx, drive))
	want := map[drives.Candidate]map[string]string{}
	var candidates []drives.Candidate
	for _, s := range population {
		candidate := drives.Candidate{DriveID: driveID, StudentID: s.id}
		candidates = append(candidates, candidate)
		if failed := failing(s, c); len(failed) > 0 {
			want[candidate] = failed
		}
	}
	verdicts, err := eligibility.Verdicts(rt.Context(), tx, map[int64]drives.Drive{driveID: drive}, candidates)
	require.NoError(rt, err)
	got := map[drives.Candidate]map[string]string{}
	for candidate, failures := range verdicts {
		alone, err := eligibility.Verdict(rt.Context(), tx, c, candidate.StudentID)
		require.NoError(rt, err)
		require.Equal(rt, alone, failures, "Verdicts, as Verdict")
		got[candidate] = map[string]string{}
		for _, f := range failures {
			got[candidate][f.Rule] = f.Reason
		}
	}
	require.Equal(rt, want, got, "Verdicts")
}

func checkPreview(rt *rapid.T, tx pgx.Tx, population []student, c eligibility.Criteria) {
	got, err := eligibility.PreviewCounts(rt.Context(), tx, c)
	require.NoError(rt, err)
	want := counts(population, c)
	want.CGPACurve = got.CGPACurve
	require.Equal(rt, want, got, "Preview")

	points := curve(population, c)
	require.Len(rt, got.CGPACurve, len(points))
	for i, point := range got.CGPACurve {
		require.Zero(rt, rational(point.MinCGPA.String()).Cmp(big.NewRat(int64(i), 4)))
		require.Equal(rt, points[i], point.Eligible, "curve at %s", point.MinCGPA)
	}
}

// The drawn values crowd around each other, so that equal, just below and just above are all common.
var (
	cgpas    = rapid.SampledFrom([]string{"0", "7.25", "7.49", "7.495", "7.4999", "7.5", "7.50", "7.5000", "7.5001", "7.51", "8", "10"})
	percents = rapid.SampledFrom([]string{"0", "59.9", "59.9999", "60", "60.0000", "60.0001", "60.01", "75", "100"})
	branches = rapid.SampledFrom([]string{
		"CSE", "cse", " Cse ", "CSE\t", "ECE", "\u00a0ece", "C SE", "CSE, ECE", "M.E.", "O'Brien", "50%", `a"b{c}`,
		"') OR true --",
	})
	blanks  = rapid.SampledFrom([]string{" ", "\t \n"})
	batches = rapid.Int32Range(2024, 2027)
	genders = rapid.SampledFrom([]string{"M", "F", "O"})
	few     = rapid.Int32Range(0, 3)
)

func drawPopulation(rt *rapid.T) []student {
	population := rapid.SliceOfN(rapid.Custom(drawStudent), 10, 40).Draw(rt, "students")
	for i := range population {
		population[i].id = int64(i + 1)
	}
	return population
}

func drawStudent(rt *rapid.T) student {
	return student{
		inactive:       oneIn(rt, 8, "inactive"),
		debarred:       oneIn(rt, 8, "debarred"),
		cgpa:           optional(rt, 8, cgpas, "cgpa"),
		tenth:          optional(rt, 8, percents, "10th"),
		twelfth:        optional(rt, 3, percents, "12th"),
		diploma:        optional(rt, 2, percents, "diploma"),
		activeBacklogs: few.Draw(rt, "active backlogs"),
		clearedBacklog: few.Draw(rt, "cleared backlogs"),
		branch:         optional(rt, 8, rapid.OneOf(branches, branches, branches, blanks), "branch"),
		gender:         optional(rt, 8, genders, "gender"),
		batch:          optional(rt, 8, batches, "batch"),
		gapYears:       few.Draw(rt, "gap years"),
	}
}

// drawCriteria leaves most criteria out, or nobody would be eligible.
func drawCriteria(rt *rapid.T) eligibility.Criteria {
	return eligibility.Criteria{
		MinCGPA:          optional(rt, 2, minimum(cgpas.Filter(func(s string) bool { return mark(s).Places() <= 2 })), "min_cgpa"),
		Min10th:          optional(rt, 2, minimum(percents), "min_10th"),
		Min12th:          optional(rt, 2, minimum(percents), "min_12th"),
		MaxBacklogs:      optional(rt, 2, few, "max_backlogs"),
		MaxTotalBacklogs: optional(rt, 2, few, "max_total_backlogs"),
		AllowedBranches:  several(rt, branches, "allowed_branches"),
		AllowedBatches:   several(rt, batches, "allowed_batches"),
		AllowedGenders:   several(rt, genders, "allowed_genders"),
		MaxGapYears:      optional(rt, 2, few, "max_gap_years"),
	}
}

func minimum(texts *rapid.Generator[string]) *rapid.Generator[decimal.Decimal] {
	return rapid.Map(texts, decimal.MustParse)
}

func oneIn(rt *rapid.T, n int, label string) bool {
	return rapid.IntRange(1, n).Draw(rt, label) == n
}

// optional is nil once in n.
func optional[T any](rt *rapid.T, n int, values *rapid.Generator[T], label string) *T {
	if oneIn(rt, n, label+" missing") {
		return nil
	}
	return new(values.Draw(rt, label))
}

// several is an absent or empty list every second time.
func several[T any](rt *rapid.T, items *rapid.Generator[T], label string) []T {
	if rapid.Bool().Draw(rt, label+" missing") {
		return nil
	}
	return rapid.SliceOfN(items, 0, 6).Draw(rt, label)
}
