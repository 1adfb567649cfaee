package auth

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// LoginLimits bounds how often signing in may fail. Only failures count, and
// the store counts them, so that all processes share one count.
type LoginLimits struct {
	// PerAccountAndAddress bounds one address trying one account.
	PerAccountAndAddress Limit
	// PerAccount bounds all addresses together trying one account.
	PerAccount Limit
	// PerAddress bounds one address trying any accounts. It is the widest: a
	// whole campus may sit behind one address.
	PerAddress Limit
}

// DefaultLoginLimits are the limits of an installation that sets none.
func DefaultLoginLimits() LoginLimits {
	return LoginLimits{
		PerAccountAndAddress: Limit{Failures: 10, Window: 15 * time.Minute},
		PerAccount:           Limit{Failures: 50, Window: 15 * time.Minute},
		PerAddress:           Limit{Failures: 100, Window: 5 * time.Minute},
	}
}

// What a limit may be set to. A longer window would keep more failures than
// anybody wants to look through at each sign-in.
const (
	maxLimitFailures = 1_000_000
	minLimitWindow   = time.Second
	maxLimitWindow   = 24 * time.Hour
)

// Limit is a number of failures within a sliding window of time, written "10/15m".
type Limit struct {
	Failures int
	Window   time.Duration
}

// ParseLimit reads a limit such as "10/15m": 1 to 1,000,000 failures in 1s to 24h.
func ParseLimit(s string) (Limit, error) {
	count, window, _ := strings.Cut(s, "/")
	failures, countErr := strconv.Atoi(strings.TrimSpace(count))
	length, windowErr := time.ParseDuration(strings.TrimSpace(window))
	limit := Limit{Failures: failures, Window: length}
	if countErr != nil || windowErr != nil || !limit.valid() {
		return Limit{}, fmt.Errorf("%q is not a limit: write failures/window, such as 10/15m (1 to %d in 1s to 24h)", s, maxLimitFailures)
	}
	return limit, nil
}

func (l Limit) valid() bool {
	return l.Failures >= 1 && l.Failures <= maxLimitFailures &&
		l.Window >= minLimitWindow && l.Window <= maxLimitWindow
}

// String writes the limit in the form that ParseLimit reads, such as "10/15m".
func (l Limit) String() string {
	window := l.Window.String()
	if strings.HasSuffix(window, "m0s") {
		window = strings.TrimSuffix(window, "0s")
	}
	if strings.HasSuffix(window, "h0m") {
		window = strings.TrimSuffix(window, "0m")
	}
	return strconv.Itoa(l.Failures) + "/" + window
}

// UnmarshalText reads the form of ParseLimit.
func (l *Limit) UnmarshalText(text []byte) error {
	limit, err := ParseLimit(string(text))
	if err != nil {
		return err
	}
	*l = limit
	return nil
}
