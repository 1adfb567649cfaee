package server

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"placeops/auth"
	"placeops/store"
)

// The cookies of browsers that signed in. Either is the text of an auth.Session.
const (
	sessionCookie = "placeops_session" // of the web console, good for all that its person may do
	adminCookie   = "placeops_admin"   // of the job console, sent to /admin alone
)

var cookiePaths = map[string]string{sessionCookie: "/", adminCookie: "/admin"}

// newCookie is one that no script can read, and that no browser sends with what another site asks for.
func newCookie(c echo.Context, name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure wherever the request came by TLS; an office without it has to get in, too
		Name: name, Value: value, Path: cookiePaths[name], MaxAge: maxAge, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: c.Scheme() == "https",
	}
}

func secondsUntil(t time.Time) int { return int(time.Until(t).Seconds()) }

// proofOf is what somebody has proved who signed in at a moment: as much as a token of that moment says.
func proofOf(user store.User, issuedAt time.Time) auth.Session {
	return auth.Session{
		UserID: user.UserID, Role: auth.Role(user.Role), Proved: issuedAt, ExpiresAt: issuedAt.Add(auth.TokenLifetime),
	}
}

func (s *Server) newSessionCookie(c echo.Context, proof auth.Session) (*http.Cookie, auth.Session) {
	text, session := s.tokens.IssueSession(proof, time.Now(), auth.TokenLifetime)
	return newCookie(c, sessionCookie, text, secondsUntil(session.ExpiresAt)), session
}

var errElsewhere = &store.Error{Kind: store.Forbidden, Message: "this has to come from a page of this server"}

// cookieProof is for requests without a header. A browser sends the cookie by itself, so what sent it there counts too.
func (s *Server) cookieProof(r *http.Request) (proof, error) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return proof{}, errSignIn
	}
	if !cookieCounts(r) {
		return proof{}, errElsewhere
	}
	session, err := s.tokens.ParseSession(cookie.Value, time.Now())
	if err != nil {
		return proof{}, errSignInAgain
	}
	return proof{Session: session, byCookie: true}, nil
}

// cookieCounts tells whether a request may be its person's own. What may change something has to come from a page of this
// server. What only reads may also be an address that a person typed, or come from a browser that does not say.
func cookieCounts(r *http.Request) bool {
	if isSameOrigin(r) {
		return true
	}
	return isSafe(r.Method) && (r.Header.Get("Sec-Fetch-Site") == "none" || saysNoOrigin(r))
}

// saysNoOrigin is true of what programs send, and of what browsers send over plain HTTP to read something.
func saysNoOrigin(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
}

type sessionBody struct {
	User      sessionUser `json:"user"`
	TimeZone  string      `json:"time_zone" doc:"The office's, as IANA names it: days begin and end by it."`
	ExpiresAt time.Time   `json:"expires_at" doc:"When to sign in again."`
}

type sessionOutput struct {
	Body sessionBody
}

type startSessionOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      sessionBody
}

// startSession signs a browser in as login does a program. No script gets to see what proves it.
func (s *Server) startSession(ctx context.Context, in *loginInput) (*startSessionOutput, error) {
	user, issuedAt, err := s.signIn(ctx, in.Body.Email, in.Body.Password)
	if err != nil {
		return nil, err
	}
	cookie, session := s.newSessionCookie(echoOf(ctx), proofOf(user, issuedAt))
	return &startSessionOutput{SetCookie: *cookie, Body: s.sessionBodyOf(sessionUserOf(user), session)}, nil
}

func (s *Server) readSession(ctx context.Context, _ *struct{}) (*sessionOutput, error) {
	p := me(ctx)
	user := sessionUser{
		UserID: p.UserID, Role: string(p.Role), Name: p.Name, Email: p.Email, MustChangePassword: p.MustChangePassword,
	}
	return &sessionOutput{Body: s.sessionBodyOf(user, proofFrom(ctx).Session)}, nil
}

func (s *Server) sessionBodyOf(user sessionUser, session auth.Session) sessionBody {
	return sessionBody{User: user, TimeZone: s.zone.String(), ExpiresAt: session.ExpiresAt.UTC()}
}

type endSessionOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

// endSession takes the browser's cookies back, that of the job console too: whoever comes next to this browser is somebody else.
func (s *Server) endSession(ctx context.Context, _ *struct{}) (*endSessionOutput, error) {
	c := echoOf(ctx)
	return &endSessionOutput{SetCookie: []http.Cookie{
		*newCookie(c, sessionCookie, "", -1), *newCookie(c, adminCookie, "", -1),
	}}, nil
}
