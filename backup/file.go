package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// ToFile writes a file that is whole or not there: it gets its name when everything is on the disk, and takes the place of
// one that had that name. Only its owner can read it. A killed process leaves a file .<name>.*.partial beside it.
func ToFile(path string, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file: name one, or - for the standard output", path)
	}
	folder, name := filepath.Split(path)
	if folder == "" {
		folder = "."
	}
	file, err := os.CreateTemp(folder, "."+name+".*.partial") // mode 0600
	if err != nil {
		return explain(err)
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	if err := write(file); err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return explain(err)
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return explain(err)
	}
	return syncFolder(folder)
}

// syncFolder makes a new name survive a power cut.
func syncFolder(folder string) error {
	opened, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}

// Spool copies an archive that can be read only once into an unnamed file in a folder, which it makes if it is missing. The
// file is gone with the process.
func Spool(folder string, archive io.Reader) (file *os.File, err error) {
	defer func() { err = explain(err) }()
	if err = os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	if file, err = os.CreateTemp(folder, ".restore-*"); err != nil {
		return nil, err
	}
	if err = os.Remove(file.Name()); err == nil {
		if _, err = io.Copy(file, archive); err == nil {
			_, err = file.Seek(0, io.SeekStart)
		}
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}
