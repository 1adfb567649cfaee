//go:build unix

package postgres

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// layout is where things are, and who owns them.
type layout struct {
	dir     string // absolute, without symbolic links
	account account
	folder  string // of the cluster, "" means data
}

func (l layout) lock() string        { return filepath.Join(l.dir, "placeops.lock") }
func (l layout) data() string        { return filepath.Join(l.dir, cmp.Or(l.folder, "data")) }
func (l layout) unfinished() string  { return filepath.Join(l.dir, "data.tmp") }
func (l layout) pidFile() string     { return filepath.Join(l.data(), "postmaster.pid") }
func (l layout) versionFile() string { return filepath.Join(l.data(), "PG_VERSION") }

// clusterName marks this directory's server processes in the process list,
// where root without ptrace rights (a container) can read it, too.
func (l layout) clusterName() string { return "placeops-" + l.hash() }

func (l layout) hash() string {
	sum := sha256.Sum256([]byte(l.dir))
	return hex.EncodeToString(sum[:5])
}

// dataMajor is the major version that wrote the data, 0 when there is none.
func (l layout) dataMajor() int {
	text, err := os.ReadFile(l.versionFile())
	if err != nil {
		return 0
	}
	// Before PostgreSQL 10 a major version had two parts; its first one will do.
	first, _, _ := strings.Cut(strings.TrimSpace(string(text)), ".")
	major, _ := strconv.Atoi(first)
	return major
}

// prepareDir makes the data directory and finds out whether it can be used.
func prepareDir(dir string) (layout, error) {
	place := layout{dir: dir}
	var err error
	if place.account, err = chooseAccount(place); err != nil {
		return place, err
	}
	if err := place.makeFolders(); err != nil {
		return place, err
	}
	// PostgreSQL reports its working directory without symbolic links.
	if place.dir, err = filepath.EvalSymlinks(dir); err != nil {
		return layout{dir: dir}, place.explain(err, "")
	}
	return place, place.account.checkReach(place.dir)
}

// makeFolders makes the data directory and its parents where they are missing,
// with a fixed mode: whatever the umask, PostgreSQL's user must pass.
func (l layout) makeFolders() error {
	var missing []string // innermost first
	folder := l.dir
	for ; isMissing(folder); folder = filepath.Dir(folder) {
		missing = append(missing, folder)
	}
	if len(missing) == 0 {
		return l.explain(os.MkdirAll(l.dir, 0o755), "") // fails if it is a file
	}
	if err := l.account.checkReach(folder); err != nil {
		return l.explain(err, "") // nothing is made where it cannot be used
	}
	for _, folder := range slices.Backward(missing) {
		if err := errors.Join(os.MkdirAll(folder, 0o755), os.Chmod(folder, 0o755)); err != nil {
			return l.explain(err, "")
		}
	}
	return l.explain(l.account.own(l.dir), "")
}

func isMissing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist)
}

// explain turns an error that the directory itself causes into a sentence that
// says what to do. output is what a failed program printed.
func (l layout) explain(err error, output string) error {
	const other = "or choose another data directory (PLACEOPS_DATA_DIR)"
	said := func(causes ...string) bool {
		for _, cause := range causes {
			if strings.Contains(output, cause) {
				return true
			}
		}
		return false
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EFBIG), said("File too large"):
		return fmt.Errorf("a limit on file sizes (ulimit -f) keeps the database from being written to %s: raise it %s: %w", l.dir, other, err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT),
		said("No space left on device", "Disk quota exceeded", "Check free disk space"):
		return fmt.Errorf("the disk that holds %s is full: free some space (a new database needs 200 MB) %s: %w", l.dir, other, err)
	case errors.Is(err, syscall.EROFS), said("Read-only file system"):
		return fmt.Errorf("%s is on a read-only file system: make it writable %s: %w", l.dir, other, err)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("user %s may not write to %s: give it that right %s: %w", currentUser(), l.dir, other, err)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, os.ErrExist):
		return fmt.Errorf("%s is not a directory: remove what is in the way %s: %w", l.dir, other, err)
	}
	return err
}
