//go:build unix

package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// lockPoll is how often a held lock is tried again.
const lockPoll = 25 * time.Millisecond

// lock is the held lock of a data directory. The kernel drops it when the
// process ends, however it ends; close-on-exec keeps it from PostgreSQL.
type lock struct{ file *os.File }

// holder is the lock file's content: who has the lock.
type holder struct {
	Pid    int    `json:"pid"`
	Holder string `json:"holder"`
	URL    string `json:"url,omitempty"` // once its server accepts connections
}

func (h holder) inUse(dir string) InUseError {
	return InUseError{Dir: dir, Pid: h.Pid, Holder: h.Holder, URL: h.URL}
}

// tryLock takes the lock if it is free. If not, it returns nil and the holder,
// which is empty while the lock changes hands.
func tryLock(place layout, name string) (*lock, holder, error) {
	file, err := os.OpenFile(place.lock(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, holder{}, place.explain(err, "")
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		defer func() { _ = file.Close() }()
		return nil, readHolder(file), nil
	}
	if err != nil {
		_ = file.Close()
		return nil, holder{}, fmt.Errorf("lock %s: %w", place.lock(), err)
	}
	held := &lock{file: file}
	// A later run may be the account's own instead of root's.
	err = errors.Join(place.account.own(place.lock()), held.write(holder{Pid: os.Getpid(), Holder: name}))
	if err != nil {
		held.release()
		return nil, holder{}, place.explain(err, "")
	}
	return held, holder{}, nil
}

func readHolder(file *os.File) holder {
	var h holder
	content := make([]byte, 4096)
	n, _ := file.ReadAt(content, 0)
	if json.Unmarshal(content[:n], &h) != nil {
		return holder{}
	}
	return h
}

func (l *lock) write(h holder) error {
	content, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(content, '\n'), 0)
	return err
}

func (l *lock) release() {
	_ = l.file.Truncate(0) // nobody holds it from here on
	_ = l.file.Close()
}

// waitForLock takes the lock, waiting for up to lockPatience while it is held.
// At every try that fails it asks enough whether to end the waiting, with nil
// and the holder as the result.
func waitForLock(ctx context.Context, place layout, name string, enough func(holder) (bool, error)) (*lock, holder, error) {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	for {
		held, other, err := tryLock(place, name)
		if err != nil || held != nil {
			return held, holder{}, err
		}
		done, err := enough(other)
		if done || err != nil {
			return nil, other, err
		}
		if err := pause(ctx, lockPoll); err != nil {
			return nil, other, fmt.Errorf("%w (waited for it: %w)", other.inUse(place.dir), err)
		}
	}
}

// lockForServer takes the lock to run a server. Commands finish soon, so they
// are waited for; another serve does not, so it is an error at once.
func lockForServer(ctx context.Context, place layout, name string) (*lock, error) {
	var previous holder
	held, _, err := waitForLock(ctx, place, name, func(other holder) (bool, error) {
		// Seen twice: one look may catch what a killed holder left in the file
		// just before the next one writes its own name.
		if other.Holder == HolderServe && other.Pid == previous.Pid {
			return true, other.inUse(place.dir)
		}
		previous = other
		return false, nil
	})
	return held, err
}

// pause waits for d or the end of ctx, whose error it then returns.
func pause(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
