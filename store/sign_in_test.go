package store_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/storetest"
)

func TestPasswordIsConfirmedOnlyWhileItIsTheActiveAccountsOwn(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	user := newUser(t, pool, "a", "STAFF")
	from, err := store.SetPassword(ctx, pool, user.UserID, "hash")
	require.NoError(t, err)

	issuedAt, ok, err := store.ConfirmPassword(ctx, pool, user.UserID, "hash")
	require.NoError(t, err)
	require.True(t, ok)
	require.True(t, issuedAt.After(from), "a token of now outlives the change of a moment ago")
	_, ok, err = store.ConfirmPassword(ctx, pool, user.UserID, "another")
	require.NoError(t, err)
	require.False(t, ok)

	user.Active = false
	_, err = store.UpdateUser(ctx, pool, user, true)
	require.NoError(t, err)
	_, ok, err = store.ConfirmPassword(ctx, pool, user.UserID, "hash")
	require.NoError(t, err)
	require.False(t, ok)
}

func TestCodeReplacesThePasswordAndWorksOnce(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	user := newUser(t, pool, "a", "STAFF")
	_, err := store.SetPassword(ctx, pool, user.UserID, "hash")
	require.NoError(t, err)
	code := bytes.Repeat([]byte{7}, 32)
	require.NoError(t, store.SetCode(ctx, pool, user.UserID, code))

	_, ok, err := store.ConfirmPassword(ctx, pool, user.UserID, "hash")
	require.NoError(t, err)
	require.False(t, ok, "the password is gone")
	for _, try := range []struct {
		code []byte
		ok   bool
	}{{bytes.Repeat([]byte{8}, 32), false}, {code, true}, {code, false}} {
		_, ok, err := store.UseCode(ctx, pool, user.UserID, try.code)
		require.NoError(t, err)
		require.Equal(t, try.ok, ok)
	}
	_, err = store.SetPassword(ctx, pool, user.UserID, "hash")
	require.NoError(t, err)
	after, err := store.UserByID(ctx, pool, user.UserID)
	require.NoError(t, err)
	require.Nil(t, after.CodeHash)
	require.False(t, after.MustChangePassword)
}

func TestPasswordOfNobodyIsNotFound(t *testing.T) {
	t.Parallel()
	_, err := store.SetPassword(t.Context(), storetest.New(t), 1, "hash")
	require.True(t, store.IsKind(err, store.NotFound), "got %v", err)
}

func TestLoginsWaitUntilALimitIsReachedNoMore(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	for _, failure := range []struct {
		account, address string
		secondsAgo       int
	}{
		{"a", "here", 300}, {"a", "here", 900}, {"a", "here", 1500}, {"a", "there", 600}, {"a", "there", 2400}, {"b", "here", 1200}, {"b", "there", 60},
	} {
		_, err := pool.Exec(ctx, `INSERT INTO login_failures (account, address, failed_at)
			VALUES ($1, $2, now() - make_interval(secs => $3))`, failure.account, failure.address, failure.secondsAgo)
		require.NoError(t, err)
	}
	never := store.LoginLimit{Failures: 100, Window: time.Hour}
	within := func(failures int, window time.Duration) store.LoginLimit {
		return store.LoginLimit{Failures: failures, Window: window}
	}
	for name, c := range map[string]struct {
		limits store.LoginLimits
		wait   time.Duration
	}{
		"none":                        {store.LoginLimits{AccountAndAddress: never, Account: never, Address: never}, 0},
		"one failure, the newest":     {store.LoginLimits{AccountAndAddress: within(1, 1000*time.Second), Account: never, Address: never}, 700 * time.Second},
		"three, the oldest":           {store.LoginLimits{AccountAndAddress: within(3, 2000*time.Second), Account: never, Address: never}, 500 * time.Second},
		"two of three":                {store.LoginLimits{AccountAndAddress: within(2, 2000*time.Second), Account: never, Address: never}, 1100 * time.Second},
		"the third is out":            {store.LoginLimits{AccountAndAddress: within(3, 1000*time.Second), Account: never, Address: never}, 0},
		"there were not so many":      {store.LoginLimits{AccountAndAddress: within(4, 24*time.Hour), Account: never, Address: never}, 0},
		"the account from anywhere":   {store.LoginLimits{AccountAndAddress: never, Account: within(5, 3000*time.Second), Address: never}, 600 * time.Second},
		"the address at any accounts": {store.LoginLimits{AccountAndAddress: never, Account: never, Address: within(4, 1600*time.Second)}, 100 * time.Second},
		"the longest wait of several": {store.LoginLimits{AccountAndAddress: within(1, 400*time.Second), Account: within(1, 800*time.Second), Address: within(4, 1600*time.Second)}, 500 * time.Second},
	} {
		wait, err := store.LoginWait(ctx, pool, c.limits, "a", "here")
		require.NoError(t, err)
		require.InDelta(t, c.wait.Seconds(), wait.Seconds(), 45, "%s: %v", name, wait)
		require.Equal(t, c.wait > 0, wait > 0, name)
	}
}

func TestOnlyFailuresThatNoWindowReachesAreForgotten(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	_, err := pool.Exec(ctx, `INSERT INTO login_failures SELECT now() - make_interval(secs => n), 'a', 'here' FROM unnest(ARRAY[30, 230, 250]) n`)
	require.NoError(t, err)
	require.NoError(t, store.RecordLoginFailure(ctx, pool, "a", "here"))
	minute := store.LoginLimit{Failures: 1, Window: time.Minute}
	for _, limits := range []store.LoginLimits{
		{AccountAndAddress: minute, Account: minute, Address: store.LoginLimit{Failures: 1, Window: 4 * time.Minute}},
		{AccountAndAddress: minute, Account: store.LoginLimit{Failures: 1, Window: 4 * time.Minute}, Address: minute},
		{AccountAndAddress: store.LoginLimit{Failures: 1, Window: 4 * time.Minute}, Account: minute, Address: minute},
	} {
		require.NoError(t, store.ForgetLoginFailures(ctx, pool, limits))
		var left int
		require.NoError(t, pool.QueryRow(ctx, "SELECT count(*) FROM login_failures").Scan(&left))
		require.Equal(t, 3, left)
	}
}
