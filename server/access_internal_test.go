package server

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store"
)

// A look-up that began before a change must not be remembered after it, or a person just deactivated goes on.
func TestForgottenAccessStaysForgottenByLookUpsUnderWay(t *testing.T) {
	t.Parallel()
	const userID = 7
	active := true
	var cache *accessCache
	cache = newAccessCache(func(context.Context, int64) (store.Access, error) {
		read := store.Access{Active: active}
		if active { // the change comes between this read and its answer
			active = false
			cache.forget(userID)
		}
		return read, nil
	})
	_, err := cache.get(t.Context(), userID)
	require.NoError(t, err)
	access, err := cache.get(t.Context(), userID)
	require.NoError(t, err)
	require.False(t, access.Active)
}
