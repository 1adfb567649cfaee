package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// TellPlanner lets PostgreSQL look at tables that have just got so many more rows, if these are more than it knew of. Until it
// has looked, connections go on with the plans that they made for small tables, which read all of a table for one of its rows.
// Autovacuum would look within a minute, and that minute is the one in which everybody comes.
//
// It is for after the commit. A role that does not own a table may not look at it (unless it was granted MAINTAIN, PostgreSQL
// 17): that is no error, and left to autovacuum.
func TellPlanner(ctx context.Context, db DBTX, added int64, tables ...string) error {
	for _, table := range tables {
		known, err := queries(db).KnownRows(ctx, table)
		if err != nil {
			return err
		}
		if added <= known {
			continue
		}
		if _, err := db.Exec(ctx, "ANALYZE "+pgx.Identifier{table}.Sanitize()); err != nil {
			return err
		}
	}
	return nil
}
