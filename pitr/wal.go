package pitr

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"placeops/backup"
	"placeops/postgres"
)

// walName is where a file of the write-ahead log is.
func walName(system, file string) string { return system + "/wal/" + file + ".zst" }

// PutWAL takes a finished file out of a cluster's pg_wal, and before it the uploaded files that it can speak of. It is there
// wholly, and on the disk, when PutWAL returns. The same again is fine; another content under the same name is refused.
func (a *Archive) PutWAL(ctx context.Context, name, path string) error {
	err := a.putWAL(ctx, name, path)
	a.failing.note(ctx, a, name, err)
	return err
}

func (a *Archive) putWAL(ctx context.Context, name, path string) error {
	system, err := systemOf(filepath.Dir(filepath.Dir(path)))
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	a.copyRecent(ctx, info.ModTime())
	there, err := a.place.time(ctx, walName(system, name))
	switch {
	case errors.Is(err, errMissing):
		return a.seal(ctx, walName(system, name), info.ModTime(), func(to io.Writer) error {
			_, err := io.Copy(to, contextReader{ctx, file})
			return err
		})
	case err != nil:
		return err
	}
	return a.expectSame(ctx, walName(system, name), there, file)
}

// expectSame is for a file that was archived before a crash kept the server from noting it.
func (a *Archive) expectSame(ctx context.Context, name string, there time.Time, file io.Reader) error {
	had, have := sha256.New(), sha256.New()
	err := a.unseal(ctx, name, func(stored io.Reader) error {
		_, err := io.Copy(had, stored)
		return err
	})
	if err == nil {
		_, err = io.Copy(have, file)
	}
	if err == nil && !bytes.Equal(had.Sum(nil), have.Sum(nil)) {
		err = fmt.Errorf("%s is in the archive since %s with another content; is another copy of this database archived there? "+
			"Give each an archive of its own (PLACEOPS_ARCHIVE)", name, there.Format(time.RFC3339))
	}
	return err
}

// systemOf reads the number of a cluster, which is the first thing in its control file.
func systemOf(data string) (string, error) {
	control, err := os.Open(filepath.Join(data, "global", "pg_control"))
	if err != nil {
		return "", err
	}
	defer func() { _ = control.Close() }()
	var number [8]byte
	if _, err := io.ReadFull(control, number[:]); err != nil {
		return "", err
	}
	return strconv.FormatUint(binary.NativeEndian.Uint64(number[:]), 10), nil
}

// getWAL writes a file of the write-ahead log to path, all or nothing.
func (a *Archive) getWAL(ctx context.Context, system, name, path string) error {
	err := backup.ToFile(path, func(to io.Writer) error {
		return a.unseal(ctx, walName(system, name), func(stored io.Reader) error {
			_, err := io.Copy(to, stored)
			return err
		})
	})
	if errors.Is(err, errMissing) {
		return postgres.ErrNoWAL
	}
	return err
}

// failing remembers that archiving fails, so that the log says so from time to time and not at each try.
type failing struct {
	mu          sync.Mutex
	since, said time.Time
}

// sayEvery is how often it is said.
const sayEvery = 5 * time.Minute

func (f *failing) note(ctx context.Context, a *Archive, name string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err == nil && !f.since.IsZero():
		a.logger.InfoContext(ctx, "the archive takes the write-ahead log again", "file", name, "after", time.Since(f.since).Round(time.Second).String())
		f.since, f.said = time.Time{}, time.Time{}
	case err != nil && time.Since(f.said) >= sayEvery:
		a.logger.WarnContext(ctx, "the archive does not take the write-ahead log, which piles up in the data directory until it does",
			"archive", a.shown(), "file", name, "error", err)
		f.said = time.Now()
	}
	if err != nil && f.since.IsZero() {
		f.since = time.Now()
	}
}
