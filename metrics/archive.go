package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"placeops/store"
)

var (
	archiveLast     = desc("archive_last_file_timestamp_seconds", "When the last file of the write-ahead log was archived, since the epoch.")
	archiveWaiting  = desc("archive_files_waiting", "Finished files of the write-ahead log that are not archived yet.")
	archiveFailures = desc("archive_failures_total", "Attempts to archive a file of the write-ahead log that have failed.")
)

// archiveReading is there only where placeops's own PostgreSQL archives its log.
var archiveReading = reading{"archive", []*prometheus.Desc{archiveLast, archiveWaiting, archiveFailures}, readArchive}

func readArchive(ctx context.Context, db store.DBTX) ([]prometheus.Metric, error) {
	archiver, err := store.ReadArchiver(ctx, db)
	if err != nil {
		return nil, err
	}
	found := []prometheus.Metric{
		constant(archiveWaiting, gauge, float64(archiver.Waiting)), constant(archiveFailures, counter, float64(archiver.Failed)),
	}
	if !archiver.LastTime.IsZero() {
		found = append(found, constant(archiveLast, gauge, epoch(archiver.LastTime)))
	}
	return found, nil
}
