package backup_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/backup"
)

func TestAFolderKeepsTheNewestBackupsAndWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	college := newCollege(t)
	folder := filepath.Join(t.TempDir(), "new", "backups")
	take := func(keep int) (string, []string) {
		path, taken, removed, err := backup.TakeInto(t.Context(), college.Installation, "v-test", folder, keep)
		require.NoError(t, err)
		require.NotZero(t, taken.Size)
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		require.Equal(t, taken.Size, info.Size())
		return path, removed
	}
	path, removed := take(2)
	require.Empty(t, removed)
	archive, err := os.Open(path)
	require.NoError(t, err)
	_, err = backup.Verify(t.Context(), archive)
	require.NoError(t, err)
	require.NoError(t, archive.Close())

	const half, oldHalf = ".placeops-20200102T000000Z.archive.1.partial", ".placeops-20200101T000000Z.archive.1.partial"
	others := []string{"placeops-20200101T000000Z.archive.old", "before-the-upgrade.archive", "notes.txt", half}
	olds := []string{"placeops-20200101T000000Z.archive", "placeops-20210101T000000Z.archive", oldHalf}
	for _, name := range append(others, olds...) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), nil, 0o600))
	}
	yesterday := time.Now().Add(-25 * time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(folder, oldHalf), yesterday, yesterday))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "placeops-20190101T000000Z.archive"), 0o700))
	_, removed = take(1)
	require.Subset(t, removed, olds)
	require.NotContains(t, removed, others)
	for _, name := range others {
		require.FileExists(t, filepath.Join(folder, name), name)
	}
	require.DirExists(t, filepath.Join(folder, "placeops-20190101T000000Z.archive"))
}

func TestAFailedBackupRemovesNothing(t *testing.T) {
	t.Parallel()
	college := newCollege(t)
	folder := t.TempDir()
	old := filepath.Join(folder, "placeops-20200101T000000Z.archive")
	require.NoError(t, os.WriteFile(old, nil, 0o600))
	college.execute("ALTER TABLE goose_db_version RENAME TO elsewhere")
	_, _, _, err := backup.TakeInto(t.Context(), college.Installation, "v-test", folder, 1)
	require.Error(t, err)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.FileExists(t, old)
}
