package auth

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The last second of the year 9999. Later times have no RFC 3339 form.
const maxUnixSeconds = 253402300799

var errNotATime = errors.New("not a time in seconds since 1970")

// tokenTime is a time in a token: a JSON number of seconds since 1970 with
// microseconds after the point. It is read and written as text, since float64
// cannot hold today's time to the microsecond in every case and PostgreSQL's
// timestamps, with which it is compared, can.
type tokenTime struct {
	time.Time
}

// MarshalJSON writes the seconds with six decimals.
func (t tokenTime) MarshalJSON() ([]byte, error) {
	if t.Unix() < 0 || t.Unix() > maxUnixSeconds {
		return nil, errNotATime
	}
	return fmt.Appendf(nil, "%d.%06d", t.Unix(), t.Nanosecond()/int(time.Microsecond)), nil
}

// UnmarshalJSON reads a plain JSON number: whole seconds, or with decimals, of
// which those after the sixth are cut off. An exponent is refused.
func (t *tokenTime) UnmarshalJSON(text []byte) error {
	whole, fraction, _ := strings.Cut(string(text), ".")
	seconds, err := strconv.ParseUint(whole, 10, 64)
	if err != nil || seconds > maxUnixSeconds {
		return errNotATime
	}
	micros, err := microseconds(fraction)
	if err != nil {
		return err
	}
	t.Time = time.Unix(int64(seconds), micros*int64(time.Microsecond)).UTC()
	return nil
}

// microseconds reads the digits after the point.
func microseconds(fraction string) (int64, error) {
	if strings.Trim(fraction, "0123456789") != "" {
		return 0, errNotATime
	}
	sixDigits := (fraction + "000000")[:6]
	return strconv.ParseInt(sixDigits, 10, 64)
}

// numericDate is the form that the jwt package asks for, nil for a claim that
// the token does not have.
func (t *tokenTime) numericDate() *jwt.NumericDate {
	if t == nil {
		return nil
	}
	return &jwt.NumericDate{Time: t.Time}
}
