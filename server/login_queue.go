package server

import (
	"context"
	"net/netip"
	"slices"
	"sync"

	"placeops/auth"
)

const (
	// mostWaitingLogins is as many as two cores let in within 3 s. More would wait longer than people do.
	mostWaitingLogins = 200
	// mostTriesAtOnce bounds the tries at one account that wait for each other.
	mostTriesAtOnce = 32
	// ofNetwork is what one customer of a provider has of IPv6, with all its addresses.
	ofNetwork = 64
)

// loginQueue bounds what log-ins may hold at once, whoever sends them and however many: so many run, the others wait, and what
// is too much is refused at once (503). Those that wait get their turn address by address, and when the queue is full the address
// with the most in it loses its newest. So a flood from a few addresses keeps nobody else from signing in.
type loginQueue struct {
	atOnce, most int // that run; that wait

	mu       sync.Mutex
	running  int
	waiting  int
	waiters  map[string][]chan error // by address, the oldest first; a key is present while somebody waits
	inTurn   []string                // the addresses of waiters, the next one first
	accounts map[string]*accountTries
}

// accountTries are the tries at one account: one goes on, the others wait. It exists while there are any.
type accountTries struct {
	turn chan struct{} // holds one for the try that goes on
	n    int
}

// newLoginQueue makes a queue that leaves half of the connections to others.
func newLoginQueue(connections int32) *loginQueue {
	return &loginQueue{
		atOnce: max(int(connections/2), 1), most: mostWaitingLogins,
		waiters: map[string][]chan error{}, accounts: map[string]*accountTries{},
	}
}

// enter waits until a try at account from address may go on, and returns what ends it. Tries at one account go one after the
// other: parallel ones would outrun its limit. It fails with auth.ErrBusy, or with the error of ctx.
func (q *loginQueue) enter(ctx context.Context, account, address string) (leave func(), err error) {
	leaveAccount, err := q.enterAccount(ctx, account)
	if err != nil {
		return nil, err
	}
	if err := q.takeTurn(ctx, address); err != nil {
		leaveAccount()
		return nil, err
	}
	return func() {
		q.endTurn()
		leaveAccount()
	}, nil
}

func (q *loginQueue) enterAccount(ctx context.Context, account string) (leave func(), err error) {
	q.mu.Lock()
	tries, known := q.accounts[account]
	if !known {
		tries = &accountTries{turn: make(chan struct{}, 1)}
		q.accounts[account] = tries
	}
	if tries.n == mostTriesAtOnce {
		q.mu.Unlock()
		return nil, auth.ErrBusy
	}
	tries.n++
	q.mu.Unlock()
	select {
	case tries.turn <- struct{}{}:
		return func() {
			<-tries.turn
			q.forget(account, tries)
		}, nil
	case <-ctx.Done():
		q.forget(account, tries)
		return nil, ctx.Err()
	}
}

func (q *loginQueue) forget(account string, tries *accountTries) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if tries.n--; tries.n == 0 {
		delete(q.accounts, account)
	}
}

func (q *loginQueue) takeTurn(ctx context.Context, address string) error {
	turn := q.line(address)
	select {
	case err := <-turn:
		return err
	case <-ctx.Done():
		if !q.leaveLine(address, turn) && <-turn == nil { // it was given at this moment
			q.endTurn()
		}
		return ctx.Err()
	}
}

// line puts a try into the queue. What it returns tells when it may go on (nil), or that it is one too many.
func (q *loginQueue) line(address string) (turn chan error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	turn = make(chan error, 1)
	switch {
	case q.running < q.atOnce: // then nobody waits
		q.running++
		turn <- nil
		return turn
	case q.waiting == q.most && !q.makeRoom(address):
		turn <- auth.ErrBusy
		return turn
	}
	if len(q.waiters[address]) == 0 {
		q.inTurn = append(q.inTurn, address)
	}
	q.waiters[address] = append(q.waiters[address], turn)
	q.waiting++
	return turn
}

// makeRoom refuses the newest try of the address with the most, where that then still has as many as the one that comes.
func (q *loginQueue) makeRoom(comes string) bool {
	longest := comes
	for address, turns := range q.waiters {
		if len(turns) > len(q.waiters[longest]) {
			longest = address
		}
	}
	turns := q.waiters[longest]
	if len(turns) <= len(q.waiters[comes])+1 {
		return false
	}
	newest := turns[len(turns)-1]
	q.remove(longest, len(turns)-1)
	newest <- auth.ErrBusy
	return true
}

// remove takes a try out of the queue, and its address when it was the last one.
func (q *loginQueue) remove(address string, i int) {
	q.waiting--
	q.waiters[address] = slices.Delete(q.waiters[address], i, i+1)
	if len(q.waiters[address]) == 0 {
		delete(q.waiters, address)
		at := slices.Index(q.inTurn, address)
		q.inTurn = slices.Delete(q.inTurn, at, at+1)
	}
}

// leaveLine takes a try out that waits no more; false when it has been told already.
func (q *loginQueue) leaveLine(address string, turn chan error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiters[address], turn)
	if i < 0 {
		return false
	}
	q.remove(address, i)
	return true
}

// endTurn gives the turn to the next address, which then comes last.
func (q *loginQueue) endTurn() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting == 0 {
		q.running--
		return
	}
	address := q.inTurn[0]
	next := q.waiters[address][0]
	q.remove(address, 0)
	if at := slices.Index(q.inTurn, address); at >= 0 {
		q.inTurn = append(slices.Delete(q.inTurn, at, at+1), address)
	}
	next <- nil
}

// networkOf is what counts as one address: with IPv6 that is a network, as each customer has more addresses than could be counted.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	network, _ := ip.Prefix(ofNetwork) // an IPv6 address has so many bits
	return network.String()
}
