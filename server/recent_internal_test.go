package server

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A look-up that began before a change must not be remembered after it, or a person just deactivated goes on.
func TestWhatIsForgottenStaysForgottenByLookUpsUnderWay(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(*recent[int, bool]){
		"one": func(r *recent[int, bool]) { r.forget(7) },
		"all": func(r *recent[int, bool]) { r.forgetAll() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			active := true
			var access *recent[int, bool]
			access = newRecent(time.Hour, 10, func(context.Context, []int) (map[int]bool, error) {
				read := active
				if active { // the change comes between this read and its answer
					active = false
					forget(access)
				}
				return map[int]bool{7: read}, nil
			})
			for _, want := range []bool{true, false} {
				value, found, err := access.get(t.Context(), 7)
				require.NoError(t, err)
				require.True(t, found)
				require.Equal(t, want, value)
			}
		})
	}
}

func TestWhatIsRememberedGrowsOldAndDoesNotPileUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		looked := 0
		r := newRecent(time.Second, 2, func(_ context.Context, keys []int) (map[int]int, error) {
			looked++
			time.Sleep(time.Second / 4) //nolint:forbidigo // the clock of this test is not a real one
			return map[int]int{keys[0]: looked}, nil
		})
		see := func(key, want int, why string) {
			value, _, err := r.get(t.Context(), key)
			require.NoError(t, err)
			require.Equal(t, want, value, why)
		}
		see(1, 1, "read")
		see(1, 1, "remembered")
		time.Sleep(3 * time.Second / 4) //nolint:forbidigo // see above
		see(1, 2, "a second after the read began, read anew")
		see(2, 3, "another one")
		see(3, 4, "a third does not fit, so all others go")
		see(3, 4, "remembered")
		see(1, 5, "gone")
	})
}
