package server

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// asking is a gatherer whose statements wait until they are let go, and what it asked.
type asking struct {
	gatherer[string, int, int]
	mu         sync.Mutex
	statements [][]int
	release    chan struct{}
}

func newAsking() *asking {
	a := &asking{release: make(chan struct{})}
	a.most, a.atOnce, a.timeout = 3, 1, time.Minute
	a.ask = func(ctx context.Context, _ string, questions []int) (map[int]int, error) {
		a.mu.Lock()
		a.statements = append(a.statements, slices.Clone(questions))
		a.mu.Unlock()
		select {
		case <-a.release:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		answers := map[int]int{}
		for _, q := range questions {
			switch {
			case q == 13:
				return nil, errors.New("thirteen")
			case q == 14:
				panic("fourteen")
			case q > 0:
				answers[q] = 2 * q
			}
		}
		return answers, nil
	}
	return a
}

type got struct {
	value        int
	found, first bool
	err          error
}

// all asks every question at once, in this order, while the first statement is held up.
func (a *asking) all(t *testing.T, key string, questions ...int) []got {
	t.Helper()
	answers := make([]got, len(questions))
	var group sync.WaitGroup
	for i, q := range questions {
		group.Go(func() {
			g := &answers[i]
			g.value, g.found, g.first, g.err = a.do(t.Context(), key, q)
		})
		synctest.Wait() // so that they queue in this order
	}
	close(a.release)
	group.Wait()
	return answers
}

func TestRequestsThatWaitGoTogetherIntoTheNextStatement(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAsking()
		answers := a.all(t, "drive", 1, 2, 3, 4, 5)
		require.Equal(t, [][]int{{1}, {2, 3, 4}, {5}}, a.statements, "at once, then what waits, at most three")
		for i, answer := range answers {
			require.Equal(t, got{value: 2 * (i + 1), found: true, first: true}, answer)
		}
		synctest.Wait()
		a.gatherer.mu.Lock()
		defer a.gatherer.mu.Unlock()
		require.Empty(t, a.waiting, "nothing is kept of a key that nobody waits for")
	})
}

func TestSomeStatementsMayRunAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAsking()
		a.atOnce = 2
		a.all(t, "drive", 1, 2, 3, 4, 5)
		require.Equal(t, [][]int{{1}, {2}}, a.statements[:2])
		require.ElementsMatch(t, []int{3, 4, 5}, slices.Concat(a.statements[2:]...))
	})
}

func TestTheSameQuestionIsAskedOnceWhileItWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAsking()
		answers := a.all(t, "drive", 1, 1, 1)
		require.Equal(t, [][]int{{1}, {1}}, a.statements, "never the answer of a statement that began before the question")
		require.Equal(t, []bool{true, true, false}, []bool{answers[0].first, answers[1].first, answers[2].first})
	})
}

func TestAQuestionWithoutAnAnswerIsNotFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAsking()
		require.Equal(t, []got{{first: true}}, a.all(t, "drive", -1))
	})
}

func TestKeysDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAsking()
		var group sync.WaitGroup
		for _, key := range []string{"one", "other"} {
			group.Go(func() { _, _, _, _ = a.do(t.Context(), key, 1) })
		}
		synctest.Wait()
		require.Len(t, a.statements, 2)
		close(a.release)
		group.Wait()
	})
}

func TestWhoGoesAwayDoesNotTakeTheOthersAlong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAsking()
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			_, _, _, err := a.do(ctx, "drive", 1)
			gone <- err
		}()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-gone, context.Canceled)
		answers := a.all(t, "drive", 2)
		require.Equal(t, []got{{value: 4, found: true, first: true}}, answers)
	})
}

func TestAFaultIsToldToAllOfItsStatementAndToNobodyElse(t *testing.T) {
	t.Parallel()
	for question, message := range map[int]string{13: "thirteen", 14: "panic: fourteen"} {
		synctest.Test(t, func(t *testing.T) {
			a := newAsking()
			answers := a.all(t, "drive", 1, question, 2, 3, 4)
			require.NoError(t, answers[0].err)
			for _, answer := range answers[1:4] {
				require.ErrorContains(t, answer.err, message)
			}
			require.NoError(t, answers[4].err)
		})
	}
}

func TestAStatementThatHangsEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAsking()
		_, _, _, err := a.do(t.Context(), "drive", 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}
