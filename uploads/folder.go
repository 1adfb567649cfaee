package uploads

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gocloud.dev/blob/fileblob"
)

const (
	// folderMode keeps uploads from other users of the machine.
	folderMode = 0o750
	// strandedAfter is how old a temporary file must be to be a crash's leftover and no upload under way.
	strandedAfter = 24 * time.Hour
)

// Open opens the store in a folder, which is made if it is missing. A folder that cannot be written to is an error
// here and not at the first upload.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := checkFolder(dir); err != nil {
		return nil, err
	}
	if err := removeStranded(ctx, dir, time.Now().Add(-strandedAfter)); err != nil {
		return nil, fmt.Errorf("uploads folder %s: %w", dir, err)
	}
	bucket, err := fileblob.OpenBucket(dir, &fileblob.Options{
		DirFileMode: folderMode,
		// Beside the final name, hence on the same file system: the rename is atomic.
		NoTempDir: true,
		Metadata:  fileblob.MetadataDontWrite,
	})
	if err != nil {
		return nil, fmt.Errorf("uploads folder %s: %w", dir, err)
	}
	return &Store{bucket: bucket, tempDir: dir}, nil
}

// checkFolder makes the folder and writes to it once.
func checkFolder(dir string) error {
	if dir == "" {
		return errors.New("uploads folder: no folder is set")
	}
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return fmt.Errorf("uploads folder %s cannot be made: %w", dir, err)
	}
	probe, err := unnamedFile(dir)
	if err != nil {
		return fmt.Errorf("uploads folder %s is not writable; give this user the right to write there: %w", dir, err)
	}
	return probe.Close()
}

// removeStranded removes the temporary files of uploads that a crash has cut off before the given time.
func removeStranded(ctx context.Context, dir string, before time.Time) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
			return nil // another process was faster
		case err != nil:
			return err
		case entry.IsDir() || !isTemporary(dir, path):
			return nil
		}
		if info, err := entry.Info(); err != nil || !info.ModTime().Before(before) {
			return nil //nolint:nilerr // another process was faster
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { //nolint:gosec // the folder is this program's own
			return err
		}
		return nil
	})
}

// isTemporary tells the bucket's names of unfinished files: <key>.<time>.tmp. Nothing else is ever removed.
func isTemporary(dir, path string) bool {
	name, err := filepath.Rel(dir, path)
	if err != nil || !strings.HasSuffix(name, ".tmp") {
		return false
	}
	name = strings.TrimSuffix(name, ".tmp")
	return validKey.MatchString(filepath.ToSlash(strings.TrimSuffix(name, filepath.Ext(name))))
}
