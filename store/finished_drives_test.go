package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/storetest"
)

func TestFinishedDrivesSheetGoesThroughAllOfThem(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	head, err := store.CreateUser(t.Context(), pool, store.NewUser{Name: "H", Email: "h@college.example", Role: "HEAD"})
	require.NoError(t, err)
	const drives = 10_001
	_, err = pool.Exec(t.Context(), `INSERT INTO drives (company_name, job_title, status, posted_by)
		SELECT 'Company ' || n, 'Engineer', 'finished', $1 FROM generate_series(1, $2::int) n`, head.UserID, drives)
	require.NoError(t, err)
	// Many were finished at the very same moment: then the id tells them apart.
	_, err = pool.Exec(t.Context(), `INSERT INTO finished_drives
		(drive_id, finished_date, total_registered, total_present, total_absent, published_by)
		SELECT drive_id, timestamptz '2026-06-01' + drive_id / 3000 * interval '1 day', 3, 2, 1, $1 FROM drives`, head.UserID)
	require.NoError(t, err)
	june2 := time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct { //nolint:paralleltest // the sheets share one database
		period store.Period
		limit  int32
		want   int
	}{
		{store.Period{}, 0, drives},
		{store.Period{}, 5_000, 5_000},
		{store.Period{}, 5_001, 5_001},
		{store.Period{Since: &june2}, 0, drives - 2_999},
		{store.Period{Until: &june2}, 0, 2_999},
	} {
		t.Run(fmt.Sprint(c.want), func(t *testing.T) {
			seen := map[int64]bool{}
			last := store.FinishedDrive{FinishedDate: time.Now().AddDate(10, 0, 0)}
			for drive, err := range store.FinishedDrivesSheet(t.Context(), pool, c.period, c.limit) {
				require.NoError(t, err)
				require.False(t, drive.FinishedDate.After(last.FinishedDate), "newest first")
				seen[drive.DriveID], last = true, drive
			}
			require.Len(t, seen, c.want)
		})
	}
}
