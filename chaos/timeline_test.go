package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestATimelineKnowsWhatCanBe(t *testing.T) {
	t.Parallel()
	register := func(begin, end moment, sure bool) change { return change{in, begin, end, sure} }
	withdraw := func(begin, end moment, sure bool) change { return change{out, begin, end, sure} }
	// Everything dies at 100.
	fence := func(after moment) moment {
		if after <= 100 {
			return 100
		}
		return never
	}
	for name, c := range map[string]struct {
		changes []change
		at      moment
		in, out bool
	}{
		"nothing was asked":                 {nil, 50, false, true},
		"acknowledged":                      {[]change{register(1, 2, true)}, 50, true, false},
		"not yet asked":                     {[]change{register(60, 70, true)}, 50, false, true},
		"under way":                         {[]change{register(40, 60, true)}, 50, true, true},
		"the answer was lost":               {[]change{register(1, 2, false)}, 50, true, true},
		"the answer was lost, and all died": {[]change{register(1, 2, false)}, 200, true, true},
		"taken back":                        {[]change{register(1, 2, true), withdraw(3, 4, true)}, 50, false, true},
		"perhaps taken back":                {[]change{register(1, 2, true), withdraw(3, 4, false)}, 50, true, true},
		"a lost request may still come after an answered one": {[]change{withdraw(1, 2, false), register(3, 4, true)}, 50, true, true},
		"a lost request died before an answered one":          {[]change{withdraw(1, 2, false), register(110, 120, true)}, 150, true, false},
	} {
		l := timeline{initial: out, changes: c.changes}
		require.Equal(t, c.in, l.can(in, c.at, fence), "%s: registered", name)
		require.Equal(t, c.out, l.can(out, c.at, fence), "%s: not registered", name)
	}
}
