package server

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store"
)

func TestAFullDiskIsNoFaultOfTheSystem(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		refusal := refusalOf(fmt.Errorf("write: %w", &os.PathError{Op: "write", Path: "file", Err: cause}))
		require.NotNil(t, refusal, "%v", cause)
		require.Equal(t, store.Unavailable, refusal.Kind)
		require.Positive(t, refusal.RetryAfter)
	}
}
