package jobs

import (
	"context"

	"placeops/store"
)

// tellPlanner comes after a job that may have filled tables. The job does not depend on it.
func tellPlanner(ctx context.Context, deps Deps, added int64, tables ...string) {
	if err := store.TellPlanner(ctx, deps.Pool, added, tables...); err != nil {
		deps.Logger.WarnContext(ctx, "the database was not told how its tables have grown", "tables", tables, "error", err)
	}
}
