package eligibility

import (
	"strings"

	"placeops/store/decimal"
)

// Criteria are what a drive asks of a student (contract, section 3). A nil field or an empty list is absent and passes
// everybody. The names are those of the columns of table drives.
type Criteria struct {
	// MinCGPA is on the scale of 0 to 10, in at most two decimals.
	MinCGPA *decimal.Decimal
	// Min10th is a percentage.
	Min10th *decimal.Decimal
	// Min12th is a percentage; a diploma's is taken where a student has no 12th marks.
	Min12th *decimal.Decimal
	// MaxBacklogs bounds the active backlogs.
	MaxBacklogs *int32
	// MaxTotalBacklogs bounds active and cleared backlogs together.
	MaxTotalBacklogs *int32
	// AllowedBranches are compared ignoring case and outer spaces.
	AllowedBranches []string
	// AllowedBatches are years of graduation.
	AllowedBatches []int32
	// AllowedGenders are of M, F and O.
	AllowedGenders []string
	// MaxGapYears bounds the years without study.
	MaxGapYears *int32
}

// outerSpaces are the characters that do not count at the ends of a branch, for Normalised and for the rules alike:
// ASCII white space and the no-break space that spreadsheets and web pages like to add.
const outerSpaces = " \t\n\v\f\r\u00a0"

// Normalised returns c as it is kept on a drive: branches without outer spaces, genders in upper case, each list
// without repetitions and nil when it is empty. Two spellings of a branch are a repetition, and the first one stays.
// A blank branch stays too, for Validate to name.
func (c Criteria) Normalised() Criteria {
	c.AllowedBranches = distinct(c.AllowedBranches, trimmed, asciiUpper)
	c.AllowedBatches = distinct(c.AllowedBatches, same[int32], same[int32])
	c.AllowedGenders = distinct(c.AllowedGenders, upperTrimmed, same[string])
	return c
}

// distinct cleans every item and keeps the first of those that have the same key.
func distinct[T comparable](items []T, clean, key func(T) T) []T {
	var kept []T
	seen := make(map[T]bool, len(items))
	for _, item := range items {
		item = clean(item)
		if k := key(item); !seen[k] {
			seen[k] = true
			kept = append(kept, item)
		}
	}
	return kept
}

func same[T any](v T) T { return v }

func trimmed(s string) string { return strings.Trim(s, outerSpaces) }

func upperTrimmed(s string) string { return strings.ToUpper(trimmed(s)) }

// asciiUpper folds only what every database folds: whether é and É are one depends on its locale, and the rules decide.
func asciiUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}
