package server

import (
	"context"
	"embed"
	"html/template"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"placeops/auth"
)

const (
	loginPath    = "/admin/login"
	maxLoginForm = 16 << 10
)

//go:embed console/login.html
var loginFiles embed.FS

var loginTemplate = template.Must(template.ParseFS(loginFiles, "console/login.html"))

const loginPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

type openSessionOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

// openSession gives the browser of a head that is signed in a cookie for the job console. The header that it takes is one that
// no other site can make a browser send.
func (s *Server) openSession(ctx context.Context, _ *struct{}) (*openSessionOutput, error) {
	c := echoOf(ctx)
	if site := c.Request().Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return nil, errElsewhere
	}
	return &openSessionOutput{SetCookie: *s.newAdminCookie(c, proofFrom(ctx).Session)}, nil
}

func (s *Server) closeSession(c echo.Context) error {
	c.SetCookie(newCookie(c, adminCookie, "", -1))
	return c.NoContent(http.StatusNoContent)
}

// newAdminCookie is sent back by the browser to /admin alone, and never with what another site asks for.
func (s *Server) newAdminCookie(c echo.Context, proof auth.Session) *http.Cookie {
	text, session := s.tokens.IssueSession(proof, time.Now(), auth.JobConsoleLifetime)
	return newCookie(c, adminCookie, text, secondsUntil(session.ExpiresAt))
}

func (s *Server) loginPage(c echo.Context) error { return showLogin(c, http.StatusOK, "") }

func showLogin(c echo.Context, status int, message string) error {
	header := c.Response().Header()
	header.Set("Content-Security-Policy", loginPolicy)
	header.Set("Content-Type", "text/html; charset=utf-8")
	c.Response().WriteHeader(status)
	return loginTemplate.Execute(c.Response(), message)
}

// loginForm signs a head in as /auth/login does, with the same limits.
func (s *Server) loginForm(c echo.Context) error {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, maxLoginForm)
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") || r.ParseForm() != nil {
		return showLogin(c, http.StatusBadRequest, "this was not the form; fill it in again")
	}
	proof, err := s.loginHead(r.Context(), r.PostForm.Get("email"), r.PostForm.Get("password"))
	if err != nil {
		problem := problemOf(r.Context(), err)
		if problem.Status >= http.StatusInternalServerError {
			c.Set(causeKey, err)
		}
		if problem.retryAfter > 0 {
			c.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(problem.retryAfter.Seconds()))))
		}
		return showLogin(c, problem.Status, problem.Detail)
	}
	c.Set(userIDKey, proof.UserID)
	c.SetCookie(s.newAdminCookie(c, proof))
	return c.Redirect(http.StatusSeeOther, consolePath+"/")
}

func (s *Server) loginHead(ctx context.Context, email, password string) (auth.Session, error) {
	if len(email) > maxEmail || len(password) > maxPassword {
		return auth.Session{}, errWrongLogin
	}
	user, issuedAt, err := s.signIn(ctx, email, password)
	if err != nil {
		return auth.Session{}, err
	}
	proof := proofOf(user, issuedAt)
	p, err := s.standing(ctx, proof)
	if err != nil {
		return auth.Session{}, err
	}
	return proof, authorise(p, heads, false)
}

// As on /auth/login.
const (
	maxEmail    = 254
	maxPassword = 1000
)
