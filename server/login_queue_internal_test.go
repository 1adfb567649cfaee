package server

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// queueOf is a queue in which one runs, and those that stand in it wait: "aab" are three, two of them from a.
func queueOf(t *testing.T, most int, waiting string) (q *loginQueue, turns map[string][]chan error) {
	t.Helper()
	q = newLoginQueue(2)
	q.most = most
	require.NoError(t, <-q.line("runs"))
	turns = map[string][]chan error{}
	for _, address := range strings.Split(waiting, "") {
		turns[address] = append(turns[address], q.line(address))
	}
	return q, turns
}

// told tells what a try was told: "waits", "goes on" or "busy".
func told(turn chan error) string {
	select {
	case err := <-turn:
		if err != nil {
			return "busy"
		}
		return "goes on"
	default:
		return "waits"
	}
}

func TestLogInsGetTheirTurnAddressByAddress(t *testing.T) {
	t.Parallel()
	q, turns := queueOf(t, 10, "aaaabbc")
	var order string
	for range 7 {
		q.endTurn()
		for address, of := range turns {
			if told(of[0]) == "goes on" {
				order += address
				if turns[address] = of[1:]; len(turns[address]) == 0 {
					delete(turns, address)
				}
			}
		}
	}
	require.Equal(t, "abcabaa", order)
	q.endTurn()
	require.Zero(t, q.running)
	require.Empty(t, q.waiters)
	require.Empty(t, q.inTurn)
}

func TestAFullQueueOfLogInsIsShared(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		waiting, comes, told string
		loses                string // the address whose newest try has to go
	}{
		"there is room":                      {"aab", "a", "waits", ""},
		"who has the most comes again":       {"aaab", "a", "busy", ""},
		"who has none comes":                 {"aaab", "c", "waits", "a"},
		"who has fewer comes":                {"aaab", "b", "waits", "a"},
		"who would then have the most comes": {"aabb", "a", "busy", ""},
		"all have one":                       {"abcd", "e", "busy", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, turns := queueOf(t, 4, test.waiting)
			require.Equal(t, test.told, told(q.line(test.comes)))
			for address, of := range turns {
				for i, turn := range of {
					want := "waits"
					if address == test.loses && i == len(of)-1 {
						want = "busy"
					}
					require.Equal(t, want, told(turn), "%s%d", address, i)
				}
			}
		})
	}
}

func TestALogInWaitsNoLongerThanItsRequest(t *testing.T) {
	t.Parallel()
	q := newLoginQueue(2)
	leave, err := q.enter(t.Context(), "account", "a")
	require.NoError(t, err)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = q.enter(gone, "account", "a") // which waits for the first one
	require.ErrorIs(t, err, context.Canceled)
	_, err = q.enter(gone, "another", "b") // which waits for its turn
	require.ErrorIs(t, err, context.Canceled)
	leave()
	require.Zero(t, q.running)
	require.Zero(t, q.waiting)
	require.Empty(t, q.accounts)
}

// Whatever comes, goes and waits: so many run and no more, nobody waits while there is room, and nothing is left in the end.
func TestNothingIsLostInTheQueueOfLogIns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := newLoginQueue(int32(rapid.IntRange(0, 6).Draw(t, "connections")))
		q.most = rapid.IntRange(0, 5).Draw(t, "most")
		type try struct {
			address string
			turn    chan error
		}
		var waits []try
		running := 0
		settle := func() { // reads what the tries have been told
			left := waits[:0]
			for _, w := range waits {
				switch told(w.turn) {
				case "waits":
					left = append(left, w)
				case "goes on":
					running++
				}
			}
			waits = left
			require.Equal(t, running, q.running)
			require.Equal(t, len(waits), q.waiting)
			require.LessOrEqual(t, running, q.atOnce)
			require.LessOrEqual(t, len(waits), q.most)
			if len(waits) > 0 {
				require.Equal(t, q.atOnce, running)
			}
			require.Len(t, q.inTurn, len(q.waiters))
		}
		t.Repeat(map[string]func(*rapid.T){
			"comes": func(t *rapid.T) {
				address := fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "address"))
				waits = append(waits, try{address, q.line(address)})
				settle()
			},
			"ends": func(t *rapid.T) {
				if running == 0 {
					t.Skip("nobody runs")
				}
				running--
				q.endTurn()
				settle()
			},
			"goes away": func(t *rapid.T) {
				if len(waits) == 0 {
					t.Skip("nobody waits")
				}
				i := rapid.IntRange(0, len(waits)-1).Draw(t, "which")
				require.True(t, q.leaveLine(waits[i].address, waits[i].turn))
				waits = append(waits[:i:i], waits[i+1:]...)
				settle()
			},
		})
	})
}

func TestNetworksOfAddresses(t *testing.T) {
	t.Parallel()
	for address, network := range map[string]string{
		"192.0.2.1":            "192.0.2.1",
		"::ffff:192.0.2.1":     "192.0.2.1",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
		"::1":                  "::/64",
		"no address":           "no address",
		"":                     "",
	} {
		require.Equal(t, network, networkOf(address), "%q", address)
	}
}
