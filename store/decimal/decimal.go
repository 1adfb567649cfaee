// Package decimal holds the exact decimal number that marks, criteria and packages are kept in.
//
// A cut-off of 7.50 must not let 7.495 pass, so no mark ever becomes a float: the text that a person or a
// file gave is parsed, compared and stored as it stands (PostgreSQL NUMERIC on the other side).
package decimal

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// MarkPlaces is how many decimals of a student's mark are kept; longer ones are cut, never rounded up.
const MarkPlaces = 4

// maxText bounds what Parse reads: no mark, criterion or package needs more, and an exponent such as 1e999999
// would otherwise be a few bytes that cost gigabytes.
const maxText = 32

// ErrSyntax is returned by Parse for text that is not a plain decimal number.
var ErrSyntax = errors.New("not a number")

// Decimal is an exact decimal number. Its zero value is 0. It scans from and writes to NUMERIC, and is a bare
// number in JSON.
type Decimal struct{ decimal.Decimal }

// Parse reads a plain decimal such as "7", "7.50" or "-1.5". Exponents, signs alone and digits beyond 32
// characters are ErrSyntax.
func Parse(text string) (Decimal, error) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxText || strings.Trim(text, "0123456789.-+") != "" {
		return Decimal{}, ErrSyntax
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return Decimal{}, ErrSyntax
	}
	return Decimal{d}, nil
}

// MustParse is Parse for constants in code and tests; it panics on bad text.
func MustParse(text string) Decimal {
	d, err := Parse(text)
	if err != nil {
		panic(fmt.Sprintf("decimal %q: %v", text, err))
	}
	return d
}

// FromInt returns n as a Decimal.
func FromInt(n int64) Decimal { return Decimal{decimal.NewFromInt(n)} }

// Cut drops what lies behind the given number of places, toward zero.
func (d Decimal) Cut(places int32) Decimal { return Decimal{d.Truncate(places)} }

// Places tells how many decimals d really needs: 2 for 7.25 and for 7.2500.
func (d Decimal) Places() int {
	_, fraction, _ := strings.Cut(d.String(), ".")
	return len(fraction)
}

// Compare returns -1, 0 or 1 as d is below, equal to or above other.
func (d Decimal) Compare(other Decimal) int { return d.Cmp(other.Decimal) }

// MarshalJSON writes a bare number without trailing zeros.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalJSON reads a JSON number, also one written with a small exponent such as 7e0.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	text := string(data)
	if mantissa, exponent, ok := strings.Cut(strings.ToLower(text), "e"); ok {
		return d.parseExponent(mantissa, exponent)
	}
	parsed, err := Parse(text)
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	*d = parsed
	return nil
}

// parseExponent accepts exponents of one digit only: enough for every writer of marks, too little to hurt.
func (d *Decimal) parseExponent(mantissa, exponent string) error {
	digit := strings.TrimLeft(exponent, "+-0")
	m, err := Parse(mantissa)
	if err != nil || len(digit) > 1 || strings.Trim(digit, "0123456789") != "" {
		return fmt.Errorf("%qe%q: %w", mantissa, exponent, ErrSyntax)
	}
	shift := int32(0)
	if digit != "" {
		shift = int32(digit[0] - '0')
	}
	if strings.HasPrefix(exponent, "-") {
		shift = -shift
	}
	*d = Decimal{m.Shift(shift)}
	return nil
}
