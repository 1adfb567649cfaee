package eligibility_test

import (
	"maps"
	"math/big"
	"slices"
	"strings"

	"placeops/eligibility"
)

// This file judges students a second time, written from section 3 of the contract with rationals and maps, so that the
// property test compares the package with something that shares nothing with its table of rules.

// failing names the rules that s does not meet, with the reasons.
func failing(s student, c eligibility.Criteria) map[string]string {
	failed := map[string]string{}
	if s.inactive {
		failed["active"] = "not_allowed"
	}
	if s.debarred {
		failed["debarred"] = "not_allowed"
	}
	if c.MinCGPA != nil {
		judgeMark(failed, "min_cgpa", s.cgpa, c.MinCGPA.String())
	}
	if c.Min10th != nil {
		judgeMark(failed, "min_10th", s.tenth, c.Min10th.String())
	}
	if c.Min12th != nil {
		school := s.twelfth
		if school == nil {
			school = s.diploma
		}
		judgeMark(failed, "min_12th", school, c.Min12th.String())
	}
	judgeCount(failed, "max_backlogs", s.activeBacklogs, c.MaxBacklogs)
	judgeCount(failed, "max_total_backlogs", s.activeBacklogs+s.clearedBacklog, c.MaxTotalBacklogs)
	judgeCount(failed, "max_gap_years", s.gapYears, c.MaxGapYears)
	judgeMember(failed, "allowed_branches", plain(s.branch), plainAll(c.AllowedBranches))
	judgeMember(failed, "allowed_batches", s.batch, c.AllowedBatches)
	judgeMember(failed, "allowed_genders", s.gender, c.AllowedGenders)
	return failed
}

func judgeMark(failed map[string]string, rule string, has *string, least string) {
	switch {
	case has == nil:
		failed[rule] = "missing"
	case rational(*has).Cmp(rational(least)) < 0:
		failed[rule] = "below"
	}
}

func judgeCount(failed map[string]string, rule string, has int32, most *int32) {
	if most != nil && has > *most {
		failed[rule] = "above"
	}
}

func judgeMember[T comparable](failed map[string]string, rule string, has *T, allowed []T) {
	switch {
	case len(allowed) == 0:
	case has == nil:
		failed[rule] = "missing"
	case !slices.Contains(allowed, *has):
		failed[rule] = "not_allowed"
	}
}

func rational(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("not a number: " + text)
	}
	return r
}

// plain is a branch in upper case without outer spaces; nothing left is no branch.
func plain(branch *string) *string {
	if branch == nil {
		return nil
	}
	name := strings.ToUpper(strings.TrimSpace(*branch))
	if name == "" {
		return nil
	}
	return &name
}

func plainAll(branches []string) []string {
	var names []string
	for _, b := range branches {
		names = append(names, *plain(&b))
	}
	return names
}

// eligible lists the ids of those who fail nothing.
func eligible(population []student, c eligibility.Criteria) []int64 {
	found := []int64{}
	for _, s := range population {
		if len(failing(s, c)) == 0 {
			found = append(found, s.id)
		}
	}
	return found
}

// counts is what a preview should say.
func counts(population []student, c eligibility.Criteria) eligibility.Preview {
	p := eligibility.Preview{Failing: map[string]int64{}, OnlyFailing: map[string]int64{}, ByBranch: []eligibility.BranchCount{}}
	for _, rule := range asked(c) {
		p.Failing[rule], p.OnlyFailing[rule] = 0, 0
	}
	branches := map[string]*eligibility.BranchCount{}
	for _, s := range population {
		if s.inactive {
			continue
		}
		key := ""
		name := plain(s.branch)
		if name != nil {
			key = *name
		}
		if branches[key] == nil {
			branches[key] = &eligibility.BranchCount{Branch: name}
		}
		failed := failing(s, c)
		p.Students++
		branches[key].Students++
		if len(failed) == 0 {
			p.Eligible++
			branches[key].Eligible++
		}
		for rule := range failed {
			p.Failing[rule]++
			if len(failed) == 1 {
				p.OnlyFailing[rule]++
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(branches)) {
		if key != "" {
			p.ByBranch = append(p.ByBranch, *branches[key])
		}
	}
	if nameless := branches[""]; nameless != nil {
		p.ByBranch = append(p.ByBranch, *nameless)
	}
	return p
}

// asked names the criteria that are present, and debarred.
func asked(c eligibility.Criteria) []string {
	names := []string{"debarred"}
	present := map[string]bool{
		"min_cgpa": c.MinCGPA != nil, "min_10th": c.Min10th != nil, "min_12th": c.Min12th != nil,
		"max_backlogs": c.MaxBacklogs != nil, "max_total_backlogs": c.MaxTotalBacklogs != nil,
		"allowed_branches": len(c.AllowedBranches) > 0, "allowed_batches": len(c.AllowedBatches) > 0,
		"allowed_genders": len(c.AllowedGenders) > 0, "max_gap_years": c.MaxGapYears != nil,
	}
	for name, is := range present {
		if is {
			names = append(names, name)
		}
	}
	return names
}

// curve counts, at each quarter from 0 to 10, those who would pass with that minimum.
func curve(population []student, c eligibility.Criteria) []int64 {
	var points []int64
	c.MinCGPA = nil
	for quarter := range int64(41) {
		least := big.NewRat(quarter, 4)
		var n int64
		for _, s := range population {
			if s.cgpa != nil && rational(*s.cgpa).Cmp(least) >= 0 && len(failing(s, c)) == 0 {
				n++
			}
		}
		points = append(points, n)
	}
	return points
}
