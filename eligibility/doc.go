// Package eligibility holds the one definition of who may register for a drive.
//
// The policy is section 3 of the contract: each criterion of a drive is optional, an absent one passes everybody, a
// mark that is needed but missing fails, and numbers compare exactly. The table in rules.go says it once, as SQL, and
// three answers are made of that table, so that they cannot disagree:
//
//   - Criteria.Where and Store: the set of eligible students, computed where the students are;
//   - Verdict: one student, with every rule that fails and why;
//   - PreviewCounts: how many pass and fail before anyone publishes.
//
// PostgreSQL evaluates every rule. No mark is ever compared in Go, and every value that a person gave is a bound
// argument.
package eligibility

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// DB is what the questions of this package are asked of: a pgxpool.Pool, a pgx.Conn or a pgx.Tx.
type DB interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}
