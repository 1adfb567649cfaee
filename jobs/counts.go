package jobs

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"placeops/store"
)

// Lane is a kind of jobs and a queue in which they wait.
type Lane struct {
	Kind, Queue string
}

// Available is the state of jobs that wait for a worker.
const Available = string(rivertype.JobStateAvailable)

// Lanes lists all kinds with their queues.
func Lanes() []Lane {
	all := []river.JobArgs{
		AutoPublishArgs{}, EligibilityFilterArgs{}, CloseRegistrationsArgs{}, ImportStudentsArgs{}, ExportRegistrationsArgs{},
		SweepExportsArgs{}, RefreshMaterializedViewsArgs{}, SendEmailArgs{}, SendEmailArgs{Event: store.EventDeadlineNear},
		AnchorAuditArgs{}, BackupArgs{}, BaseBackupArgs{},
	}
	lanes := make([]Lane, len(all))
	for i, args := range all {
		lanes[i] = Lane{Kind: args.Kind(), Queue: river.QueueDefault}
		if with, ok := args.(river.JobArgsWithInsertOpts); ok && with.InsertOpts().Queue != "" {
			lanes[i].Queue = with.InsertOpts().Queue
		}
	}
	return lanes
}

// Count is how many jobs of a lane are in a state, and how long the first of them could have run by now.
type Count struct {
	Lane
	State   string
	Jobs    int64
	Waiting time.Duration // 0 unless they are available
}

// countsSQL leaves out what is completed: a week of jobs, one for each registration where e-mail is sent, which would make
// this a scan of the whole table. The rest is a lookup in the index that River fetches jobs by.
const countsSQL = `
SELECT kind, queue, state::text, count(*),
       CASE WHEN state = 'available' THEN GREATEST(EXTRACT(epoch FROM now() - min(scheduled_at)), 0) ELSE 0 END::double precision
FROM river_job
WHERE state IN ('available', 'cancelled', 'discarded', 'pending', 'retryable', 'running', 'scheduled')
GROUP BY kind, queue, state`

// Counts counts the jobs of every lane in every state but completed, also where there are none.
func Counts(ctx context.Context, db store.DBTX) ([]Count, error) {
	rows, err := db.Query(ctx, countsSQL)
	if err != nil {
		return nil, err
	}
	type place struct {
		lane  Lane
		state string
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Count, err error) {
		var seconds float64
		err = row.Scan(&c.Kind, &c.Queue, &c.State, &c.Jobs, &seconds)
		c.Waiting = time.Duration(seconds * float64(time.Second))
		return c, err
	})
	if err != nil {
		return nil, err
	}
	occupied := map[place]bool{}
	for _, count := range found {
		occupied[place{count.Lane, count.State}] = true
	}
	for _, lane := range Lanes() {
		for _, state := range rivertype.JobStates() {
			if state != rivertype.JobStateCompleted && !occupied[place{lane, string(state)}] {
				found = append(found, Count{Lane: lane, State: string(state)})
			}
		}
	}
	return found, nil
}
