package jobs

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/store"
)

// LastRun is what the queue still knows of the jobs of a kind that the clock asks for. It keeps them for a week.
type LastRun struct {
	Kind      string
	Completed *time.Time // the last one; nil: none that is known
	Took      time.Duration
	Bytes     *int64 // of what it made, if it says so
	Failures  int64  // attempts since then
}

// ByTheClock lists the kinds of jobs that are due again and again.
func ByTheClock() []string {
	return []string{
		AnchorAuditArgs{}.Kind(), BackupArgs{}.Kind(), RefreshMaterializedViewsArgs{}.Kind(), SweepExportsArgs{}.Kind(),
	}
}

// lastRunSQL looks at the few jobs of one kind. The kind stands in the text, so that the planner knows how few; OFFSET 0 keeps it
// from walking through all that was completed lately, e-mails among them, to find one.
const lastRunSQL = `
SELECT '%[1]s' AS kind, done.finalized_at, COALESCE(EXTRACT(epoch FROM done.finalized_at - done.attempted_at), 0)::double precision,
       (done.metadata -> 'output' ->> 'size')::bigint,
       COALESCE((SELECT sum(cardinality(undone.errors))
                 FROM river_job undone
                 WHERE undone.kind = '%[1]s' AND undone.state <> 'completed'
                   AND (done.finalized_at IS NULL OR undone.created_at > done.finalized_at)), 0)::bigint
FROM (SELECT) AS one
LEFT JOIN LATERAL (
    SELECT finalized_at, attempted_at, metadata
    FROM (SELECT state, finalized_at, attempted_at, metadata FROM river_job WHERE kind = '%[1]s' OFFSET 0) AS those
    WHERE state = 'completed'
    ORDER BY finalized_at DESC
    LIMIT 1
) AS done ON true`

var lastRunsSQL = func() string {
	var parts []string
	for _, kind := range ByTheClock() {
		parts = append(parts, fmt.Sprintf(lastRunSQL, kind))
	}
	return strings.Join(parts, "\nUNION ALL\n")
}()

// LastRuns tells when the jobs that the clock asks for were last done, for every kind of them.
func LastRuns(ctx context.Context, db store.DBTX) ([]LastRun, error) {
	rows, err := db.Query(ctx, lastRunsSQL)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r LastRun, err error) {
		var seconds float64
		err = row.Scan(&r.Kind, &r.Completed, &seconds, &r.Bytes, &r.Failures)
		r.Took = time.Duration(seconds * float64(time.Second))
		return r, err
	})
}
