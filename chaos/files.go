package main

import (
	"cmp"
	"context"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// sweepable is a name under which the sweep, or the next start after a day, finds a file that nothing refers to.
var sweepable = regexp.MustCompile(`^[a-z0-9-]+/\d{4}/\d{2}/[0-9a-f]{32}\.[a-z0-9]+(\.[^./]+\.tmp)?$`)

// filesHaveOwners requires that the folder of uploads holds every file that the database refers to, and nothing that
// neither the database refers to nor a sweep would remove.
func (c *checker) filesHaveOwners(ctx context.Context) error {
	owned, err := texts(ctx, c.db, "SELECT file_key FROM exports WHERE file_key IS NOT NULL")
	if err != nil {
		return err
	}
	folder := cmp.Or(c.in.layers.bucket, filepath.Join(c.in.data(), "uploads"))
	var found []string
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if c.in.layers.bucket != "" && strings.Contains(path, "/.sgwtmp/") {
			return nil // what the S3 server has not made an object of
		}
		key := filepath.ToSlash(strings.TrimPrefix(path, folder+string(filepath.Separator)))
		found = append(found, key)
		if !sweepable.MatchString(key) {
			c.violation("no sweep will find the file %s", key)
		}
		return nil
	})
	for _, key := range owned {
		if !slices.Contains(found, key) {
			c.violation("the file %s is gone", key)
		}
	}
	return err
}
