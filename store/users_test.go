package store_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/storetest"
)

func newUser(t *testing.T, pool *pgxpool.Pool, name, role string) store.User {
	t.Helper()
	user, err := store.CreateUser(t.Context(), pool, store.NewUser{Name: name, Email: name + "@college.example", Role: role})
	require.NoError(t, err)
	return user
}

func TestUsersAreFoundByTheirAddressWhateverItsCase(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	made := newUser(t, pool, "Asha", "HEAD")
	found, err := store.UserByEmail(t.Context(), pool, "aSHA@College.EXAMPLE")
	require.NoError(t, err)
	require.Equal(t, made, found)
	_, err = store.UserByEmail(t.Context(), pool, "asha@college.exampl_")
	require.True(t, store.IsKind(err, store.NotFound), "got %v", err)
}

func TestAHeadIsKept(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	first, clerk := newUser(t, pool, "first", "HEAD"), newUser(t, pool, "clerk", "STAFF")
	require.NoError(t, keepAHead(t, pool, clerk.UserID))
	require.True(t, store.IsKind(keepAHead(t, pool, first.UserID), store.Conflict))
	second := newUser(t, pool, "second", "HEAD")
	require.NoError(t, keepAHead(t, pool, first.UserID))
	second.Active = false
	_, err := store.UpdateUser(t.Context(), pool, second, false)
	require.NoError(t, err)
	require.True(t, store.IsKind(keepAHead(t, pool, first.UserID), store.Conflict))
}

func keepAHead(t *testing.T, pool *pgxpool.Pool, userID int64) error {
	t.Helper()
	return store.InTx(t.Context(), pool, func(tx pgx.Tx) error { return store.KeepAHead(t.Context(), tx, userID) })
}

func TestUpdateRevokesTokensOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	user := newUser(t, pool, "a", "STAFF")
	user, err := store.UpdateUser(t.Context(), pool, user, false)
	require.NoError(t, err)
	require.Nil(t, user.TokensValidFrom)
	user, err = store.UpdateUser(t.Context(), pool, user, true)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), *user.TokensValidFrom, time.Minute)
	kept, err := store.UpdateUser(t.Context(), pool, user, false)
	require.NoError(t, err)
	require.Equal(t, user.TokensValidFrom, kept.TokensValidFrom)
}

func TestMatchingTakesPatternCharactersLiterally(t *testing.T) {
	t.Parallel()
	require.Nil(t, store.Matching(""))
	require.Equal(t, `%a\%b\_c\\dé%`, *store.Matching(`a%b_c\dé`))
}
