package backup

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/jobs"
	"placeops/store"
)

// Settle makes a database that was brought back to a moment fit to be worked with.
func Settle(ctx context.Context, pool *pgxpool.Pool, moment time.Time) error {
	tables, err := store.SchemaTables(ctx, pool)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(tables, func(table store.SchemaTable) bool { return table.Name == gooseTable }) {
		return nil // from before the first migration
	}
	return store.InTx(ctx, pool, func(tx pgx.Tx) error { return settle(ctx, tx, moment) })
}

func settle(ctx context.Context, tx pgx.Tx, moment time.Time) error {
	if err := jobs.RequeueRunning(ctx, tx); err != nil {
		return err
	}
	// Who signed in to what was here before must not act in what is here now.
	if err := store.EndAllTokens(ctx, tx); err != nil {
		return err
	}
	return store.AuditRestored(ctx, tx, moment)
}

// ReferencedFiles are the uploaded files that the rows refer to.
func ReferencedFiles(ctx context.Context, pool *pgxpool.Pool) ([]string, error) {
	t := &taking{referenced: map[string]bool{}}
	err := store.InTx(ctx, pool, func(tx pgx.Tx) error { return t.readReferences(ctx, tx) })
	keys := make([]string, 0, len(t.referenced))
	for key := range t.referenced {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys, err
}
