package uploads

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A folder is listed while people upload and jobs remove files: names come and go between being read and being looked at.
func TestAListingIsNotUpsetByFilesThatComeAndGo(t *testing.T) {
	t.Parallel()
	s, _ := openTestStore(t)
	kept, _, err := s.Save(t.Context(), Export, strings.NewReader("kept"), 10)
	require.NoError(t, err)
	done := make(chan struct{})
	var busy sync.WaitGroup
	for range 4 {
		busy.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				key, _, err := s.Save(t.Context(), Export, strings.NewReader("x"), 10)
				if err == nil {
					err = s.Delete(t.Context(), key)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 60 {
		seen := map[string]int{}
		err := s.StoredWithin(t.Context(), Period{To: time.Now().Add(time.Hour)}, 100, func(keys []string) error {
			for _, key := range keys {
				seen[key]++
			}
			return nil
		})
		if err != nil || seen[kept] != 1 {
			close(done)
			busy.Wait()
			require.NoError(t, err)
			require.Equal(t, 1, seen[kept])
		}
	}
	close(done)
	busy.Wait()
}
