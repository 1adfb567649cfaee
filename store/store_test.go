package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/storetest"
)

func TestDuplicateEmailIsAConflictWhateverItsCase(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	_, err := store.CreateUser(t.Context(), pool, store.NewUser{Name: "A", Email: "a@college.example", Role: "STAFF"})
	require.NoError(t, err)
	_, err = store.CreateUser(t.Context(), pool, store.NewUser{Name: "B", Email: "A@College.example", Role: "STAFF"})
	require.True(t, store.IsKind(err, store.Conflict), "got %v", err)
}
