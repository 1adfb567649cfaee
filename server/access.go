package server

import (
	"context"
	"sync"
	"time"

	"placeops/auth"
	"placeops/store"
)

// accessStale is how long a process may go on with what it knows of a person: well below the 5 s within which every
// process refuses the tokens of somebody deactivated. The web client asks every 3 s, several times at once.
const accessStale = 2 * time.Second

// maxAccessEntries bounds the memory of the cache; it starts anew when full.
const maxAccessEntries = 50_000

// accessCache remembers for a moment who may sign in as what.
type accessCache struct {
	load func(ctx context.Context, userID int64) (store.Access, error)

	mu      sync.Mutex
	entries map[int64]accessEntry
	forgets int // how often forget was called; a look-up that it overtook is not remembered
}

type accessEntry struct {
	access store.Access
	until  time.Time
}

func newAccessCache(load func(context.Context, int64) (store.Access, error)) *accessCache {
	return &accessCache{load: load, entries: map[int64]accessEntry{}}
}

func (c *accessCache) get(ctx context.Context, userID int64) (store.Access, error) {
	now := time.Now()
	c.mu.Lock()
	entry, ok := c.entries[userID]
	forgets := c.forgets
	c.mu.Unlock()
	if ok && now.Before(entry.until) {
		return entry.access, nil
	}
	access, err := c.load(ctx, userID)
	if err != nil {
		return store.Access{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.forgets != forgets {
		return access, nil
	}
	if len(c.entries) >= maxAccessEntries {
		clear(c.entries)
	}
	c.entries[userID] = accessEntry{access: access, until: now.Add(accessStale)}
	return access, nil
}

// forget makes the next request look anew, after this process has changed the person.
func (c *accessCache) forget(userID int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgets++
	delete(c.entries, userID)
}

var errSignIn = &store.Error{Kind: store.Unauthenticated, Message: "sign in first, and send the token as Authorization: Bearer"}
var errSignInAgain = &store.Error{Kind: store.Unauthenticated, Message: "this sign-in is no longer valid; sign in again"}

// principal finds out who sent a token. The token's word counts only as long as the account agrees: active, in the same
// role, and not changed (password, role, deactivation) after the token was issued.
func (s *Server) principal(ctx context.Context, token string) (auth.Principal, error) {
	if token == "" {
		return auth.Principal{}, errSignIn
	}
	claims, err := s.tokens.Parse(token, time.Now())
	if err != nil {
		return auth.Principal{}, errSignInAgain
	}
	return s.standing(ctx, claims.UserID, claims.Role, claims.IssuedAt)
}

// standing is what a person may be taken for who proved at a moment to be userID in role.
func (s *Server) standing(ctx context.Context, userID int64, role auth.Role, proved time.Time) (auth.Principal, error) {
	access, err := s.access.get(ctx, userID)
	if store.IsKind(err, store.NotFound) {
		return auth.Principal{}, errSignInAgain
	}
	if err != nil {
		return auth.Principal{}, err
	}
	revoked := access.TokensValidFrom != nil && proved.Before(*access.TokensValidFrom)
	if !access.Active || revoked || access.Role != string(role) {
		return auth.Principal{}, errSignInAgain
	}
	return auth.Principal{
		UserID: userID, Role: role, Name: access.Name, Email: access.Email,
		MustChangePassword: access.MustChangePassword,
	}, nil
}

// authorise decides whether p may call a route.
func authorise(p auth.Principal, who auth.Permission, whileCodeOnly bool) error {
	if p.MustChangePassword && !whileCodeOnly {
		return &store.Error{
			Kind: store.Forbidden, Slug: "password-change-required",
			Message: "you signed in with a one-time code; choose a password first (POST /auth/change-password)",
		}
	}
	if !who.Allows(p.Role) {
		return store.Errorf(store.Forbidden, "this is for %s; you are %s", who, p.Role)
	}
	return nil
}
