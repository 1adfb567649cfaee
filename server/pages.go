package server

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"placeops/auth"
	"placeops/store"
)

// anyMethod is a line of the table that answers every method of a page.
const anyMethod = "*"

// page is a line of the table for what a browser opens by itself, without a header. Who has a session comes in by its
// cookie. A browser sends cookies and forms also when another site tells it to, so whatever may change something has to
// come from a page of this server.
func page(method, path string, who auth.Permission, handle func(*Server, echo.Context) error) route {
	r := route{method: method, path: path, who: who}
	r.add = func(s *Server, router *echo.Echo, _ huma.API) {
		answer := func(c echo.Context) error {
			ctx, cancel := context.WithTimeout(c.Request().Context(), requestTimeout)
			defer cancel()
			c.SetRequest(c.Request().WithContext(ctx))
			// With "no-referrer" a browser would not say where a form comes from.
			c.Response().Header().Set("Referrer-Policy", "same-origin")
			if err := s.letPageIn(c, who); err != nil {
				return s.refusePage(c, err)
			}
			return handle(s, c)
		}
		if method == anyMethod {
			router.Any(path, answer)
		} else {
			router.Add(method, path, answer)
		}
	}
	return r
}

func (s *Server) letPageIn(c echo.Context, who auth.Permission) error {
	if !isSafe(c.Request().Method) && !isSameOrigin(c.Request()) {
		return errElsewhere
	}
	if who.IsPublic() {
		return nil
	}
	p, err := s.sessionPrincipal(c)
	if err != nil {
		return err
	}
	c.Set(userIDKey, p.UserID)
	return authorise(p, who, false)
}

// refusePage sends a browser that lacks a session to the form, and tells programs.
func (s *Server) refusePage(c echo.Context, err error) error {
	r := c.Request()
	if store.IsKind(err, store.Unauthenticated) && isSafe(r.Method) && strings.Contains(r.Header.Get("Accept"), "text/html") {
		return c.Redirect(http.StatusSeeOther, loginPath)
	}
	problem := problemOf(r.Context(), err)
	if problem.Status >= http.StatusInternalServerError {
		c.Set(causeKey, err)
	}
	problem.write(c.Response())
	return nil
}

func isSafe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// isSameOrigin believes Sec-Fetch-Site, which no page can forge, and else Origin, which browsers send with every unsafe
// request, also over plain HTTP. A request with neither is not a page's.
func isSameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && origin.Host != "" && origin.Host == r.Host
}

// sessionPrincipal finds out whose session a request brings: the job console's own, or the web console's. What ends a token
// ends the session that it opened.
func (s *Server) sessionPrincipal(c echo.Context) (auth.Principal, error) {
	err := error(&store.Error{Kind: store.Unauthenticated, Message: "sign in first at " + loginPath})
	for _, name := range []string{adminCookie, sessionCookie} {
		cookie, missing := c.Cookie(name)
		if missing != nil {
			continue
		}
		var p auth.Principal
		if p, err = s.cookiePrincipal(c, cookie); err == nil {
			return p, nil
		}
	}
	return auth.Principal{}, err
}

func (s *Server) cookiePrincipal(c echo.Context, cookie *http.Cookie) (auth.Principal, error) {
	session, err := s.tokens.ParseSession(cookie.Value, time.Now())
	if err != nil {
		return auth.Principal{}, errSignInAgain
	}
	return s.standing(c.Request().Context(), session)
}
