package store

import (
	"context"
	"time"
)

// Archiver is how the archiving of the write-ahead log goes, as the server tells.
type Archiver struct {
	On         bool
	Archived   int64
	LastFile   string    // "" when there was none
	LastTime   time.Time // zero when there was none
	Failed     int64     // tries
	LastFailed time.Time // zero when there was none
	Waiting    int64     // finished files that are not archived yet
}

const archiverSQL = `
SELECT current_setting('archive_mode') <> 'off', archived_count, COALESCE(last_archived_wal, ''), last_archived_time IS NOT NULL,
       COALESCE(last_archived_time, to_timestamp(0)), failed_count, last_failed_time IS NOT NULL, COALESCE(last_failed_time, to_timestamp(0)),
       (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready')
FROM pg_stat_archiver`

// ReadArchiver reads it. It takes the rights of placeops's own PostgreSQL (pg_monitor), and is for that one.
func ReadArchiver(ctx context.Context, db DBTX) (a Archiver, err error) {
	var archived, failed bool
	err = db.QueryRow(ctx, archiverSQL).Scan(&a.On, &a.Archived, &a.LastFile, &archived, &a.LastTime, &a.Failed, &failed, &a.LastFailed, &a.Waiting)
	if !archived {
		a.LastTime = time.Time{}
	}
	if !failed {
		a.LastFailed = time.Time{}
	}
	return a, err
}
