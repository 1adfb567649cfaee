package eligibility

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"placeops/store/decimal"
)

// The ranges of section 3 of the contract.
const (
	maxCGPA         = 10
	cgpaPlaces      = 2
	maxPercent      = 100
	percentPlaces   = decimal.MarkPlaces
	maxCount        = 1000
	maxItems        = 200
	maxBranchLength = 200
	firstBatch      = 1900
	lastBatch       = 2200
)

// FieldError is one field that does not fit and what is wrong with it, worded for the person who filled it in.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Validate names everything in c that is out of range, at most one message per field; nil means that c may be kept
// on a drive. It judges c as given: call Normalised first, or lower-case genders are faults.
func Validate(c Criteria) []FieldError {
	var v validation
	v.check(RuleMinCGPA, decimalFault(c.MinCGPA, maxCGPA, cgpaPlaces))
	v.check(RuleMin10th, decimalFault(c.Min10th, maxPercent, percentPlaces))
	v.check(RuleMin12th, decimalFault(c.Min12th, maxPercent, percentPlaces))
	v.check(RuleMaxBacklogs, countFault(c.MaxBacklogs))
	v.check(RuleMaxTotalBacklogs, countFault(c.MaxTotalBacklogs))
	v.check(RuleAllowedBranches, listFault(c.AllowedBranches, branchFault))
	v.check(RuleAllowedBatches, listFault(c.AllowedBatches, batchFault))
	v.check(RuleAllowedGenders, listFault(c.AllowedGenders, genderFault))
	v.check(RuleMaxGapYears, countFault(c.MaxGapYears))
	return v.errors
}

type validation struct{ errors []FieldError }

// check notes the fault of a field; "" is none.
func (v *validation) check(field, fault string) {
	if fault != "" {
		v.errors = append(v.errors, FieldError{Field: field, Message: fault})
	}
}

func decimalFault(d *decimal.Decimal, highest int64, places int) string {
	switch {
	case d == nil:
		return ""
	case d.Compare(decimal.FromInt(0)) < 0 || d.Compare(decimal.FromInt(highest)) > 0:
		return fmt.Sprintf("must be between 0 and %d", highest)
	case d.Places() > places:
		return fmt.Sprintf("must have at most %d decimals", places)
	default:
		return ""
	}
}

func countFault(count *int32) string {
	if count != nil && (*count < 0 || *count > maxCount) {
		return fmt.Sprintf("must be between 0 and %d", maxCount)
	}
	return ""
}

// listFault is the first fault of the list or of one of its items.
func listFault[T any](items []T, fault func(T) string) string {
	if len(items) > maxItems {
		return fmt.Sprintf("must have at most %d entries", maxItems)
	}
	for _, item := range items {
		if message := fault(item); message != "" {
			return message
		}
	}
	return ""
}

func branchFault(name string) string {
	switch {
	case trimmed(name) == "":
		return "must not have a blank entry"
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		// PostgreSQL's text has no room for some of these, and no branch has any.
		return "must not have control characters"
	case utf8.RuneCountInString(name) > maxBranchLength:
		return fmt.Sprintf("must have at most %d characters per entry", maxBranchLength)
	default:
		return ""
	}
}

func batchFault(year int32) string {
	if year < firstBatch || year > lastBatch {
		return fmt.Sprintf("must be years between %d and %d", firstBatch, lastBatch)
	}
	return ""
}

func genderFault(code string) string {
	if !slices.Contains([]string{"M", "F", "O"}, code) {
		return "must be of M, F and O"
	}
	return ""
}
