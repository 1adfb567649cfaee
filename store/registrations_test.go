package store_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/storetest"
)

// newPostedDrive makes a posted drive and n students, all but the last of them selected for it.
func newPostedDrive(t *testing.T, pool *pgxpool.Pool, n int) (driveID int64, students []int64) {
	t.Helper()
	coordinator := newUser(t, pool, "coordinator", "COORDINATOR")
	drive, err := store.CreateDrive(t.Context(), pool, store.Drive{CompanyName: "Acme", JobTitle: "Engineer", PostedBy: coordinator.UserID})
	require.NoError(t, err)
	require.NoError(t, store.MarkDrivePublished(t.Context(), pool, drive.DriveID, coordinator.UserID, true))
	for i := range n {
		user := newUser(t, pool, string(rune('a'+i)), "STUDENT")
		_, err := store.CreateStudent(t.Context(), pool, store.NewStudent{StudentID: user.UserID, RollNumber: user.Email})
		require.NoError(t, err)
		students = append(students, user.UserID)
	}
	require.NoError(t, store.SelectByHand(t.Context(), pool, drive.DriveID, students[:n-1]))
	return drive.DriveID, students
}

func TestRegisteringSeveralTellsOfEach(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	drive, students := newPostedDrive(t, pool, 4)
	before, err := store.Register(ctx, pool, drive, students[1])
	require.NoError(t, err)
	const nobody = 99999
	registered, err := store.RegisterForDrive(ctx, pool, drive, []int64{students[2], students[1], students[0], students[2], students[3], nobody})
	require.NoError(t, err)
	require.ElementsMatch(t, students[:3], slices.Collect(maps.Keys(registered)), "not who is not selected, and not who is nobody")
	require.True(t, registered[students[0]].Created)
	require.True(t, registered[students[2]].Created)
	before.Created = false
	require.Equal(t, before, registered[students[1]])
	again, err := store.RegisterForDrive(ctx, pool, drive, students)
	require.NoError(t, err)
	for id, r := range again {
		require.False(t, r.Created)
		require.Equal(t, registered[id].RegistrationID, r.RegistrationID)
	}
}

// One student's eligibility is taken back while the statement for several waits for the drive: only that one loses.
func TestOneWhoLosesToARefilterDoesNotTakeTheOthersAlong(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	drive, students := newPostedDrive(t, pool, 4)
	refilter, err := pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = refilter.Rollback(ctx) }() // where the test ends early
	_, err = store.LockDrive(ctx, refilter, drive)
	require.NoError(t, err)

	type outcome struct {
		registered map[int64]store.Registration
		err        error
	}
	done := make(chan outcome, 1)
	go func() {
		registered, err := store.RegisterForDrive(ctx, pool, drive, students)
		done <- outcome{registered, err}
	}()
	require.Eventually(t, func() bool {
		var waiting int
		err := pool.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		return err == nil && waiting == 1
	}, 30*time.Second, time.Millisecond)
	_, err = refilter.Exec(ctx, `DELETE FROM drive_students WHERE drive_id = $1 AND student_id = $2`, drive, students[1])
	require.NoError(t, err)
	require.NoError(t, refilter.Commit(ctx))

	got := <-done
	require.NoError(t, got.err)
	require.ElementsMatch(t, []int64{students[0], students[2]}, slices.Collect(maps.Keys(got.registered)))
}

func TestARefusedRegistrationLeavesItsTransactionUsable(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	drive, students := newPostedDrive(t, pool, 2)
	err := store.InTx(ctx, pool, func(tx pgx.Tx) error {
		_, err := store.Register(ctx, tx, drive, students[1])
		require.True(t, store.IsKind(err, store.Forbidden), "got %v", err)
		_, err = store.Register(ctx, tx, drive, students[0])
		return err
	})
	require.NoError(t, err)
}

// A drive that is being changed is left out, and the others do not wait for it.
func TestRegisteringForManyDrivesWaitsForNone(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	drive, students := newPostedDrive(t, pool, 3)
	other, err := store.CreateDrive(ctx, pool, store.Drive{CompanyName: "Other", JobTitle: "Engineer", PostedBy: students[0]})
	require.NoError(t, err)
	require.NoError(t, store.MarkDrivePublished(ctx, pool, other.DriveID, students[0], true))
	require.NoError(t, store.SelectByHand(ctx, pool, other.DriveID, students[1:]))
	free := []store.Candidate{{DriveID: drive, StudentID: students[1]}, {DriveID: drive, StudentID: students[0]}}
	held := store.Candidate{DriveID: other.DriveID, StudentID: students[1]}
	never := []store.Candidate{{DriveID: drive, StudentID: students[2]}, {DriveID: other.DriveID, StudentID: students[0]}, {DriveID: 99999, StudentID: students[0]}}
	all := slices.Concat(free, never, []store.Candidate{held})

	err = store.InTx(ctx, pool, func(change pgx.Tx) error {
		if _, err := store.LockDrive(ctx, change, other.DriveID); err != nil {
			return err
		}
		registered, err := store.RegisterMany(ctx, pool, all)
		require.ElementsMatch(t, free, slices.Collect(maps.Keys(registered)))
		return err
	})
	require.NoError(t, err)
	registered, err := store.RegisterMany(ctx, pool, all)
	require.NoError(t, err)
	require.ElementsMatch(t, append(free, held), slices.Collect(maps.Keys(registered)))
	for candidate, r := range registered {
		require.Equal(t, store.Candidate{DriveID: r.DriveID, StudentID: r.StudentID}, candidate)
		require.Equal(t, candidate == held, r.Created)
	}
}

// thenElsewhere is a database on which something else commits right after the first statement.
type thenElsewhere struct {
	store.DBTX
	happens func()
}

func (db *thenElsewhere) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	tag, err := db.DBTX.Exec(ctx, sql, args...)
	if happens := db.happens; happens != nil {
		db.happens = nil
		happens()
	}
	return tag, err
}

// The registration comes from a request whose answer was lost, so its student knows nothing of it and withdraws.
func TestAWithdrawalThatARegistrationOvertakesIsNotTakenForAClosedDrive(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	drive, students := newPostedDrive(t, pool, 2)
	db := &thenElsewhere{DBTX: pool, happens: func() {
		_, err := store.Register(ctx, pool, drive, students[0])
		require.NoError(t, err)
	}}
	require.NoError(t, store.Withdraw(ctx, db, drive, students[0]))
	registered, err := store.IsRegistered(ctx, pool, drive, students[0])
	require.NoError(t, err)
	require.False(t, registered)
}
