package store

import (
	"context"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"
)

// Acting says for the audit trail who makes the changes of a transaction, and by what.
type Acting struct {
	UserID    int64  // 0: placeops itself, or a command
	Operation string // a route's operation, a job's kind or a command: letters, hyphens, spaces
	RequestID string // the HTTP request's, or the job's: letters, digits and . _ : -
}

type actingKey struct{}

// WithActing makes the transactions that InTx begins with the returned context those of a.
func WithActing(ctx context.Context, a Acting) context.Context {
	return context.WithValue(ctx, actingKey{}, a)
}

// The marks of sql/migrations/00010_audit.sql. What does not fit them never comes from placeops itself.
var (
	operationName = regexp.MustCompile(`^[A-Za-z -]*$`)
	requestMark   = regexp.MustCompile(`^[A-Za-z0-9._:-]*$`)
)

// begin begins a transaction and tells the database who acts in it, in one round trip. A savepoint belongs to the
// transaction around it.
func begin(ctx context.Context, db Beginner) (pgx.Tx, error) {
	acting, known := ctx.Value(actingKey{}).(Acting)
	outer, ok := db.(interface {
		BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
	})
	if !known || !ok {
		return db.Begin(ctx)
	}
	if !operationName.MatchString(acting.Operation) || !requestMark.MatchString(acting.RequestID) {
		return nil, fmt.Errorf("audit trail: %q by request %q is no name of an operation", acting.Operation, acting.RequestID)
	}
	actor := ""
	if acting.UserID != 0 {
		actor = fmt.Sprint(acting.UserID)
	}
	return outer.BeginTx(ctx, pgx.TxOptions{
		BeginQuery: fmt.Sprintf("BEGIN; SET LOCAL placeops.acting = '%s|%s|%s'", actor, acting.Operation, acting.RequestID),
	})
}
