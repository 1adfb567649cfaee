package server

import (
	"context"
	"net/http"
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

// proof is what a request brings to show whose it is: a token, or the cookie of a browser that signed in.
type proof struct {
	auth.Session
	byCookie bool
}

type proofKey struct{}

// proofFrom is the proof of an operation's caller.
func proofFrom(ctx context.Context) proof {
	p, _ := ctx.Value(proofKey{}).(proof)
	return p
}

// proofIn finds the proof that a request brings. The cookie counts only where there is no header, which no other site can
// make a browser send.
func (s *Server) proofIn(r *http.Request) (proof, error) {
	if _, given := r.Header["Authorization"]; !given {
		return s.cookieProof(r)
	}
	token := bearer(r.Header.Get("Authorization"))
	if token == "" {
		return proof{}, errSignIn
	}
	claims, err := s.tokens.Parse(token, time.Now())
	if err != nil {
		return proof{}, errSignInAgain
	}
	return proof{Session: claims.Session()}, nil
}

// standing is what a person may be taken for. What they proved counts only as long as the account agrees: active, in the
// same role, and not changed (password, role, deactivation) after that moment.
func (s *Server) standing(ctx context.Context, proved auth.Session) (auth.Principal, error) {
	if !time.Now().Before(proved.ExpiresAt) {
		return auth.Principal{}, errSignInAgain
	}
	access, found, err := s.access.get(ctx, proved.UserID)
	if err != nil {
		return auth.Principal{}, err
	}
	if !found {
		return auth.Principal{}, errSignInAgain
	}
	revoked := access.TokensValidFrom != nil && proved.Proved.Before(*access.TokensValidFrom)
	if !access.Active || revoked || access.Role != string(proved.Role) {
		return auth.Principal{}, errSignInAgain
	}
	return auth.Principal{
		UserID: proved.UserID, Role: proved.Role, Name: access.Name, Email: access.Email,
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
