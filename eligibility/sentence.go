package eligibility

import (
	"fmt"
	"strconv"
	"strings"

	"placeops/store/decimal"
)

// wording is how a rule with a number speaks of what it counts.
type wording struct{ one, many, verb string }

var wordings = map[string]wording{
	RuleMinCGPA:          {one: "CGPA", verb: "is"},
	RuleMin10th:          {one: "10th marks", verb: "are"},
	RuleMin12th:          {one: "12th marks", verb: "are"},
	RuleMaxBacklogs:      {one: "active backlog", many: "active backlogs"},
	RuleMaxTotalBacklogs: {one: "backlog (active and cleared)", many: "backlogs (active and cleared)"},
	RuleAllowedBranches:  {one: "branch"},
	RuleAllowedBatches:   {one: "batch"},
	RuleMaxGapYears:      {one: "gap year", many: "gap years"},
}

var genders = map[string]string{"M": "male", "F": "female", "O": "other"}

// Sentence says the failure as a student reads it, without a full stop: "CGPA 6.8 is below 7.5".
func (f Failure) Sentence() string {
	switch f.Rule {
	case RuleActive:
		return "account is not active"
	case RuleDebarred:
		return "debarred"
	case RuleAllowedGenders:
		return f.genderSentence()
	}
	w := wordings[f.Rule]
	switch f.Reason {
	case ReasonBelow:
		return fmt.Sprintf("%s %s %s below %s", w.one, text(f.Actual), w.verb, text(f.Needed))
	case ReasonAbove:
		return fmt.Sprintf("%s %s; at most %s allowed", text(f.Actual), w.counted(f.Actual), text(f.Needed))
	case ReasonNotAllowed:
		return fmt.Sprintf("%s %s is not %s", w.one, text(f.Actual), among(f.Needed))
	default:
		return fmt.Sprintf("no %s on record; %s needed", w.one, requirement(f.Needed))
	}
}

func (f Failure) genderSentence() string {
	var open []string
	if codes, ok := f.Needed.([]string); ok {
		for _, code := range codes {
			open = append(open, genders[code])
		}
	}
	only := "open to " + strings.Join(open, " and ") + " students only"
	if f.Reason == ReasonMissing {
		return "no gender on record; " + only
	}
	return only
}

func (w wording) counted(count any) string {
	if count == int32(1) {
		return w.one
	}
	return w.many
}

// among is "CSE" for one allowed value and "among CSE, ECE" for several.
func among(needed any) string { return several(needed, "among ") }

// requirement is what would have to be on record.
func requirement(needed any) string {
	if _, isMark := needed.(decimal.Decimal); isMark {
		return "at least " + text(needed)
	}
	return several(needed, "one of ")
}

// several writes a list, after the prefix if it has more than one item.
func several(needed any, prefix string) string {
	items := text(needed)
	if strings.Contains(items, ", ") {
		return prefix + items
	}
	return items
}

// text writes a needed or actual value: marks without trailing zeros, lists with commas.
func text(v any) string {
	switch v := v.(type) {
	case []string:
		return strings.Join(v, ", ")
	case []int32:
		years := make([]string, len(v))
		for i, year := range v {
			years[i] = strconv.Itoa(int(year))
		}
		return strings.Join(years, ", ")
	default:
		return fmt.Sprint(v)
	}
}
