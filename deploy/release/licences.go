package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
)

// writeLicence puts placeOps' own licence beside the programs.
func (r *release) writeLicence() error {
	text, err := os.ReadFile(filepath.Join(r.top, "LICENSE"))
	return errors.Join(err, os.WriteFile(filepath.Join(r.dist, "LICENSE"), text, 0o644))
}

// writeCopyright writes the file of that name in a Debian package: under what placeOps is, and what it carries most of.
func (r *release) writeCopyright() error {
	own, err := os.ReadFile(filepath.Join(r.top, "LICENSE"))
	if err != nil {
		return err
	}
	carried, err := os.ReadFile(filepath.Join(r.top, "postgres", "bundle", "NOTICE"))
	if err != nil {
		return err
	}
	text := bytes.Join([][]byte{own, []byte("The licences of everything else inside are in THIRD_PARTY_NOTICES.gz beside this file.\n"), carried}, []byte("\n"))
	return os.WriteFile(filepath.Join(r.documents, "copyright"), text, 0o644)
}

// writeNotices writes the licences of what the program of an architecture contains, and zips them for its package.
func (r *release) writeNotices(ctx context.Context, arch, file string) error {
	if err := run(ctx, nil, "go", "run", "./deploy/notices", "-arch", arch, "-o", file); err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	return errors.Join(err, zip(r.zippedNotices(arch), text))
}

func (r *release) zippedNotices(arch string) string {
	return filepath.Join(r.documents, "THIRD_PARTY_NOTICES."+arch+".gz")
}
