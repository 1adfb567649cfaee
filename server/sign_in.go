package server

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"

	"placeops/auth"
	"placeops/store"
)

type loginInput struct {
	Body struct {
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"1000"`
	}
}

type tokenOutput struct {
	Body tokenBody
}

type tokenBody struct {
	Token string      `json:"token"`
	User  sessionUser `json:"user"`
}

type sessionUser struct {
	UserID             int64  `json:"user_id"`
	Role               string `json:"role"`
	Name               string `json:"name"`
	Email              string `json:"email"`
	MustChangePassword bool   `json:"must_change_password"`
}

var errWrongLogin = &store.Error{Kind: store.Unauthenticated, Slug: "wrong-login", Message: "wrong e-mail address or password"}

// login answers a program that signs in with a token.
func (s *Server) login(ctx context.Context, in *loginInput) (*tokenOutput, error) {
	user, issuedAt, err := s.signIn(ctx, in.Body.Email, in.Body.Password)
	if err != nil {
		return nil, err
	}
	token, err := s.tokenFor(user, issuedAt)
	if err != nil {
		return nil, err
	}
	return &tokenOutput{Body: tokenBody{Token: token, User: sessionUserOf(user)}}, nil
}

// signIn lets a person in by password or by a one-time code. What is wrong stays untold, in words and in time.
func (s *Server) signIn(ctx context.Context, email, password string) (user store.User, issuedAt time.Time, err error) {
	account := strings.ToLower(strings.TrimSpace(email))
	leave, err := s.logins.enter(ctx, account, sender(ctx))
	if err != nil {
		return user, issuedAt, err
	}
	defer leave()
	if err := s.checkLoginLimits(ctx, account); err != nil {
		return user, issuedAt, err
	}
	user, err = store.UserByEmail(ctx, s.pool, account)
	if err != nil && !store.IsKind(err, store.NotFound) {
		return user, issuedAt, err
	}
	issuedAt, ok, err := s.letUserIn(ctx, user, password)
	if err != nil {
		return user, issuedAt, err
	}
	if !ok {
		if err := s.countFailure(ctx, account); err != nil {
			return user, issuedAt, err
		}
		return user, issuedAt, errWrongLogin
	}
	return user, issuedAt, nil
}

// letUserIn checks the password (or code) of an account; the zero User is nobody, and costs the same time.
func (s *Server) letUserIn(ctx context.Context, user store.User, password string) (issuedAt time.Time, ok bool, err error) {
	if code, isCode := auth.HashCode(password); isCode && user.CodeHash != nil {
		issuedAt, ok, err = s.useCode(ctx, user.UserID, code)
		if ok || err != nil {
			return issuedAt, ok, err
		}
	}
	ok, err = s.passwords.Verify(ctx, user.PasswordHash, password)
	if !ok || err != nil {
		return issuedAt, false, err
	}
	issuedAt, ok, err = store.ConfirmPassword(ctx, s.pool, user.UserID, *user.PasswordHash)
	if err != nil || !auth.IsOutdated(*user.PasswordHash) {
		return issuedAt, ok, err
	}
	if !ok {
		return s.letUserInAgain(ctx, user, password)
	}
	return issuedAt, true, s.renewHash(ctx, user, password)
}

// letUserInAgain looks whether it was only the hash that was replaced during the check, by a log-in at the same moment.
func (s *Server) letUserInAgain(ctx context.Context, user store.User, password string) (issuedAt time.Time, ok bool, err error) {
	now, err := store.UserByID(ctx, s.pool, user.UserID)
	if err != nil || equal(now.PasswordHash, user.PasswordHash) {
		return issuedAt, false, err
	}
	ok, err = s.passwords.Verify(ctx, now.PasswordHash, password)
	if !ok || err != nil {
		return issuedAt, false, err
	}
	return store.ConfirmPassword(ctx, s.pool, now.UserID, *now.PasswordHash)
}

// renewHash replaces a hash that came from an earlier system by one of our own, now that the password is known. In a crowd the
// next log-in does it.
func (s *Server) renewHash(ctx context.Context, user store.User, password string) error {
	hash, err := s.passwords.Hash(ctx, password)
	if errors.Is(err, auth.ErrBusy) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx = store.WithActing(ctx, store.Acting{UserID: user.UserID, Operation: "login", RequestID: requestFrom(ctx).id})
	return store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		return store.ReplaceHash(ctx, tx, user.UserID, *user.PasswordHash, hash)
	})
}

// useCode is the first act of somebody whom the code lets in.
func (s *Server) useCode(ctx context.Context, userID int64, code []byte) (issuedAt time.Time, ok bool, err error) {
	ctx = store.WithActing(ctx, store.Acting{UserID: userID, Operation: "login", RequestID: requestFrom(ctx).id})
	err = store.InTx(ctx, s.pool, func(tx pgx.Tx) (err error) {
		issuedAt, ok, err = store.UseCode(ctx, tx, userID, code)
		return err
	})
	return issuedAt, ok, err
}

func (s *Server) tokenFor(user store.User, issuedAt time.Time) (string, error) {
	return s.tokens.Issue(auth.Principal{
		UserID: user.UserID, Role: auth.Role(user.Role), Name: user.Name, Email: user.Email,
	}, issuedAt)
}

func sessionUserOf(user store.User) sessionUser {
	return sessionUser{
		UserID: user.UserID, Role: user.Role, Name: user.Name, Email: user.Email, MustChangePassword: user.MustChangePassword,
	}
}

type changePasswordInput struct {
	Body struct {
		OldPassword string `json:"old_password" maxLength:"1000" doc:"The present password, or the one-time code just used."`
		NewPassword string `json:"new_password" maxLength:"1000" doc:"8 to 128 characters, not a common one."`
	}
}

// Resolve finds what the schema cannot say.
func (in *changePasswordInput) Resolve(huma.Context) []error {
	var fault string
	switch err := auth.CheckPassword(in.Body.NewPassword); {
	case err != nil:
		fault = err.Error()
	case in.Body.OldPassword == in.Body.NewPassword:
		fault = "is the old one; choose another"
	default:
		return nil
	}
	return bodyFaults([]store.FieldError{{Field: "new_password", Message: fault}})
}

type changePasswordOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      changePasswordBody
}

type changePasswordBody struct {
	Token string      `json:"token" doc:"Empty for a browser that came by its cookie: that is renewed instead."`
	User  sessionUser `json:"user"`
}

// changePassword ends every earlier token and session of the caller and answers with a new one.
func (s *Server) changePassword(ctx context.Context, in *changePasswordInput) (*changePasswordOutput, error) {
	user, err := store.UserByID(ctx, s.pool, me(ctx).UserID)
	if err != nil {
		return nil, err
	}
	account := strings.ToLower(user.Email)
	leave, err := s.logins.enter(ctx, account, sender(ctx))
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := s.checkLoginLimits(ctx, account); err != nil {
		return nil, err
	}
	known, err := s.knowsPassword(ctx, user, in.Body.OldPassword)
	if err != nil {
		return nil, err
	}
	if !known {
		if err := s.countFailure(ctx, account); err != nil {
			return nil, err
		}
		return nil, store.InvalidFields(store.FieldError{Field: "old_password", Message: "is not your present password"})
	}
	hash, err := s.passwords.Hash(ctx, in.Body.NewPassword)
	if err != nil {
		return nil, err
	}
	issuedAt, err := s.replacePassword(ctx, user, hash)
	if err != nil {
		return nil, err
	}
	s.access.forget(user.UserID)
	user.MustChangePassword = false
	return s.signedInAnew(ctx, user, issuedAt)
}

// signedInAnew answers in the way that the caller came. A script that came by the cookie gets no token, which it could lose.
func (s *Server) signedInAnew(ctx context.Context, user store.User, issuedAt time.Time) (*changePasswordOutput, error) {
	out := changePasswordOutput{Body: changePasswordBody{User: sessionUserOf(user)}}
	if proofFrom(ctx).byCookie {
		cookie, _ := s.newSessionCookie(echoOf(ctx), proofOf(user, issuedAt))
		out.SetCookie = []http.Cookie{*cookie}
		return &out, nil
	}
	var err error
	out.Body.Token, err = s.tokenFor(user, issuedAt)
	return &out, err
}

func (s *Server) knowsPassword(ctx context.Context, user store.User, password string) (bool, error) {
	code, isCode := auth.HashCode(password)
	if isCode && user.CodeHash != nil && user.CodeUsedAt != nil {
		if subtle.ConstantTimeCompare(code, user.CodeHash) == 1 {
			return true, nil
		}
	}
	return s.passwords.Verify(ctx, user.PasswordHash, password)
}

// replacePassword writes the new hash unless the password changed since it was checked.
func (s *Server) replacePassword(ctx context.Context, checked store.User, hash string) (issuedAt time.Time, err error) {
	err = store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		now, err := store.LockUser(ctx, tx, checked.UserID)
		if err != nil {
			return err
		}
		if !equal(now.PasswordHash, checked.PasswordHash) || string(now.CodeHash) != string(checked.CodeHash) || !now.Active {
			return store.Errorf(store.Conflict, "your password was changed at this moment; sign in again")
		}
		issuedAt, err = store.SetPassword(ctx, tx, checked.UserID, hash)
		return err
	})
	return issuedAt, err
}

func equal[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// checkLoginLimits refuses another try when too many have failed lately, and tells when the next one counts.
func (s *Server) checkLoginLimits(ctx context.Context, account string) error {
	wait, err := store.LoginWait(ctx, s.pool, s.loginLimits(), account, sender(ctx))
	if err != nil || wait <= 0 {
		return err
	}
	return &store.Error{
		Kind: store.TooMany, Message: "too many failed log-ins; wait a few minutes and try again", RetryAfter: wait,
	}
}

// countFailure notes a failed try, and forgets those that count no more: the table never outgrows the windows.
func (s *Server) countFailure(ctx context.Context, account string) error {
	if err := store.ForgetLoginFailures(ctx, s.pool, s.loginLimits()); err != nil {
		return err
	}
	return store.RecordLoginFailure(ctx, s.pool, account, sender(ctx))
}

func (s *Server) loginLimits() store.LoginLimits {
	return store.LoginLimits{
		AccountAndAddress: store.LoginLimit(s.limits.PerAccountAndAddress), Account: store.LoginLimit(s.limits.PerAccount),
		Address: store.LoginLimit(s.limits.PerAddress),
	}
}

// sender is the address that log-ins of this request are counted against.
func sender(ctx context.Context) string { return networkOf(requestFrom(ctx).address) }
