package server

import (
	"context"
	"time"

	"placeops/auth"
	"placeops/store"
)

// accessStale is how long a process may go on with what it knows of a person: well below the 5 s within which every
// process refuses the tokens of somebody deactivated. The web client asks every 3 s, several times at once.
const accessStale = 2 * time.Second

// maxAccessEntries bounds the memory of it.
const maxAccessEntries = 50_000

func (s *Server) newAccess() *recent[int64, store.Access] {
	return newRecent(accessStale, maxAccessEntries, func(ctx context.Context, userIDs []int64) (map[int64]store.Access, error) {
		return store.AccessOf(ctx, s.pool, userIDs)
	})
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
	access, found, err := s.access.get(ctx, userID)
	if err != nil {
		return auth.Principal{}, err
	}
	if !found {
		return auth.Principal{}, errSignInAgain
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
