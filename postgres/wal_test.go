//go:build unix

package postgres_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// handedOut are the files of the write-ahead log that the server gave away.
type handedOut struct {
	mu     sync.Mutex
	names  map[string]int64 // with their sizes
	refuse bool
}

func (h *handedOut) take(_ context.Context, name, path string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	info, err := os.Stat(path)
	if err == nil && h.refuse {
		err = errors.New("the archive is away")
	}
	if err == nil {
		h.names[name] = info.Size()
	}
	return err
}

func (h *handedOut) size(name string) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.names[name]
}

func TestFinishedWALIsHandedOutWhateverTheFolderIsCalled(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	odd := filepath.Join(filepath.Dir(cfg.Dir), `it's-100%f-ours-$HOME`)
	require.NoError(t, os.Rename(cfg.Dir, odd))
	got := &handedOut{names: map[string]int64{}}
	cfg.Dir, cfg.Archive = odd, got.take
	server := start(t, cfg)
	conn := connect(t, server.URL())
	execute(t, conn, "CREATE TABLE kept AS SELECT 1 AS one")
	name := query[string](t, conn, "SELECT pg_walfile_name(pg_switch_wal())")
	eventually(t, name, func() bool { return got.size(name) > 0 })
	require.EqualValues(t, 16<<20, got.size(name))

	execute(t, conn, "INSERT INTO kept VALUES (2)")
	last := query[string](t, conn, "SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
	stop(t, server)
	require.Positive(t, got.size(last), "the last one is handed out when the server stops")
}

func TestAStopDoesNotWaitForAnArchiveThatIsAway(t *testing.T) {
	t.Parallel()
	cfg := preparedConfig(t)
	got := &handedOut{names: map[string]int64{}, refuse: true}
	cfg.Archive = got.take
	server := start(t, cfg)
	conn := connect(t, server.URL())
	execute(t, conn, "CREATE TABLE kept AS SELECT 1 AS one")
	name := query[string](t, conn, "SELECT pg_walfile_name(pg_switch_wal())")
	eventually(t, "a failed try", func() bool { return query[int](t, conn, "SELECT failed_count::int FROM pg_stat_archiver") > 0 })
	stop(t, server)

	got.mu.Lock()
	got.refuse = false
	got.mu.Unlock()
	again := start(t, cfg)
	eventually(t, name+" after all", func() bool { return got.size(name) > 0 })
	require.Equal(t, 1, query[int](t, connect(t, again.URL()), "SELECT one FROM kept"))
}
