package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	smallDisk  = "size=768m,mode=0755" // PostgreSQL's programs and its data take a third
	fullAtMost = 3 * time.Second
	fillPause  = 2 * time.Millisecond
	fillChunk  = 1 << 20
	fillLeast  = 4 << 10
)

var errOrdinaryDisk = errors.New("a folder was given, so the data lies on a disk that others use too")

// mountSmallDisk gives the data a file system of its own, which can be filled without harm to others. It takes root.
func mountSmallDisk(dir string) error {
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, smallDisk); err != nil {
		return fmt.Errorf("this user cannot mount a small disk: %w", err)
	}
	return nil
}

func unmount(dir string) error { return unix.Unmount(dir, unix.MNT_DETACH) }

// fillDisk leaves no free byte for a while, also when something else gives some free.
func (r *run) fillDisk(d time.Duration) (err error) {
	filler, err := os.Create(filepath.Join(r.in.data(), "filler"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, filler.Close(), os.Remove(filler.Name())) }()
	zeroes := make([]byte, fillChunk)
	full := false
	for end := time.Now().Add(d); !full || time.Now().Before(end); {
		n, err := filler.Write(zeroes)
		switch {
		case err == nil:
		case !errors.Is(err, unix.ENOSPC):
			return err
		case len(zeroes) > fillLeast:
			zeroes = zeroes[:len(zeroes)/2]
		case n == 0:
			full = true
			wait(context.Background(), fillPause)
		}
	}
	return nil
}
