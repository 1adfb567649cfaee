package store

import (
	"context"
	"time"

	"placeops/store/dbsqlc"
)

// SchemaName is the schema that db works in, "" if it has none.
func SchemaName(ctx context.Context, db DBTX) (string, error) { return queries(db).SchemaName(ctx) }

// SchemaTable is a table, with the columns that hold what was put there.
type SchemaTable = dbsqlc.SchemaTablesRow

// SchemaTables returns the tables of db's schema whose rows are meant to last, by name.
func SchemaTables(ctx context.Context, db DBTX) ([]SchemaTable, error) {
	return queries(db).SchemaTables(ctx)
}

// SchemaSequences returns the names of the sequences of db's schema.
func SchemaSequences(ctx context.Context, db DBTX) ([]string, error) {
	return queries(db).SchemaSequences(ctx)
}

// SchemaForeignKey is a foreign key of a table; Definition is what follows its name in DDL.
type SchemaForeignKey = dbsqlc.SchemaForeignKeysRow

// SchemaForeignKeys returns the foreign keys of db's schema.
func SchemaForeignKeys(ctx context.Context, db DBTX) ([]SchemaForeignKey, error) {
	return queries(db).SchemaForeignKeys(ctx)
}

// SchemaMaterializedViews returns the names of the materialized views of db's schema, in an order to refresh them in.
func SchemaMaterializedViews(ctx context.Context, db DBTX) ([]string, error) {
	return queries(db).SchemaMaterializedViews(ctx)
}

// SchemaFileColumn is a column that names a file of the uploads store.
type SchemaFileColumn = dbsqlc.SchemaFileColumnsRow

// SchemaFileColumns returns all of them in db's schema: texts whose name ends in _key.
func SchemaFileColumns(ctx context.Context, db DBTX) ([]SchemaFileColumn, error) {
	return queries(db).SchemaFileColumns(ctx)
}

// SchemaObject is anything that a schema holds by itself. Kind and Identity are as DDL wants them.
type SchemaObject = dbsqlc.SchemaObjectsRow

// SchemaObjects returns the objects of a schema in an order in which they can be dropped, the tables at once.
func SchemaObjects(ctx context.Context, db DBTX, schema string) ([]SchemaObject, error) {
	return queries(db).SchemaObjects(ctx, schema)
}

// ServerMoment returns the version of the server and, in a transaction, the moment at which that began.
func ServerMoment(ctx context.Context, db DBTX) (version string, moment time.Time, err error) {
	row, err := queries(db).ServerMoment(ctx)
	return row.Version, row.Moment, err
}

// SetPortably makes a session write and read values in the same way on every server, and sets no limit on time.
func SetPortably(ctx context.Context, db DBTX) error { return queries(db).SetPortably(ctx, false) }

// SetPortablyInTx is SetPortably until the transaction ends.
func SetPortablyInTx(ctx context.Context, tx DBTX) error { return queries(tx).SetPortably(ctx, true) }
