package server

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"placeops/tracing"
)

// gatherer answers many requests by few statements. While as many statements run as may, the requests that come in wait and
// go together into the next one; a request that comes alone is asked at once. So it adds no delay, and under load a hundred
// requests cost one round trip and one commit. Questions of different keys never wait for each other.
type gatherer[K, Q comparable, A any] struct {
	// ask answers questions, none of them twice; a question without an entry in the answer has none.
	// With tracing ctx is a part of the trace of the first who waits, and linked with the others'.
	ask     func(ctx context.Context, key K, questions []Q) (map[Q]A, error)
	most    int           // questions in one statement
	atOnce  int           // statements of one key; with two, one is computed while the other one commits
	name    string        // in a trace
	timeout time.Duration // of a statement: it serves several requests, so none of them can cut it off

	mu      sync.Mutex
	waiting map[K]*gathering[Q, A] // a key is present while a statement of it runs
}

// gathering is what waits for the next statement.
type gathering[Q comparable, A any] struct {
	running   int // statements
	questions []Q // each once
	answered  map[Q]*answer[A]
	traced    []trace.Span // of those who wait, where they are traced
}

// answer is what all who asked the same thing wait for.
type answer[A any] struct {
	done  chan struct{} // closed once the rest is set
	value A
	found bool
	err   error
}

// do asks one question and waits for its answer. First is true for one of those who asked the same thing in the same
// statement. When ctx ends, it returns its error; the statement goes on, and what it changes is changed.
func (g *gatherer[K, Q, A]) do(ctx context.Context, key K, question Q) (value A, found, first bool, err error) {
	a, first := g.enqueue(trace.SpanFromContext(ctx), key, question)
	select {
	case <-a.done:
		return a.value, a.found, first, a.err
	case <-ctx.Done():
		return value, false, first, ctx.Err()
	}
}

func (g *gatherer[K, Q, A]) enqueue(asker trace.Span, key K, question Q) (a *answer[A], first bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	queue, known := g.waiting[key]
	if !known {
		if g.waiting == nil {
			g.waiting = map[K]*gathering[Q, A]{}
		}
		queue = &gathering[Q, A]{answered: map[Q]*answer[A]{}}
		g.waiting[key] = queue
	}
	if queue.running < g.atOnce {
		queue.running++
		go g.run(key, queue)
	}
	if asker.IsRecording() {
		queue.traced = append(queue.traced, asker)
	}
	if a, asked := queue.answered[question]; asked {
		return a, false
	}
	a = &answer[A]{done: make(chan struct{})}
	queue.questions = append(queue.questions, question)
	queue.answered[question] = a
	return a, true
}

// run asks until nobody waits for key any more.
func (g *gatherer[K, Q, A]) run(key K, queue *gathering[Q, A]) {
	for {
		questions, answers, traced := g.next(key, queue)
		if len(questions) == 0 {
			return
		}
		values, err := g.asked(traced, key, questions)
		for i, a := range answers {
			a.value, a.found = values[questions[i]]
			a.err = err
			close(a.done)
		}
	}
}

// next takes what waits, at most one statement's worth. The last one to find nothing takes the key away. Of a crowd of several
// statements the first one counts for the traces of all.
func (g *gatherer[K, Q, A]) next(key K, queue *gathering[Q, A]) (questions []Q, answers []*answer[A], traced []trace.Span) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(queue.questions), g.most)
	if n == 0 {
		if queue.running--; queue.running == 0 {
			delete(g.waiting, key)
		}
		return nil, nil, nil
	}
	traced, queue.traced = queue.traced, nil
	questions, queue.questions = queue.questions[:n:n], queue.questions[n:]
	answers = make([]*answer[A], n)
	for i, q := range questions {
		answers[i] = queue.answered[q]
		delete(queue.answered, q)
	}
	return questions, answers, traced
}

// asked turns a panic into an error: nobody's request would catch it here.
func (g *gatherer[K, Q, A]) asked(traced []trace.Span, key K, questions []Q) (answers map[Q]A, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), g.timeout)
	defer cancel()
	ctx, span := tracing.Together(ctx, g.name, traced)
	defer func() { tracing.End(span, err) }()
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return g.ask(ctx, key, questions)
}
