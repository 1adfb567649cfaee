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
