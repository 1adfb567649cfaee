package metrics_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/metrics"
)

// server is what metrics ask of the embedded PostgreSQL; package cli tests them on a real one.
type server struct {
	pid, restarts int
	dir           string
}

func (s *server) Pid() int        { return s.pid }
func (s *server) Restarts() int   { return s.restarts }
func (s *server) DataDir() string { return s.dir }

func TestTheEmbeddedServerIsShownWithItsFiles(t *testing.T) {
	t.Parallel()
	s := &server{pid: 1, dir: t.TempDir()}
	for name, size := range map[string]int{"base/1/2601": 8192, "base/1/2601_fsm": 300, "pg_wal/000000010000000000000001": 70000} {
		path := filepath.Join(s.dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, make([]byte, size), 0o600))
	}
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(s.dir, "link")))
	m := metrics.New(metrics.Options{Postgres: s})
	numbers := scrape(t, m)
	require.InDelta(t, 1, numbers.Sum("placeops_postgres_up"), 0)
	require.Zero(t, numbers.Sum("placeops_postgres_restarts_total"))
	require.InDelta(t, 8192+300+70000, numbers.Sum("placeops_postgres_data_bytes"), 0)

	s.pid, s.restarts = 0, 3
	require.NoError(t, os.RemoveAll(s.dir))
	numbers = scrape(t, m)
	require.Zero(t, numbers.Sum("placeops_postgres_up"))
	require.InDelta(t, 3, numbers.Sum("placeops_postgres_restarts_total"), 0)
	require.InDelta(t, 8192+300+70000, numbers.Sum("placeops_postgres_data_bytes"), 0, "looked at once a minute")
}

func TestDisksShowTheirSpace(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	numbers := scrape(t, metrics.New(metrics.Options{Folders: map[string]string{"data": folder, "uploads": filepath.Join(folder, "missing")}}))
	var stat syscall.Statfs_t
	require.NoError(t, syscall.Statfs(folder, &stat))
	size := float64(stat.Blocks) * float64(stat.Frsize)
	require.InDelta(t, size, numbers.Sum("placeops_disk_size_bytes", "folder", "data"), 0)
	require.InDelta(t, float64(stat.Bavail)*float64(stat.Frsize), numbers.Sum("placeops_disk_free_bytes", "folder", "data"), size/20, "others write, too")
	require.Zero(t, numbers.Len("placeops_disk_free_bytes", "folder", "uploads"))
}
