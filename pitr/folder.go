package pitr

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"placeops/backup"
)

// folder is a place in the file system. Only its owner can read what it holds.
type folder string

func (f folder) path(name string) string { return filepath.Join(string(f), filepath.FromSlash(name)) }

func (f folder) put(ctx context.Context, name string, at time.Time, write func(io.Writer) error) error {
	if err := makeFolders(filepath.Dir(f.path(name))); err != nil {
		return err
	}
	return backup.ToFile(f.path(name), func(w io.Writer) error {
		if err := write(contextWriter{ctx, w}); err != nil {
			return err
		}
		if file, ok := w.(*os.File); ok && !at.IsZero() {
			return os.Chtimes(file.Name(), at, at)
		}
		return nil
	})
}

// makeFolders makes folders whose names survive a power cut.
func makeFolders(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := makeFolders(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	opened, err := os.Open(parent)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}

func (f folder) get(_ context.Context, name string) (io.ReadCloser, error) {
	file, err := os.Open(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errMissing
	}
	return file, err
}

func (f folder) time(_ context.Context, name string) (time.Time, error) {
	info, err := os.Stat(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, errMissing
	}
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

func (f folder) list(_ context.Context, prefix string) ([]entry, error) {
	var found []entry
	err := f.walk(prefix, func(name string, info fs.FileInfo) error {
		if !isPartial(name) {
			found = append(found, entry{name: name, size: info.Size(), at: info.ModTime()})
		}
		return nil
	})
	return found, err
}

// walk visits all files below a prefix, which ends in a slash or is empty.
func (f folder) walk(prefix string, visit func(name string, info fs.FileInfo) error) error {
	return filepath.WalkDir(f.path(prefix), func(path string, found fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another process was faster, or there is nothing yet
		}
		if err != nil || found.IsDir() {
			return err
		}
		info, err := found.Info()
		if err != nil {
			return nil //nolint:nilerr // another process was faster
		}
		name, err := filepath.Rel(string(f), path)
		if err != nil {
			return err
		}
		return visit(filepath.ToSlash(name), info)
	})
}

// isPartial tells what a process is writing, or left when it was killed; see backup.ToFile.
func isPartial(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return strings.HasPrefix(base, ".") && strings.HasSuffix(base, ".partial")
}

func (f folder) remove(_ context.Context, name string) error {
	if err := os.Remove(f.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_ = os.Remove(filepath.Dir(f.path(name))) // if it is empty now
	return nil
}

func (f folder) tidy(_ context.Context, before time.Time) error {
	return f.walk("", func(name string, info fs.FileInfo) error {
		if isPartial(name) && info.ModTime().Before(before) {
			return os.Remove(f.path(name))
		}
		return nil
	})
}

// contextWriter ends with the context.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c contextWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}
