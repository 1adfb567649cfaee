package pitr

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"placeops/uploads"
)

const (
	uploadsPrefix = "uploads/"
	packedSuffix  = ".zst"
	// overlap is how much of the time before is looked through again: a file's time may be a little before its appearance.
	overlap = 10 * time.Minute
)

func uploadName(key string) string { return uploadsPrefix + key + packedSuffix }

func uploadKey(name string) string {
	return strings.TrimSuffix(strings.TrimPrefix(name, uploadsPrefix), packedSuffix)
}

// copyRecent copies the files that were stored until a moment. A failure does not keep the write-ahead log out of the archive.
func (a *Archive) copyRecent(ctx context.Context, until time.Time) {
	files := a.files.Load()
	if files == nil {
		return
	}
	a.mu.Lock()
	known := a.since.After(until)
	a.mu.Unlock()
	if known {
		return
	}
	if _, err := a.copyFiles(ctx, files, false); err != nil {
		a.logger.WarnContext(ctx, "uploaded files were not copied into the archive; the next try copies them", "error", err)
	}
}

// copyFiles copies the files that are not here yet: all of them, or those that may be new. It returns the keys it has seen.
func (a *Archive) copyFiles(ctx context.Context, from *uploads.Store, all bool) (keys []string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.copied == nil {
		here, err := a.place.list(ctx, uploadsPrefix)
		if err != nil {
			return nil, err
		}
		a.copied = map[string]bool{}
		for _, file := range here {
			a.copied[uploadKey(file.name)] = true
		}
	}
	began := time.Now()
	period := uploads.Period{To: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} // with any clock
	if !all && !a.since.IsZero() {
		period.From = a.since.Add(-overlap)
	}
	err = from.StoredWithin(ctx, period, 500, func(some []string) error {
		for _, key := range some {
			if err := a.copyFile(ctx, from, key); err != nil {
				return err
			}
		}
		keys = append(keys, some...)
		return nil
	})
	if err == nil {
		a.since = began
	}
	return keys, err
}

// copyFile copies a file, unless it is here or has been removed since it was listed. A key always means the same bytes.
func (a *Archive) copyFile(ctx context.Context, from *uploads.Store, key string) error {
	if a.copied[key] {
		return nil
	}
	object, err := from.Open(ctx, key)
	if errors.Is(err, uploads.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = object.Close() }()
	err = a.seal(ctx, uploadName(key), time.Time{}, func(to io.Writer) error {
		_, err := io.Copy(to, contextReader{ctx, object})
		return err
	})
	if err == nil {
		a.copied[key] = true
	}
	return err
}

// RestoreFiles puts the files into a store that it lacks, and returns the keys that the archive does not have either.
func (a *Archive) RestoreFiles(ctx context.Context, to *uploads.Store, keys []string) (restored int, lacking []string, err error) {
	for _, key := range keys {
		object, err := to.Open(ctx, key)
		if err == nil {
			_ = object.Close()
			continue
		}
		if !errors.Is(err, uploads.ErrNotFound) {
			return restored, lacking, err
		}
		err = a.unseal(ctx, uploadName(key), func(stored io.Reader) error { return to.Put(ctx, key, stored) })
		if errors.Is(err, errMissing) {
			lacking = append(lacking, key)
			continue
		}
		if err != nil {
			return restored, lacking, err
		}
		restored++
	}
	return restored, lacking, nil
}
