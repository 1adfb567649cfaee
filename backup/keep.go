package backup

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// keptName is a backup of TakeInto. Its order by name is its order in time; no other file of the folder is ever touched.
var keptName = regexp.MustCompile(`^placeops-\d{8}T\d{6}Z\.archive$`)

// halfName is what a killed process left of one, see ToFile.
var halfName = regexp.MustCompile(`^\.placeops-\d{8}T\d{6}Z\.archive\..*\.partial$`)

// halfAfter is how old it must be: no backup takes that long.
const halfAfter = 24 * time.Hour

// TakeInto takes an archive into a folder, which it makes if it is missing, under a name that tells the time, and then removes the
// oldest of those that were made so, but for the newest keep. If it fails, all that were there stay.
func TakeInto(ctx context.Context, from Installation, version, folder string, keep int) (path string, taken Summary, removed []string, err error) {
	defer func() { err = explain(err) }()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", taken, nil, err
	}
	path = filepath.Join(folder, time.Now().UTC().Format("placeops-20060102T150405Z.archive"))
	err = ToFile(path, func(w io.Writer) (err error) {
		taken, err = Take(ctx, from, version, w)
		return err
	})
	if err != nil {
		return "", taken, nil, err
	}
	removed, err = removeOldest(folder, keep)
	return path, taken, removed, err
}

func removeOldest(folder string, keep int) (removed []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var kept, old []string
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue // it is gone, or none of ours
		}
		switch name := entry.Name(); {
		case keptName.MatchString(name):
			kept = append(kept, name)
		case halfName.MatchString(name) && time.Since(info.ModTime()) > halfAfter:
			old = append(old, name)
		}
	}
	slices.Sort(kept)
	removed = []string{}
	for _, name := range append(old, kept[:max(len(kept)-keep, 0)]...) {
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			return removed, err
		}
		removed = append(removed, name)
	}
	return removed, nil
}
