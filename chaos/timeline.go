package main

import "time"

// moment is the harness's own clock: the time since the run began.
type moment = time.Duration

const never moment = 1<<63 - 1

// change is one request that would set a value.
type change struct {
	value      string
	begin, end moment
	sure       bool // acknowledged; otherwise it may have happened, or may yet
}

// timeline is everything that was asked of one value, in the order of the requests. Nobody but one worker changes it.
type timeline struct {
	changes []change
	initial string
}

func (l *timeline) add(value string, begin, end moment, sure bool) {
	l.changes = append(l.changes, change{value, begin, end, sure})
}

// can tells whether the value may be this one at a moment: some request for it had begun by then, and no acknowledged
// request for another value lies wholly between. A request whose answer was lost can take effect until the fence after it:
// the next moment at which everything that it could have reached was known to be dead.
func (l *timeline) can(value string, at moment, fence func(moment) moment) bool {
	if value == l.initial && !l.overridden(value, 0, at) {
		return true
	}
	for _, c := range l.changes {
		if c.value != value || c.begin > at {
			continue
		}
		latest := c.end
		if !c.sure {
			latest = fence(c.end)
		}
		if !l.overridden(value, latest, at) {
			return true
		}
	}
	return false
}

// overridden tells whether another value was asked for after one moment and acknowledged before another.
func (l *timeline) overridden(value string, after, before moment) bool {
	for _, c := range l.changes {
		if c.sure && c.value != value && c.begin > after && c.end <= before {
			return true
		}
	}
	return false
}
