package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// This file is the season's own idea of eligibility, written from the contract over whole numbers. It shares nothing with
// package eligibility.

// score is a mark in ten-thousandths, or none.
type score int64

const none score = -1

// scoreOf reads a mark; a fifth decimal is cut.
func scoreOf(text string) score {
	whole, decimals, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+(decimals + "0000")[:4], 10, 64)
	if err != nil {
		panic(err)
	}
	return score(n)
}

// UnmarshalJSON reads a number of JSON without making it a float.
func (s *score) UnmarshalJSON(data []byte) error {
	*s = none
	if text := string(data); text != "null" {
		*s = scoreOf(text)
	}
	return nil
}

// atLeast writes a score with so many decimals, more where it has more; nothing for none.
func (s score) atLeast(decimals int) string {
	if s == none {
		return ""
	}
	whole, fraction := strconv.FormatInt(int64(s)/10_000, 10), fmt.Sprintf("%04d", s%10_000)
	for len(fraction) > decimals && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

func (s score) String() string { return s.atLeast(0) }

// candidate is a student as the sheets and the office have made him: what GET /students shows.
type candidate struct {
	ID       int64  `json:"student_id"`
	Roll     string `json:"roll_number"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Phone    string `json:"phone"`
	Branch   string `json:"branch"` // "" for none
	Batch    int    `json:"batch_year"`
	CGPA     score  `json:"cgpa"`
	Tenth    score  `json:"tenth_percent"`
	Twelfth  score  `json:"twelfth_percent"`
	Diploma  score  `json:"diploma_percent"`
	Backlogs int    `json:"active_backlogs"`
	Cleared  int    `json:"cleared_backlogs"`
	Gender   string `json:"gender"`
	GapYears int    `json:"gap_years"`
	Active   bool   `json:"active"`
	Debarred bool   `json:"debarred"`
	Why      string `json:"debarred_reason"`
}

// criteria are what a drive asks, as a request's body has them.
type criteria struct {
	MinCGPA          json.Number `json:"min_cgpa,omitempty"`
	Min10th          json.Number `json:"min_10th,omitempty"`
	Min12th          json.Number `json:"min_12th,omitempty"`
	MaxBacklogs      *int        `json:"max_backlogs,omitempty"`
	MaxTotalBacklogs *int        `json:"max_total_backlogs,omitempty"`
	AllowedBranches  []string    `json:"allowed_branches,omitempty"`
	AllowedBatches   []int       `json:"allowed_batches,omitempty"`
	AllowedGenders   []string    `json:"allowed_genders,omitempty"`
	MaxGapYears      *int        `json:"max_gap_years,omitempty"`
}

// fields are the criteria that are asked for, by name.
func (c criteria) fields() map[string]any {
	fields := map[string]any{}
	data, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(data, &fields)
	}
	if err != nil {
		panic(err)
	}
	return fields
}

// failing are the rules that a student does not meet, with the reasons.
func (c criteria) failing(s *candidate) map[string]string {
	failed := map[string]string{}
	fail := func(when bool, rule, reason string) {
		if when {
			failed[rule] = reason
		}
	}
	least := func(rule string, needed json.Number, has score) {
		asked := needed != ""
		fail(asked && has == none, rule, "missing")
		fail(asked && has != none && has < scoreOf("0"+needed.String()), rule, "below")
	}
	most := func(rule string, needed *int, has int) { fail(needed != nil && has > *needed, rule, "above") }
	among := func(rule string, asked, missing, allowed bool) {
		fail(asked && missing, rule, "missing")
		fail(asked && !missing && !allowed, rule, "not_allowed")
	}
	fail(!s.Active, "active", "not_allowed")
	fail(s.Debarred, "debarred", "not_allowed")
	school := s.Twelfth
	if school == none {
		school = s.Diploma
	}
	least("min_cgpa", c.MinCGPA, s.CGPA)
	least("min_10th", c.Min10th, s.Tenth)
	least("min_12th", c.Min12th, school)
	most("max_backlogs", c.MaxBacklogs, s.Backlogs)
	most("max_total_backlogs", c.MaxTotalBacklogs, s.Backlogs+s.Cleared)
	most("max_gap_years", c.MaxGapYears, s.GapYears)
	among("allowed_branches", c.AllowedBranches != nil, s.Branch == "", slices.ContainsFunc(c.AllowedBranches, s.isOf))
	among("allowed_batches", c.AllowedBatches != nil, s.Batch == 0, slices.Contains(c.AllowedBatches, s.Batch))
	among("allowed_genders", c.AllowedGenders != nil, s.Gender == "", slices.Contains(c.AllowedGenders, s.Gender))
	return failed
}

// isOf tells whether a branch is the student's.
func (s *candidate) isOf(branch string) bool {
	return strings.EqualFold(strings.TrimSpace(branch), s.Branch)
}

func (c criteria) met(by *candidate) bool { return len(c.failing(by)) == 0 }

// previewed is what a preview answers.
type previewed struct {
	Students    int            `json:"students"`
	Eligible    int            `json:"eligible"`
	Failing     map[string]int `json:"failing"`
	OnlyFailing map[string]int `json:"only_failing"`
	ByBranch    []branchCount  `json:"by_branch"`
	CGPACurve   []curvePoint   `json:"cgpa_curve"`
}

type branchCount struct {
	Branch   string `json:"branch"` // "" for none
	Students int    `json:"students"`
	Eligible int    `json:"eligible"`
}

type curvePoint struct {
	MinCGPA  score `json:"min_cgpa"`
	Eligible int   `json:"eligible"`
}

// preview counts the active students.
func (c criteria) preview(all []*candidate) previewed {
	p := previewed{Failing: map[string]int{"debarred": 0}, OnlyFailing: map[string]int{"debarred": 0}}
	for rule := range c.fields() {
		p.Failing[rule], p.OnlyFailing[rule] = 0, 0
	}
	branches := map[string]branchCount{}
	for _, s := range all {
		if !s.Active {
			continue
		}
		failed := c.failing(s)
		for rule := range failed {
			p.Failing[rule]++
			if len(failed) == 1 {
				p.OnlyFailing[rule]++
			}
		}
		b := branches[strings.ToUpper(s.Branch)]
		b.Students++
		p.Students++
		if len(failed) == 0 {
			b.Eligible++
			p.Eligible++
		}
		branches[strings.ToUpper(s.Branch)] = b
	}
	for _, name := range slices.Sorted(maps.Keys(branches)) {
		b := branches[name]
		b.Branch = name
		p.ByBranch = append(p.ByBranch, b)
	}
	if len(p.ByBranch) > 0 && p.ByBranch[0].Branch == "" { // those without a branch come last
		p.ByBranch = append(p.ByBranch[1:], p.ByBranch[0])
	}
	for quarter := range 41 {
		with := c
		with.MinCGPA = json.Number(score(quarter * 2_500).String())
		p.CGPACurve = append(p.CGPACurve, curvePoint{scoreOf(with.MinCGPA.String()), len(with.eligible(all))})
	}
	return p
}

// eligible are those who meet the criteria, in the order of all.
func (c criteria) eligible(all []*candidate) []*candidate {
	var found []*candidate
	for _, s := range all {
		if c.met(s) {
			found = append(found, s)
		}
	}
	return found
}
