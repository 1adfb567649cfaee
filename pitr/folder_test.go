package pitr

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/backup"
)

// cluster makes what PutWAL looks at of a cluster, with a file of the write-ahead log, and returns that.
func clusterWith(t *testing.T, name, content string) (path string) {
	t.Helper()
	data := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(data, "global"), 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(data, "pg_wal"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(data, "global", "pg_control"), []byte{7, 0, 0, 0, 0, 0, 0, 0, 1}, 0o600))
	path = filepath.Join(data, "pg_wal", name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestTheSameFileAgainIsFineAndAnotherIsRefused(t *testing.T) {
	t.Parallel()
	const name = "000000010000000000000001"
	a, err := Open(t.TempDir(), nil)
	require.NoError(t, err)
	path := clusterWith(t, name, "what happened")
	require.NoError(t, a.PutWAL(t.Context(), name, path))
	require.NoError(t, a.PutWAL(t.Context(), name, path), "as after a crash before the server noted it")
	require.NoError(t, os.WriteFile(path, []byte("something else"), 0o600))
	require.ErrorContains(t, a.PutWAL(t.Context(), name, path), "with another content")

	to := filepath.Join(t.TempDir(), "RECOVERYXLOG")
	require.NoError(t, a.getWAL(t.Context(), "7", name, to))
	got, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Equal(t, "what happened", string(got))
}

func TestWhatIsCutOffLeavesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	a, err := Open(folder, nil)
	require.NoError(t, err)
	broken := errors.New("broken")
	err = a.seal(t.Context(), "a/b/c", time.Time{}, func(to io.Writer) error {
		_, _ = to.Write(make([]byte, 1<<20))
		return broken
	})
	require.ErrorIs(t, err, broken)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, a.seal(cancelled, "a/b/d", time.Time{}, func(to io.Writer) error { _, err := to.Write([]byte("x")); return err }))
	left, err := os.ReadDir(filepath.Join(folder, "a", "b"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAFileThatWasChangedIsRefused(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	a, err := Open(folder, nil)
	require.NoError(t, err)
	require.NoError(t, a.seal(t.Context(), "x", time.Time{}, func(to io.Writer) error { _, err := io.WriteString(to, "whole"); return err }))
	path := filepath.Join(folder, "x")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	var damaged *backup.DamagedError
	for at := range content {
		changed := append([]byte{}, content...)
		changed[at] ^= 1
		require.NoError(t, os.WriteFile(path, changed, 0o600))
		require.ErrorAs(t, a.unseal(t.Context(), "x", readAll), &damaged, "byte %d", at)
		require.NoError(t, os.WriteFile(path, content[:at], 0o600))
		require.ErrorAs(t, a.unseal(t.Context(), "x", readAll), &damaged, "%d bytes", at)
	}
}
