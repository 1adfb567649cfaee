package eligibility_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/eligibility"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	type asks = eligibility.Criteria
	cases := []struct {
		name     string
		criteria asks
		field    string // "" is valid
		message  string
	}{
		{"nothing", asks{}, "", ""},
		{"everything", everything(), "", ""},
		{"cgpa of 10", asks{MinCGPA: mark("10.00")}, "", ""},
		{"cgpa of two decimals and zeros", asks{MinCGPA: mark("7.2500")}, "", ""},
		{"cgpa above 10", asks{MinCGPA: mark("10.01")}, "min_cgpa", "must be between 0 and 10"},
		{"cgpa below 0", asks{MinCGPA: mark("-0.01")}, "min_cgpa", "must be between 0 and 10"},
		{"cgpa of three decimals", asks{MinCGPA: mark("7.495")}, "min_cgpa", "must have at most 2 decimals"},
		{"percents at their ends", asks{Min10th: mark("0"), Min12th: mark("100")}, "", ""},
		{"percent of four decimals", asks{Min10th: mark("59.9999")}, "", ""},
		{"percent of five decimals", asks{Min10th: mark("59.99999")}, "min_10th", "must have at most 4 decimals"},
		{"percent above 100", asks{Min12th: mark("100.0001")}, "min_12th", "must be between 0 and 100"},
		{"backlogs of 1000", asks{MaxBacklogs: new(int32(1000)), MaxTotalBacklogs: new(int32(0))}, "", ""},
		{"backlogs below 0", asks{MaxBacklogs: new(int32(-1))}, "max_backlogs", "must be between 0 and 1000"},
		{"total above 1000", asks{MaxTotalBacklogs: new(int32(1001))}, "max_total_backlogs", "must be between 0 and 1000"},
		{"gap years below 0", asks{MaxGapYears: new(int32(-1))}, "max_gap_years", "must be between 0 and 1000"},
		{"200 branches", asks{AllowedBranches: slices.Repeat([]string{"CSE"}, 200)}, "", ""},
		{
			"201 branches", asks{AllowedBranches: slices.Repeat([]string{"CSE"}, 201)},
			"allowed_branches", "must have at most 200 entries",
		},
		{"blank branch", asks{AllowedBranches: []string{"CSE", "\u00a0 "}}, "allowed_branches", "must not have a blank entry"},
		{"branch of 200 letters", asks{AllowedBranches: []string{strings.Repeat("é", 200)}}, "", ""},
		{
			"branch of 201 letters", asks{AllowedBranches: []string{strings.Repeat("é", 201)}},
			"allowed_branches", "must have at most 200 characters per entry",
		},
		{"NUL in a branch", asks{AllowedBranches: []string{"C\x00SE"}}, "allowed_branches", "must not have control characters"},
		{"no UTF-8", asks{AllowedBranches: []string{"C\xffSE"}}, "allowed_branches", "must not have control characters"},
		{"batches at their ends", asks{AllowedBatches: []int32{1900, 2200}}, "", ""},
		{"batch too early", asks{AllowedBatches: []int32{1899}}, "allowed_batches", "must be years between 1900 and 2200"},
		{"batch too late", asks{AllowedBatches: []int32{2201}}, "allowed_batches", "must be years between 1900 and 2200"},
		{"genders", asks{AllowedGenders: []string{"M", "F", "O"}}, "", ""},
		{"unknown gender", asks{AllowedGenders: []string{"X"}}, "allowed_genders", "must be of M, F and O"},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var want []eligibility.FieldError
			if test.field != "" {
				want = []eligibility.FieldError{{Field: test.field, Message: test.message}}
			}
			require.Equal(t, want, eligibility.Validate(test.criteria))
		})
	}
}

func TestValidateNamesAllFaults(t *testing.T) {
	t.Parallel()
	faults := eligibility.Validate(eligibility.Criteria{
		MinCGPA: mark("11"), Min10th: mark("-1"), Min12th: mark("101"), MaxBacklogs: new(int32(-1)),
		MaxTotalBacklogs: new(int32(-1)), AllowedBranches: []string{""}, AllowedBatches: []int32{1},
		AllowedGenders: []string{""}, MaxGapYears: new(int32(-1)),
	})
	var fields []string
	for _, f := range faults {
		fields = append(fields, f.Field)
	}
	require.Equal(t, []string{
		"min_cgpa", "min_10th", "min_12th", "max_backlogs", "max_total_backlogs", "allowed_branches", "allowed_batches",
		"allowed_genders", "max_gap_years",
	}, fields)
}

func TestNormalised(t *testing.T) {
	t.Parallel()
	given := eligibility.Criteria{
		MinCGPA:         mark("7"),
		AllowedBranches: []string{" CSE", "cse\t", "ECE", "\u00a0", "ECE"},
		AllowedBatches:  []int32{2026, 2025, 2026},
		AllowedGenders:  []string{"f", " F ", "o"},
	}
	want := eligibility.Criteria{
		MinCGPA:         given.MinCGPA,
		AllowedBranches: []string{"CSE", "ECE", ""},
		AllowedBatches:  []int32{2026, 2025},
		AllowedGenders:  []string{"F", "O"},
	}
	require.Equal(t, want, given.Normalised())
	require.Equal(t, " CSE", given.AllowedBranches[0], "what was given stays as it was")
	require.Equal(t, eligibility.Criteria{}, eligibility.Criteria{AllowedGenders: []string{}, AllowedBatches: []int32{}}.Normalised())
}
