package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/jobs"
)

// soon is a schedule whose moments come quickly.
type soon struct{}

func (soon) Next(t time.Time) time.Time { return t.Add(100 * time.Millisecond) }

func TestBackupsAreTakenByTheScheduleAndTriedAgain(t *testing.T) {
	t.Parallel()
	var taken atomic.Int64
	o := newExportOffice(t)
	o.process(func(deps *jobs.Deps, options *jobs.Options) {
		options.BackUp = soon{}
		deps.Backup = func(context.Context) (jobs.BackupResult, error) {
			if taken.Add(1) == 1 {
				return jobs.BackupResult{}, errors.New("the disk is full")
			}
			return jobs.BackupResult{File: "here", Size: 7}, nil
		}
	})
	require.Eventually(t, func() bool {
		return o.count(`SELECT count(*) FROM river_job WHERE kind = 'backup' AND state = 'completed' AND metadata -> 'output' ->> 'file' = 'here'`) > 0
	}, time.Minute, 10*time.Millisecond)
	require.Greater(t, taken.Load(), int64(1))
}

// A process on an outside database was killed in the middle of a backup; another one lives on.
func TestABackupThatWasCutOffElsewhereIsTakenAgain(t *testing.T) {
	t.Parallel()
	var taken atomic.Int64
	o := newExportOffice(t)
	var lost int64
	require.NoError(t, o.pool.QueryRow(t.Context(), `INSERT INTO river_job (kind, args, max_attempts, state, attempt, attempted_at, metadata)
		VALUES ('backup', '{}', 3, 'running', 1, now() - interval '10 minutes', jsonb_build_object('alive_at', extract(epoch FROM now() - interval '3 minutes')))
		RETURNING id`).Scan(&lost))
	alive := jobs.QuickHeartbeats(o.pool, 2*time.Minute)
	o.process(func(deps *jobs.Deps, options *jobs.Options) {
		options.Alive = alive
		deps.Backup = func(context.Context) (jobs.BackupResult, error) {
			taken.Add(1)
			return jobs.BackupResult{File: "again"}, nil
		}
	})
	go alive.Watch(t.Context())
	require.Eventually(t, inState(t, o.pool, lost, "completed"), patience, 10*time.Millisecond)
	require.EqualValues(t, 1, taken.Load())
	require.Equal(t, 2, attempts(t, o.pool, lost))
}

func TestABackupThatIsAliveIsNotTakenTwice(t *testing.T) {
	t.Parallel()
	o := newExportOffice(t)
	silent := 3 * time.Second
	alive := jobs.QuickHeartbeats(o.pool, silent)
	begun := make(chan int64, 10)
	end := make(chan struct{})
	o.process(func(deps *jobs.Deps, options *jobs.Options) {
		options.Alive, options.BackUp = alive, soon{}
		deps.Backup = func(context.Context) (jobs.BackupResult, error) {
			begun <- 1
			<-end
			return jobs.BackupResult{}, nil
		}
	})
	<-begun
	started := time.Now()
	go alive.Watch(t.Context())
	require.Eventually(t, func() bool { // it has been at work for longer than a silent one may
		return o.count(`SELECT count(*) FROM river_job WHERE kind = 'backup' AND state = 'running' AND attempt = 1
			AND attempted_at < now() - interval '4 seconds'`) == 1 && time.Since(started) > silent
	}, patience, 50*time.Millisecond)
	require.Empty(t, begun)
	close(end)
}
