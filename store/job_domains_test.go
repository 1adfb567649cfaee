package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/storetest"
)

func TestJobDomainsAreReadAfterAName(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	all, err := store.ListJobDomains(ctx, pool, nil, 1000)
	require.NoError(t, err)
	require.Len(t, all, 12)
	after := "hUMAN resources"
	two, err := store.ListJobDomains(ctx, pool, &after, 2)
	require.NoError(t, err)
	require.Equal(t, []string{"Operations", "Research"}, []string{two[0].DomainName, two[1].DomainName})
	_, err = store.CreateJobDomain(ctx, pool, "OPERATIONS")
	require.True(t, store.IsKind(err, store.Conflict), "got %v", err)
}
