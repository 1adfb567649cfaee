package auth

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// tokenClaims is the JSON inside a token. The jwt package asks it for the
// claims that every token has; Validate checks those that are placeOps' own.
type tokenClaims struct {
	UserID    int64      `json:"user_id"`
	Role      Role       `json:"role"`
	Name      string     `json:"name"`
	Email     string     `json:"email"`
	Issuer    string     `json:"iss"`
	IssuedAt  *tokenTime `json:"iat"`
	ExpiresAt *tokenTime `json:"exp"`
	NotBefore *tokenTime `json:"nbf,omitempty"`

	now time.Time
}

// Validate checks what the jwt package does not: the person, and a time of
// issue that is there and not in the future. The jwt package calls it.
func (c *tokenClaims) Validate() error {
	switch {
	case c.UserID <= 0:
		return errors.New("user_id must be a positive whole number")
	case !c.Role.Valid():
		return errors.New("role must be one of " + joinRoles(Roles()))
	case c.IssuedAt == nil:
		return errors.New("iat is missing")
	case c.IssuedAt.After(c.now.Add(maxClockLead)):
		return errors.New("iat is in the future")
	}
	return nil
}

func (c *tokenClaims) public() Claims {
	return Claims{
		UserID:    c.UserID,
		Role:      c.Role,
		Name:      c.Name,
		Email:     c.Email,
		IssuedAt:  c.IssuedAt.Time,
		ExpiresAt: c.ExpiresAt.Time,
	}
}

// GetExpirationTime returns exp.
func (c *tokenClaims) GetExpirationTime() (*jwt.NumericDate, error) {
	return c.ExpiresAt.numericDate(), nil
}

// GetIssuedAt returns iat.
func (c *tokenClaims) GetIssuedAt() (*jwt.NumericDate, error) {
	return c.IssuedAt.numericDate(), nil
}

// GetNotBefore returns nbf, which placeOps does not write but respects.
func (c *tokenClaims) GetNotBefore() (*jwt.NumericDate, error) {
	return c.NotBefore.numericDate(), nil
}

// GetIssuer returns iss.
func (c *tokenClaims) GetIssuer() (string, error) { return c.Issuer, nil }

// GetSubject returns nothing: the person stands in user_id.
func (c *tokenClaims) GetSubject() (string, error) { return "", nil }

// GetAudience returns nothing: every token is for this installation.
func (c *tokenClaims) GetAudience() (jwt.ClaimStrings, error) { return nil, nil }
