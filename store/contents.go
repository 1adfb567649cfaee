package store

import (
	"context"
	"fmt"
	"strings"
)

// ownRows tells the tables that have rows of their own in a new installation, or after it has run for a while.
func ownRows(table string) bool {
	return table == "goose_db_version" || table == "job_domains" || table == "analytics_refresh" || strings.HasPrefix(table, "river_")
}

// Contents lists the tables that hold data which somebody put there, with their rows: nothing for a new installation.
func Contents(ctx context.Context, db DBTX) ([]string, error) {
	tables, err := SchemaTables(ctx, db)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, table := range tables {
		if ownRows(table.Name) {
			continue
		}
		var rows int64
		if err := db.QueryRow(ctx, "SELECT count(*) FROM "+quoted(table.Name)).Scan(&rows); err != nil {
			return nil, err
		}
		if rows > 0 {
			found = append(found, fmt.Sprintf("%s: %d", table.Name, rows))
		}
	}
	return found, nil
}
