package eligibility_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/eligibility"
	"placeops/store/decimal"
)

// TestVerdictOfEachRule walks the table of the contract: every rule with every way to fail it and the nearest way not to.
func TestVerdictOfEachRule(t *testing.T) {
	t.Parallel()
	type with = func(*student)
	type asks = eligibility.Criteria
	cases := []struct {
		name     string
		student  with
		criteria asks
		json     string // of the one failure; "" is eligible
		sentence string
	}{
		{
			"nothing asked", func(s *student) { *s = student{id: s.id} }, asks{}, "", "",
		},
		{
			"inactive", func(s *student) { s.inactive = true }, asks{},
			`{"rule":"active","needed":true,"actual":false,"reason":"not_allowed"}`, "account is not active",
		},
		{
			"debarred", func(s *student) { s.debarred = true }, asks{},
			`{"rule":"debarred","needed":false,"actual":true,"reason":"not_allowed"}`, "debarred",
		},
		{
			"cgpa below by a cut hair", func(s *student) { s.cgpa = new("7.495") }, asks{MinCGPA: mark("7.50")},
			`{"rule":"min_cgpa","needed":7.5,"actual":7.495,"reason":"below"}`, "CGPA 7.495 is below 7.5",
		},
		{"cgpa equal", func(s *student) { s.cgpa = new("7.5") }, asks{MinCGPA: mark("7.50")}, "", ""},
		{"cgpa of 0 and 0 needed", func(s *student) { s.cgpa = new("0") }, asks{MinCGPA: mark("0")}, "", ""},
		{
			"cgpa missing although 0 is needed", func(s *student) { s.cgpa = nil }, asks{MinCGPA: mark("0")},
			`{"rule":"min_cgpa","needed":0,"actual":null,"reason":"missing"}`, "no CGPA on record; at least 0 needed",
		},
		{
			"10th below", func(s *student) { s.tenth = new("59.9999") }, asks{Min10th: mark("60")},
			`{"rule":"min_10th","needed":60,"actual":59.9999,"reason":"below"}`, "10th marks 59.9999 are below 60",
		},
		{"10th equal", func(s *student) { s.tenth = new("60") }, asks{Min10th: mark("60.0000")}, "", ""},
		{
			"10th missing", func(s *student) { s.tenth = nil }, asks{Min10th: mark("60")},
			`{"rule":"min_10th","needed":60,"actual":null,"reason":"missing"}`, "no 10th marks on record; at least 60 needed",
		},
		{
			"12th below, the better diploma does not count",
			func(s *student) { s.twelfth, s.diploma = new("50.00"), new("90") }, asks{Min12th: mark("60")},
			`{"rule":"min_12th","needed":60,"actual":50,"reason":"below"}`, "12th marks 50 are below 60",
		},
		{
			"12th enough, the worse diploma does not count",
			func(s *student) { s.twelfth, s.diploma = new("60"), new("10") }, asks{Min12th: mark("60")}, "", "",
		},
		{
			"diploma instead of 12th, below", func(s *student) { s.twelfth, s.diploma = nil, new("59.5") },
			asks{Min12th: mark("60")},
			`{"rule":"min_12th","needed":60,"actual":59.5,"reason":"below"}`, "12th marks 59.5 are below 60",
		},
		{
			"diploma instead of 12th, enough", func(s *student) { s.twelfth, s.diploma = nil, new("60") },
			asks{Min12th: mark("60")}, "", "",
		},
		{
			"neither 12th nor diploma", func(s *student) { s.twelfth = nil }, asks{Min12th: mark("60")},
			`{"rule":"min_12th","needed":60,"actual":null,"reason":"missing"}`, "no 12th marks on record; at least 60 needed",
		},
		{
			"backlogs above", func(s *student) { s.activeBacklogs = 2 }, asks{MaxBacklogs: new(int32(1))},
			`{"rule":"max_backlogs","needed":1,"actual":2,"reason":"above"}`, "2 active backlogs; at most 1 allowed",
		},
		{
			"one backlog", func(s *student) { s.activeBacklogs = 1 }, asks{MaxBacklogs: new(int32(0))},
			`{"rule":"max_backlogs","needed":0,"actual":1,"reason":"above"}`, "1 active backlog; at most 0 allowed",
		},
		{
			"cleared backlogs are not active", func(s *student) { s.clearedBacklog = 9 },
			asks{MaxBacklogs: new(int32(0))}, "", "",
		},
		{
			"total backlogs above", func(s *student) { s.activeBacklogs, s.clearedBacklog = 1, 2 },
			asks{MaxTotalBacklogs: new(int32(2))},
			`{"rule":"max_total_backlogs","needed":2,"actual":3,"reason":"above"}`,
			"3 backlogs (active and cleared); at most 2 allowed",
		},
		{
			"total backlogs equal", func(s *student) { s.activeBacklogs, s.clearedBacklog = 1, 1 },
			asks{MaxTotalBacklogs: new(int32(2))}, "", "",
		},
		{
			"branch not among", func(s *student) { s.branch = new(" mba ") },
			asks{AllowedBranches: []string{"CSE ", "ECE", "cse"}},
			`{"rule":"allowed_branches","needed":["CSE","ECE"],"actual":"mba","reason":"not_allowed"}`,
			"branch mba is not among CSE, ECE",
		},
		{
			"branch in another spelling", func(s *student) { s.branch = new("\tCse\u00a0") },
			asks{AllowedBranches: []string{"ECE", " cSE\n"}}, "", "",
		},
		{
			"inner spaces count", func(s *student) { s.branch = new("C SE") }, asks{AllowedBranches: []string{"CSE"}},
			`{"rule":"allowed_branches","needed":["CSE"],"actual":"C SE","reason":"not_allowed"}`, "branch C SE is not CSE",
		},
		{
			"branch missing", func(s *student) { s.branch = nil }, asks{AllowedBranches: []string{"CSE", "ECE"}},
			`{"rule":"allowed_branches","needed":["CSE","ECE"],"actual":null,"reason":"missing"}`,
			"no branch on record; one of CSE, ECE needed",
		},
		{
			"a blank branch is missing, whatever is allowed", func(s *student) { s.branch = new(" \t") },
			asks{AllowedBranches: []string{" "}},
			`{"rule":"allowed_branches","needed":[""],"actual":null,"reason":"missing"}`, "no branch on record;  needed",
		},
		{"an empty list is absent", func(s *student) { s.branch = nil }, asks{AllowedBranches: []string{}}, "", ""},
		{
			"batch not among", func(s *student) { s.batch = new(int32(2024)) }, asks{AllowedBatches: []int32{2025, 2026}},
			`{"rule":"allowed_batches","needed":[2025,2026],"actual":2024,"reason":"not_allowed"}`,
			"batch 2024 is not among 2025, 2026",
		},
		{
			"batch missing", func(s *student) { s.batch = nil }, asks{AllowedBatches: []int32{2026}},
			`{"rule":"allowed_batches","needed":[2026],"actual":null,"reason":"missing"}`,
			"no batch on record; 2026 needed",
		},
		{"batch among", func(*student) {}, asks{AllowedBatches: []int32{2025, 2026}}, "", ""},
		{
			"gender not among", func(s *student) { s.gender = new("M") }, asks{AllowedGenders: []string{"F"}},
			`{"rule":"allowed_genders","needed":["F"],"actual":"M","reason":"not_allowed"}`,
			"open to female students only",
		},
		{
			"gender missing", func(s *student) { s.gender = nil }, asks{AllowedGenders: []string{"f", "O"}},
			`{"rule":"allowed_genders","needed":["F","O"],"actual":null,"reason":"missing"}`,
			"no gender on record; open to female and other students only",
		},
		{"gender among", func(*student) {}, asks{AllowedGenders: []string{"o", " f"}}, "", ""},
		{
			"gap years above", func(s *student) { s.gapYears = 1 }, asks{MaxGapYears: new(int32(0))},
			`{"rule":"max_gap_years","needed":0,"actual":1,"reason":"above"}`, "1 gap year; at most 0 allowed",
		},
		{"gap years equal", func(s *student) { s.gapYears = 2 }, asks{MaxGapYears: new(int32(2))}, "", ""},
	}
	pool := newDB(t)
	for i, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := fine(int64(i + 1))
			test.student(&s)
			require.NoError(t, insert(t.Context(), pool, s))
			failed, err := eligibility.Verdict(t.Context(), pool, test.criteria, s.id)
			require.NoError(t, err)
			if test.json == "" {
				require.NotNil(t, failed)
				require.Empty(t, failed)
				return
			}
			require.Len(t, failed, 1)
			got, err := json.Marshal(failed[0])
			require.NoError(t, err)
			require.Equal(t, test.json, string(got))
			require.Equal(t, test.sentence, failed[0].Sentence())
		})
	}
}

// TestVerdictNamesEveryRule in the order of the contract, with Go values of the documented types.
func TestVerdictNamesEveryRule(t *testing.T) {
	t.Parallel()
	pool := newDB(t)
	s := student{id: 7, inactive: true, debarred: true, cgpa: new("6.80"), activeBacklogs: 3, gapYears: 4, branch: new("MBA")}
	require.NoError(t, insert(t.Context(), pool, s))
	failed, err := eligibility.Verdict(t.Context(), pool, everything(), s.id)
	require.NoError(t, err)

	var named []string
	for _, f := range failed {
		named = append(named, f.Rule+" "+f.Reason)
	}
	require.Equal(t, []string{
		"active not_allowed", "debarred not_allowed", "min_cgpa below", "min_10th missing", "min_12th missing",
		"max_backlogs above", "max_total_backlogs above", "allowed_branches not_allowed", "allowed_batches missing",
		"allowed_genders missing", "max_gap_years above",
	}, named)
	require.Equal(t, decimal.MustParse("7.5"), failed[2].Needed)
	require.Zero(t, failed[2].Actual.(decimal.Decimal).Compare(decimal.MustParse("6.8")))
	require.Nil(t, failed[3].Actual)
	require.Equal(t, int32(3), failed[5].Actual)
	require.Equal(t, []string{"CSE", "ECE"}, failed[7].Needed)
	require.Equal(t, []int32{2026}, failed[8].Needed)
}

func TestVerdictOfNobody(t *testing.T) {
	t.Parallel()
	_, err := eligibility.Verdict(t.Context(), newDB(t), everything(), 404)
	require.ErrorIs(t, err, eligibility.ErrNoStudent)
}

// everything asks all that a drive can ask.
func everything() eligibility.Criteria {
	return eligibility.Criteria{
		MinCGPA: mark("7.5"), Min10th: mark("60"), Min12th: mark("60"), MaxBacklogs: new(int32(0)),
		MaxTotalBacklogs: new(int32(2)), AllowedBranches: []string{"CSE", "ECE"}, AllowedBatches: []int32{2026},
		AllowedGenders: []string{"F"}, MaxGapYears: new(int32(1)),
	}
}
