package server

import (
	"context"
	"sync"
	"time"
)

// recent remembers for a moment what was read from the database, so that a client that asks again and again costs one
// statement instead of many. What this process changes it forgets at once; what another one changes is seen when keep has
// passed, counted from before the statement that read it.
type recent[K comparable, V any] struct {
	keep    time.Duration
	most    int // entries; when it is full it starts anew
	loading gatherer[struct{}, K, V]

	mu      sync.Mutex
	entries map[K]recentEntry[V]
	forgets int // how often something was forgotten; a look-up that it overtook is not remembered
}

type recentEntry[V any] struct {
	value V
	until time.Time
}

// mostLookUps go into one statement.
const mostLookUps = 500

func newRecent[K comparable, V any](keep time.Duration, most int, load func(context.Context, []K) (map[K]V, error)) *recent[K, V] {
	return &recent[K, V]{
		keep: keep, most: most, entries: map[K]recentEntry[V]{},
		loading: gatherer[struct{}, K, V]{
			most: mostLookUps, atOnce: 1, timeout: requestTimeout,
			ask: func(ctx context.Context, _ struct{}, keys []K) (map[K]V, error) { return load(ctx, keys) },
		},
	}
}

// get returns what is known of key, or found false when there is no such thing (which is not remembered).
func (r *recent[K, V]) get(ctx context.Context, key K) (value V, found bool, err error) {
	now := time.Now()
	r.mu.Lock()
	entry, known := r.entries[key]
	forgets := r.forgets
	r.mu.Unlock()
	if known && now.Before(entry.until) {
		return entry.value, true, nil
	}
	value, found, _, err = r.loading.do(ctx, struct{}{}, key)
	if err == nil && found {
		r.remember(key, recentEntry[V]{value: value, until: now.Add(r.keep)}, forgets)
	}
	return value, found, err
}

func (r *recent[K, V]) remember(key K, entry recentEntry[V], forgets int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.forgets != forgets {
		return
	}
	if len(r.entries) >= r.most {
		clear(r.entries)
	}
	r.entries[key] = entry
}

// forget makes the next request look anew, after this process has changed what key stands for.
func (r *recent[K, V]) forget(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forgets++
	delete(r.entries, key)
}

func (r *recent[K, V]) forgetAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forgets++
	clear(r.entries)
}
