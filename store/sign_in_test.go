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

func TestLoginFailuresCountWithinTheirWindows(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	windows := store.LoginWindows{AccountAndAddress: 2 * time.Minute, Account: 4 * time.Minute, Address: time.Minute}
	for _, failure := range []struct {
		account, address string
		secondsAgo       int
	}{
		{"a", "here", 30}, {"a", "here", 90}, {"a", "here", 150}, {"a", "there", 30}, {"a", "there", 235}, {"a", "there", 245}, {"b", "here", 30}, {"b", "there", 30},
	} {
		_, err := pool.Exec(ctx, `INSERT INTO login_failures (account, address, failed_at)
			VALUES ($1, $2, now() - make_interval(secs => $3))`, failure.account, failure.address, failure.secondsAgo)
		require.NoError(t, err)
	}
	failures, err := store.CountLoginFailures(ctx, pool, windows, "a", "here")
	require.NoError(t, err)
	require.Equal(t, store.LoginFailures{AccountAndAddress: 2, Account: 5, Address: 2}, failures)

	require.NoError(t, store.RecordLoginFailure(ctx, pool, "a", "here"))
	require.NoError(t, store.ForgetLoginFailures(ctx, pool, windows))
	failures, err = store.CountLoginFailures(ctx, pool, windows, "a", "here")
	require.NoError(t, err)
	require.Equal(t, store.LoginFailures{AccountAndAddress: 3, Account: 6, Address: 3}, failures, "only what no window reaches is forgotten")
	var left int
	require.NoError(t, pool.QueryRow(ctx, "SELECT count(*) FROM login_failures").Scan(&left))
	require.Equal(t, 8, left)
}
