package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// TokenLifetime is how long a token is good for.
	TokenLifetime = 8 * time.Hour
	// MinSecretLength is the shortest secret that tokens may be signed with, in bytes.
	MinSecretLength = 32

	tokenIssuer    = "placeops"
	maxTokenLength = 4096 // bytes
	// How far ahead the clock of another process may be.
	maxClockLead = time.Minute
)

var (
	// ErrTokenExpired means that the token was good once: sign in again.
	ErrTokenExpired = errors.New("the token has expired: sign in again")
	// ErrTokenInvalid means that the token was never good. What is wrong with it
	// follows in the error's text, for the log only.
	ErrTokenInvalid = errors.New("the token is not valid: sign in again")
)

// Claims is what a valid token says about its bearer. IssuedAt and ExpiresAt
// are exact to the microsecond.
type Claims struct {
	UserID    int64
	Role      Role
	Name      string
	Email     string
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// Tokens issues and reads the tokens of one secret.
type Tokens struct {
	secret []byte

	mu sync.Mutex
	// proven holds what valid tokens say: a client sends the same one with every request, and reading it would be a third
	// of what a small request costs. It never gets stale, for a token means the same until it expires.
	proven map[string]Claims
}

// maxProven bounds the memory of proven tokens, about half a kilobyte each; it starts anew when full.
const maxProven = 20_000

// NewTokens returns the Tokens of a secret of at least 32 bytes.
func NewTokens(secret []byte) (*Tokens, error) {
	if len(secret) < MinSecretLength {
		return nil, fmt.Errorf("the token secret has %d bytes: it needs at least %d", len(secret), MinSecretLength)
	}
	return &Tokens{secret: slices.Clone(secret), proven: map[string]Claims{}}, nil
}

// Format keeps the secret out of whatever is printed.
func (t *Tokens) Format(state fmt.State, _ rune) {
	_, _ = state.Write([]byte("auth.Tokens(secret hidden)"))
}

// Issue returns a token for p that is good from issuedAt for TokenLifetime. It
// refuses a principal whose token Parse would refuse.
func (t *Tokens) Issue(p Principal, issuedAt time.Time) (string, error) {
	claims := &tokenClaims{
		UserID:    p.UserID,
		Role:      p.Role,
		Name:      p.Name,
		Email:     p.Email,
		Issuer:    tokenIssuer,
		IssuedAt:  &tokenTime{issuedAt},
		ExpiresAt: &tokenTime{issuedAt.Add(TokenLifetime)},
		now:       issuedAt,
	}
	if err := claims.Validate(); err != nil {
		return "", fmt.Errorf("cannot issue a token: %w", err)
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(t.secret)
	if err != nil {
		return "", fmt.Errorf("cannot issue a token: %w", err)
	}
	if len(token) > maxTokenLength {
		return "", fmt.Errorf("cannot issue a token: it would have %d bytes, more than %d; shorten the name", len(token), maxTokenLength)
	}
	return token, nil
}

// Parse checks a token's signature and claims as of now and returns the claims.
// The error is ErrTokenExpired or ErrTokenInvalid (test with errors.Is).
func (t *Tokens) Parse(token string, now time.Time) (Claims, error) {
	if claims, ok := t.provenClaims(token, now); ok {
		return claims, nil
	}
	if len(token) > maxTokenLength {
		return Claims{}, fmt.Errorf("%w: longer than %d bytes", ErrTokenInvalid, maxTokenLength)
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithIssuer(tokenIssuer),
		jwt.WithExpirationRequired(),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }),
	)
	claims := &tokenClaims{now: now}
	_, err := parser.ParseWithClaims(token, claims, t.key)
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return Claims{}, ErrTokenExpired
	case err != nil:
		return Claims{}, fmt.Errorf("%w: %w", ErrTokenInvalid, err)
	}
	proven := claims.public()
	t.remember(token, proven)
	return proven, nil
}

func (t *Tokens) provenClaims(token string, now time.Time) (Claims, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	claims, ok := t.proven[token]
	return claims, ok && now.Before(claims.ExpiresAt) && !claims.IssuedAt.After(now)
}

func (t *Tokens) remember(token string, claims Claims) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.proven) >= maxProven {
		clear(t.proven)
	}
	t.proven[strings.Clone(token)] = claims
}

// key returns the secret, unless the token demands an extension: RFC 7515 says
// to refuse those that one does not know.
func (t *Tokens) key(token *jwt.Token) (any, error) {
	if _, critical := token.Header["crit"]; critical {
		return nil, errors.New("critical header fields are not supported")
	}
	return t.secret, nil
}
