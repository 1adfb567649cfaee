package jobs

import "time"

// Paced gives tests a RunningSet that looks more often and waits less.
func Paced(every, grace time.Duration) *RunningSet {
	s := NewRunningSet()
	s.every, s.grace = every, grace
	return s
}
