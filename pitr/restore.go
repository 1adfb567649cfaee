package pitr

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"placeops/postgres"
)

// Recovery is what the server is told to make of a plan; finish is for what has to be done in the database afterwards.
func (a *Archive) Recovery(plan Plan, finish func(ctx context.Context, url string) error) *postgres.Recovery {
	return &postgres.Recovery{
		Major: plan.Base.Major, Timeline: plan.Timeline, To: plan.To, Finish: finish,
		Unpack: func(ctx context.Context, folder string, own func(string) error) error {
			return a.unseal(ctx, plan.Base.folder()+baseFile, func(stored io.Reader) error { return unpack(stored, folder, own) })
		},
		Fetch: func(ctx context.Context, name, path string) error { return a.getWAL(ctx, plan.system, name, path) },
	}
}

// unpack writes a base backup into a folder. No entry can point outside.
func unpack(from io.Reader, folder string, own func(string) error) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for entries := tar.NewReader(from); ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := path.Clean(header.Name)
		if name == "." {
			continue
		}
		if err := unpackEntry(root, name, header, entries); err != nil {
			return err
		}
		if err := own(path.Join(folder, name)); err != nil {
			return err
		}
	}
}

func unpackEntry(root *os.Root, name string, header *tar.Header, content io.Reader) error {
	switch header.Typeflag {
	case tar.TypeDir:
		return root.Mkdir(name, 0o700)
	case tar.TypeReg:
		file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, content)
		return errors.Join(err, file.Close())
	}
	return fmt.Errorf("%s is neither a file nor a folder", name)
}
