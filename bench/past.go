package main

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"placeops/store"
)

// addPastDrives makes drives whose registrations are closed and for which every student was selected, and registered
// where asked for. It writes as fast as it can: without foreign keys' triggers, whose checks are right by construction, and
// the indexes after the rows.
func (c *college) addPastDrives(ctx context.Context, postedBy int64, drives int, registered bool) error {
	indexes, err := c.plainIndexes(ctx, "drive_students")
	if err != nil {
		return err
	}
	err = store.InTx(ctx, c.pool, func(tx pgx.Tx) error {
		statements := []string{"SET LOCAL session_replication_role = replica", "SET LOCAL maintenance_work_mem = '512MB'"}
		for _, index := range indexes {
			statements = append(statements, "DROP INDEX "+index.name)
		}
		if err := execAll(ctx, tx, statements...); err != nil {
			return err
		}
		if err := insertPastDrives(ctx, tx, postedBy, drives, registered); err != nil {
			return err
		}
		for _, index := range indexes {
			if err := execAll(ctx, tx, index.definition); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var students int64
	if err := c.pool.QueryRow(ctx, "SELECT count(*) FROM students").Scan(&students); err != nil {
		return err
	}
	rows := students * int64(drives)
	err = mustCount(ctx, c.pool, rows, "SELECT count(*) FROM drive_students WHERE selected")
	if registered {
		err = errors.Join(err, mustCount(ctx, c.pool, rows, "SELECT count(*) FROM registrations"))
	}
	return errors.Join(err, c.settle(ctx))
}

func insertPastDrives(ctx context.Context, tx pgx.Tx, postedBy int64, drives int, registered bool) error {
	_, err := tx.Exec(ctx, `
WITH past AS (
    INSERT INTO drives (company_name, job_title, status, auto_published, posted_by, published_by, published_at,
                        eligible_count, selected_count)
    SELECT 'Past Ltd', 'Engineer', 'attending', true, $1, $1, now(), counted, counted
    FROM generate_series(1, $2::integer), (SELECT count(*)::integer AS counted FROM students) AS students
    RETURNING drive_id
)
INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
SELECT drive_id, student_id, true, now()
FROM (SELECT drive_id FROM past ORDER BY drive_id) AS d
CROSS JOIN LATERAL (SELECT student_id FROM students ORDER BY student_id) AS s`, postedBy, drives)
	if err != nil || !registered {
		return err
	}
	_, err = tx.Exec(ctx, `
INSERT INTO registrations (drive_id, student_id)
SELECT drive_id, student_id
FROM drive_students
ORDER BY drive_id, student_id`)
	return err
}

type index struct{ name, definition string }

// plainIndexes are those of a table that no constraint needs.
func (c *college) plainIndexes(ctx context.Context, table string) ([]index, error) {
	rows, err := c.pool.Query(ctx, `
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i
WHERE i.indrelid = $1::text::regclass AND NOT i.indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)`, table)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (found index, err error) {
		err = row.Scan(&found.name, &found.definition)
		return found, err
	})
}
