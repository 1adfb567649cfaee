package store

import "context"

// TellPlanner lets PostgreSQL look at tables that have just got so many more rows, if these are more than it knew of. Until it
// has looked, connections go on with the plans that they made for small tables, which read all of a table for one of its rows.
// Autovacuum would look within a minute, and that minute is the one in which everybody comes.
//
// It is for after the commit. A role that does not own the tables has it done by the owner's function (sql/grants); where that
// was not granted it is no error, and left to autovacuum.
func TellPlanner(ctx context.Context, db DBTX, added int64, tables ...string) error {
	asOwner, err := queries(db).MayAnalyzeAsOwner(ctx)
	if err != nil {
		return err
	}
	for _, table := range tables {
		known, err := queries(db).KnownRows(ctx, table)
		if err != nil {
			return err
		}
		if added <= known {
			continue
		}
		if err := analyze(ctx, db, table, asOwner); err != nil {
			return err
		}
	}
	return nil
}

func analyze(ctx context.Context, db DBTX, table string, asOwner bool) error {
	if asOwner {
		return queries(db).AnalyzeAsOwner(ctx, table)
	}
	_, err := db.Exec(ctx, "ANALYZE "+quoted(table))
	return err
}
