package auth

import "context"

// MaxWaiting is maxWaiting, for the tests.
const MaxWaiting = maxWaiting

// Occupy takes one turn, as a run that does not end would, until release is called.
func (p *Passwords) Occupy(ctx context.Context) (release func()) {
	if err := p.acquire(ctx); err != nil {
		panic(err)
	}
	return func() { p.turns.Release(1) }
}
