package pitr

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"time"

	"placeops/uploads"
)

// errMissing is for a name that nothing has.
var errMissing = errors.New("it is not in the archive")

// entry is something that a place holds.
type entry struct {
	name string
	size int64
	at   time.Time // when it came here
}

// place is where an archive is. What it holds is there wholly or not at all.
type place interface {
	// put makes a thing of what write writes. Its time is when what it holds was written.
	put(ctx context.Context, name string, at time.Time, write func(io.Writer) error) error
	get(ctx context.Context, name string) (io.ReadCloser, error)
	// time is the one that put was given.
	time(ctx context.Context, name string) (time.Time, error)
	list(ctx context.Context, prefix string) ([]entry, error)
	remove(ctx context.Context, name string) error
	// tidy removes what killed processes left, where there can be such things.
	tidy(ctx context.Context, before time.Time) error
}

// openPlace reaches for nothing yet, so it works while the place is away.
func openPlace(address string) (place, error) {
	if err := uploads.CheckPlace(address); err != nil {
		return nil, err
	}
	if rest, isFile := strings.CutPrefix(address, "file://"); isFile {
		address = filepath.FromSlash(rest)
	}
	if !strings.Contains(address, "://") {
		return folder(address), nil
	}
	plain, err := uploads.BucketURL(address)
	if err != nil {
		return nil, err
	}
	return &bucket{address: plain}, nil
}
