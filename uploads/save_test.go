package uploads

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestPutBringsAFileBackUnderItsKey(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		from, to := open(t), open(t)
		key, _, err := from.Save(t.Context(), JobDescription, strings.NewReader(pdf), 1<<20)
		require.NoError(t, err)

		for range 2 { // the second time it is there already
			object, err := from.Open(t.Context(), key)
			require.NoError(t, err)
			require.NoError(t, to.Put(t.Context(), key, object))
			require.NoError(t, object.Close())
		}
		require.Equal(t, []string{key}, to.files(t))
		restored, err := to.Open(t.Context(), key)
		require.NoError(t, err)
		content, err := io.ReadAll(restored)
		require.NoError(t, err)
		require.NoError(t, restored.Close())
		require.Equal(t, pdf, string(content))
	})
}

func TestAFailedPutLeavesWhatWasThere(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		s := open(t)
		key, _, err := s.Save(t.Context(), StudentFile, strings.NewReader("first"), 1<<20)
		require.NoError(t, err)
		broken := io.MultiReader(strings.NewReader("sec"), iotest.ErrReader(errSender))
		require.ErrorIs(t, s.Put(t.Context(), key, broken), errSender)
		require.Equal(t, []string{key}, s.files(t))
		require.ErrorIs(t, s.Put(t.Context(), "../"+key, strings.NewReader("x")), ErrNotFound)
		object, err := s.Open(t.Context(), key)
		require.NoError(t, err)
		content, err := io.ReadAll(object)
		require.NoError(t, err)
		require.NoError(t, object.Close())
		require.Equal(t, "first", string(content))
	})
}
