//go:build unix

package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Recovery says what Restore makes a cluster of.
type Recovery struct {
	Major int // of the PostgreSQL that the base backup is from
	// Unpack writes the base backup into a folder that is there and empty, and gives what it makes to the server's user.
	Unpack func(ctx context.Context, folder string, own func(path string) error) error
	// Fetch writes a file of the write-ahead log. ErrNoWAL is the end of what there is; any other error ends the recovery.
	Fetch func(ctx context.Context, name, path string) error
	// Timeline is which one to follow.
	Timeline uint32
	// To is the moment to stop at; zero means the end. When no change is later than it, the end will do.
	To time.Time
	// Finish does the rest with the running server, before anything is where serve finds it.
	Finish func(ctx context.Context, url string) error

	mu      sync.Mutex
	account account
	failed  error // what Fetch said that was not ErrNoWAL
	toEnd   bool
}

// unfinishedRestore is the folder of a cluster until it is whole.
const unfinishedRestore = "data.restore"

// What PostgreSQL says when it has read everything and not found the moment.
const saysNotReached = "recovery ended before configured recovery target was reached"

// Restore makes the cluster of an empty data directory out of a base backup and the write-ahead log since. The cluster is
// there wholly or not at all; what a killed Restore leaves, the next one removes.
func Restore(ctx context.Context, cfg Config, recovery *Recovery) error {
	cfg, err := cfg.checked(HolderCommand)
	if err != nil {
		return err
	}
	cfg.Archive, cfg.recovery = nil, recovery
	place, err := prepareDir(cfg.Dir)
	if err != nil {
		return err
	}
	held, other, err := waitForLock(ctx, place, cfg.Holder, func(other holder) (bool, error) { return other.Holder == HolderServe, nil })
	if err != nil {
		return err
	}
	if held == nil {
		return other.inUse(place.dir)
	}
	defer held.release()
	if err := refuseCluster(place); err != nil {
		return err
	}
	place.folder = unfinishedRestore
	recovery.account = place.account
	s := &Server{cfg: cfg, place: place, held: held, hurry: make(chan struct{})}
	if err := s.restore(ctx, recovery); err != nil {
		_ = os.RemoveAll(place.data())
		return err
	}
	return nil
}

// refuseCluster keeps what is there.
func refuseCluster(place layout) error {
	entries, err := os.ReadDir(place.data())
	if err == nil && len(entries) > 0 {
		return fmt.Errorf("%s holds a database: move it away, or restore into another data directory (PLACEOPS_DATA_DIR)", place.data())
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return place.explain(err, "")
	}
	return nil
}

func (s *Server) restore(ctx context.Context, recovery *Recovery) (err error) {
	if err := clearPredecessors(ctx, s.place, s.cfg.Logger); err != nil {
		return err
	}
	if err := os.RemoveAll(s.place.data()); err != nil {
		return s.place.explain(err, "")
	}
	if s.bins, err = findBinaries(s.cfg, s.place); err != nil {
		return err
	}
	if s.bins.major != recovery.Major {
		return fmt.Errorf("the base backup is from PostgreSQL %d, but this placeops runs PostgreSQL %d and cannot read it: restore with the placeops that took it, "+
			"and move the data from there (docs/upgrade.md)", recovery.Major, s.bins.major)
	}
	if s.socketDir, err = s.place.socketDir(); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(s.socketDir) }()
	if err := s.unpack(ctx, recovery); err != nil {
		return s.place.explain(err, "")
	}
	if err := s.recover(ctx, recovery); err != nil {
		return err
	}
	return s.place.explain(s.putInPlace(), "")
}

func (s *Server) unpack(ctx context.Context, recovery *Recovery) error {
	if err := os.Mkdir(s.place.data(), 0o700); err != nil {
		return err
	}
	if err := s.place.account.own(s.place.data()); err != nil {
		return err
	}
	if err := recovery.Unpack(ctx, s.place.data(), s.place.account.own); err != nil {
		return err
	}
	signal := filepath.Join(s.place.data(), "recovery.signal")
	return errors.Join(os.WriteFile(signal, nil, 0o600), s.place.account.own(signal))
}

// recover runs the server until it has replayed everything, and through Finish to a clean end.
func (s *Server) recover(ctx context.Context, recovery *Recovery) error {
	err := s.launch(ctx)
	if err != nil && recovery.failure() == nil && !recovery.To.IsZero() && strings.Contains(err.Error(), saysNotReached) {
		recovery.toEnd = true // there is nothing later than the moment
		err = s.launch(ctx)
	}
	if err != nil {
		if failed := recovery.failure(); failed != nil {
			return failed
		}
		return err
	}
	finished := recovery.Finish(ctx, s.URL())
	return errors.Join(finished, s.getCurrent().stop(s.hurry))
}

// putInPlace gives the cluster its name.
func (s *Server) putInPlace() error {
	final := filepath.Join(s.place.dir, "data")
	if err := os.Remove(final); err != nil && !errors.Is(err, os.ErrNotExist) { // an empty folder at most
		return err
	}
	if err := os.Rename(s.place.data(), final); err != nil {
		return err
	}
	folder, err := os.Open(s.place.dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// settings let the server recover. What it would archive it marks, and the first serve archives it.
func (r *Recovery) settings(socketDir string) map[string]string {
	set := map[string]string{
		"archive_mode": "on", "archive_command": "", "hot_standby": "off",
		"restore_command":          walCommand("get", socketDir),
		"recovery_target_timeline": strconv.FormatUint(uint64(r.Timeline), 10),
	}
	if !r.To.IsZero() && !r.toEnd {
		set["recovery_target_time"] = r.To.UTC().Format("2006-01-02 15:04:05.999999+00")
		set["recovery_target_action"] = "promote"
	}
	return set
}

// fetch is Fetch as the server's command wants to hear it.
func (r *Recovery) fetch(ctx context.Context, name, data string) string {
	path := filepath.Join(data, "pg_wal", "RECOVERYXLOG")
	if strings.HasSuffix(name, ".history") {
		path = filepath.Join(data, "pg_wal", "RECOVERYHISTORY")
	}
	err := r.Fetch(ctx, name, path)
	if err == nil {
		err = r.account.own(path)
	}
	switch {
	case err == nil:
		return answerYes
	case errors.Is(err, ErrNoWAL):
		return answerNo
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = err
	return answerDamaged
}

func (r *Recovery) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}
