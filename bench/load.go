package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// load is what connections do at once: each walks its own share of the work, one thing after the other. It runs in a
// process of its own (see children), which reads nothing else than its answers.
type load struct {
	Connections int
	First       int     // the item to begin with; the first connection takes it, the second one the next, and so on
	Seconds     float64 // go through the work again and again for so long; 0: once
	WarmUp      float64 // seconds of the same before that, which do not count
	Pause       float64 // seconds between two things that a connection does
	Keep        bool    // return the answers, in the order of the work
	Watch       map[string]int

	// One of these.
	HTTP   *httpWork
	SQL    *sqlWork
	Argon2 *argon2Work
}

// loadResult is what that gave. Watched processes are in it with the cores that they and their descendants used.
type loadResult struct {
	Requests int
	Seconds  float64
	Latency  latency
	Statuses map[int]int // of HTTP; rows of SQL
	Bytes    int64
	Broken   int    // connections that ended before the answer; the request was repeated on another process
	Wrong    int    // answers without what they should contain
	Example  string // one of those
	Answers  []string
	Cores    map[string]float64
}

func (r loadResult) rate() float64 { return float64(r.Requests) / r.Seconds }

// latency is in milliseconds, of all requests.
type latency struct{ P50, P90, P99, Max float64 }

// work is a list of items with the same number of steps, which belong together: a student, and what the student asks.
type work interface {
	size() (items, steps int)
	connect(ctx context.Context, number int) (connection, error)
}

type connection interface {
	// do does one step of an item.
	do(ctx context.Context, item, step int) (answer, error)
	close()
}

type answer struct {
	status int
	body   []byte // valid until the next do
	bytes  int64
	broken int
	wrong  bool
}

func (l load) work() (work, error) {
	switch {
	case l.HTTP != nil:
		return l.HTTP, nil
	case l.SQL != nil:
		return l.SQL, nil
	case l.Argon2 != nil:
		return l.Argon2, nil
	}
	return nil, errors.New("a load without work")
}

// runLoad connects everything first, so that all begin at the same moment.
func runLoad(ctx context.Context, l load) (loadResult, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := l.work()
	if err != nil {
		return loadResult{}, err
	}
	walkers := make([]*walker, l.Connections)
	defer func() {
		for _, each := range walkers {
			if each != nil && each.connection != nil {
				each.connection.close()
			}
		}
	}()
	err = together(len(walkers), func(i int) (err error) {
		walkers[i] = &walker{load: l, next: l.First + i}
		walkers[i].items, walkers[i].steps = w.size()
		walkers[i].connection, err = w.connect(ctx, i)
		return err
	})
	if err != nil {
		return loadResult{}, err
	}
	walk := func(seconds float64) error {
		until := time.Now().Add(time.Duration(seconds * float64(time.Second)))
		return together(len(walkers), func(i int) error {
			err := walkers[i].walk(ctx, until)
			if err != nil {
				cancel() // the others need not go on
			}
			return err
		})
	}
	if l.WarmUp > 0 {
		if err := walk(l.WarmUp); err != nil {
			return loadResult{}, err
		}
	}
	for _, each := range walkers {
		each.seen = newSeen()
	}
	watched := startWatching(l.Watch)
	began := time.Now()
	if err := walk(l.Seconds); err != nil {
		return loadResult{}, err
	}
	took := time.Since(began)
	result := summary(walkers, took)
	result.Cores = watched.cores(took)
	return result, nil
}

// walker is one connection on its way through its share.
type walker struct {
	load
	connection
	items, steps int
	next         int // item
	seen         seen
}

// walk goes on where the last walk ended: through the rest of the share, or until the given moment.
func (w *walker) walk(ctx context.Context, until time.Time) error {
	once := w.Seconds == 0
	for ; !once || w.next < w.First+w.items; w.next += w.Connections {
		for step := range w.steps {
			if !once && !time.Now().Before(until) {
				return nil
			}
			item := w.next % w.items
			began := time.Now()
			a, err := w.do(ctx, item, step)
			if err != nil {
				return err
			}
			w.seen.add(a, time.Since(began))
			if w.Keep {
				w.seen.answers = append(w.seen.answers, keptAnswer{(w.next-w.First)*w.steps + step, string(a.body)})
			}
			if err := w.rest(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) rest(ctx context.Context) error {
	if w.Pause == 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(w.Pause * float64(time.Second))):
		return nil
	}
}

// together calls f for 0 to n-1 at the same moment and waits for all.
func together(n int, f func(i int) error) error {
	errs := make([]error, n)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			errs[i] = f(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return errors.Join(errs...)
}
