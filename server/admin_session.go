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
	"placeops/store"
)

const (
	loginPath    = "/admin/login"
	maxLoginForm = 16 << 10
)

//go:embed console/login.html
var loginFiles embed.FS

var loginTemplate = template.Must(template.ParseFS(loginFiles, "console/login.html"))

const loginPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

type openSessionInput struct {
	Authorization string `header:"Authorization" hidden:"true"`
}

type openSessionOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

// openSession gives the browser of a head that is signed in a cookie for the console. The header that it takes is one that
// no other site can make a browser send.
func (s *Server) openSession(ctx context.Context, in *openSessionInput) (*openSessionOutput, error) {
	claims, err := s.tokens.Parse(bearer(in.Authorization), time.Now())
	if err != nil {
		return nil, errSignInAgain
	}
	c, _ := ctx.Value(echoKey{}).(echo.Context)
	if site := c.Request().Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return nil, store.Errorf(store.Forbidden, "this has to come from a page of this server")
	}
	return &openSessionOutput{SetCookie: *s.newSessionCookie(c, claims)}, nil
}

func (s *Server) closeSession(c echo.Context) error {
	c.SetCookie(adminCookie(c, "", -1))
	return c.NoContent(http.StatusNoContent)
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
	claims, err := s.loginHead(r.Context(), r.PostForm.Get("email"), r.PostForm.Get("password"))
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
	c.Set(userIDKey, claims.UserID)
	c.SetCookie(s.newSessionCookie(c, claims))
	return c.Redirect(http.StatusSeeOther, consolePath+"/")
}

func (s *Server) loginHead(ctx context.Context, email, password string) (auth.Claims, error) {
	if len(email) > maxEmail || len(password) > maxPassword {
		return auth.Claims{}, errWrongLogin
	}
	var in loginInput
	in.Body.Email, in.Body.Password = email, password
	out, err := s.login(ctx, &in)
	if err != nil {
		return auth.Claims{}, err
	}
	p, err := s.principal(ctx, out.Body.Token)
	if err != nil {
		return auth.Claims{}, err
	}
	if err := authorise(p, heads, false); err != nil {
		return auth.Claims{}, err
	}
	return s.tokens.Parse(out.Body.Token, time.Now())
}

// As on /auth/login.
const (
	maxEmail    = 254
	maxPassword = 1000
)
