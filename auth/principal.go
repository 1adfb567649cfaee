package auth

import "context"

// Principal is the person on whose behalf a request runs.
type Principal struct {
	UserID int64
	Role   Role
	Name   string
	Email  string
	// MustChangePassword is set after signing in with a one-time code. Until
	// the password is changed, this person may do nothing else.
	MustChangePassword bool
}

type principalKey struct{}

// WithPrincipal returns a context that carries p.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// PrincipalFrom returns the principal that the context carries. Without one it
// returns false and the zero principal, whom no permission but Public allows.
func PrincipalFrom(ctx context.Context) (Principal, bool) {
	p, ok := ctx.Value(principalKey{}).(Principal)
	return p, ok
}
