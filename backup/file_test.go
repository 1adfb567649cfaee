package backup_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/backup"
)

func TestAFileGetsItsNameWhenItIsWhole(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "college.placeops")
	for _, text := range []string{"first", "second"} {
		require.NoError(t, backup.ToFile(path, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			before, readErr := os.ReadFile(path)
			if text == "first" {
				require.ErrorIs(t, readErr, os.ErrNotExist)
			} else {
				require.Equal(t, "first", string(before), "the old one stays until then")
			}
			return err
		}))
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(content))
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm(), "it holds what is known of people")
	requireOnly(t, folder, "college.placeops")
}

func requireOnly(t *testing.T, folder string, names ...string) {
	t.Helper()
	found, err := os.ReadDir(folder)
	require.NoError(t, err)
	var listed []string
	for _, entry := range found {
		listed = append(listed, entry.Name())
	}
	require.ElementsMatch(t, names, listed)
}

func TestAFileThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "college.placeops")
	stop := errors.New("stop")
	err := backup.ToFile(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, stop)
	})
	require.ErrorIs(t, err, stop)
	requireOnly(t, folder)
}

func TestWhatIsNoFileIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	never := func(io.Writer) error { return errors.New("it began to write") }
	require.ErrorContains(t, backup.ToFile(folder, never), "is not a file")
	require.ErrorContains(t, backup.ToFile("/dev/null", never), "is not a file")
	err := backup.ToFile(filepath.Join(folder, "missing", "college.placeops"), never)
	require.ErrorIs(t, err, os.ErrNotExist)
	requireOnly(t, folder)
}

func TestASpooledArchiveHasNoName(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "new") // on a new machine whose uploads are in a bucket
	file, err := backup.Spool(folder, strings.NewReader("archive"))
	require.NoError(t, err)
	requireOnly(t, folder)
	content, err := io.ReadAll(file)
	require.NoError(t, err)
	require.Equal(t, "archive", string(content))
	require.NoError(t, file.Close())
}
