package legacy_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/legacy"
	"placeops/store"
	"placeops/store/storetest"
	"placeops/uploads"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// move is an earlier system and an empty placeops.
type move struct {
	t      *testing.T
	from   string
	old    *pgxpool.Pool
	pool   *pgxpool.Pool
	files  *uploads.Store
	folder string // of placeops' files
	legacy string // the earlier system's folder uploads
}

// newMove makes the earlier system of these files of testdata.
func newMove(t *testing.T, scripts ...string) *move {
	t.Helper()
	m := &move{t: t, from: storetest.EmptyURL(t), pool: storetest.New(t), folder: t.TempDir(), legacy: t.TempDir()}
	m.old = storetest.Open(t, m.from)
	for _, name := range scripts {
		script, err := os.ReadFile(filepath.Join("testdata", name+".sql"))
		require.NoError(t, err)
		m.change(string(script))
	}
	var err error
	m.files, err = uploads.Open(t.Context(), m.folder)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.files.Close()) })
	require.NoError(t, os.Mkdir(filepath.Join(m.legacy, "job-descriptions"), 0o755))
	m.file("tulsi.pdf", "%PDF-1.4 Robots")
	return m
}

func (m *move) file(name, content string) {
	m.t.Helper()
	require.NoError(m.t, os.WriteFile(filepath.Join(m.legacy, "job-descriptions", name), []byte(content), 0o600))
}

// change changes the earlier system.
func (m *move) change(script string) {
	m.t.Helper()
	_, err := m.old.Exec(m.t.Context(), script)
	require.NoError(m.t, err, script)
}

func (m *move) importIt(change ...func(*legacy.Options)) (legacy.Report, error) {
	m.t.Helper()
	zone, err := time.LoadLocation("Asia/Kolkata")
	require.NoError(m.t, err)
	options := legacy.Options{
		From: m.from, Files: m.legacy, Zone: zone, InUse: func(context.Context, store.DBTX) (bool, error) { return false, nil },
	}
	for _, c := range change {
		c(&options)
	}
	return legacy.Import(m.t.Context(), m.pool, m.files, options)
}

// told is the report as it is printed.
func told(t *testing.T, r legacy.Report) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, r.Print(&out))
	return out.String()
}

// is requires the one value that a query of placeops' database gives, as a text.
func (m *move) is(want, query string) {
	m.t.Helper()
	var got string
	require.NoError(m.t, m.pool.QueryRow(m.t.Context(), "SELECT COALESCE(("+query+")::text, 'NULL')").Scan(&got), query)
	require.Equal(m.t, want, got, query)
}

// stored counts the files that placeops has.
func (m *move) stored() (files int) {
	m.t.Helper()
	require.NoError(m.t, filepath.WalkDir(m.folder, func(_ string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files++
		}
		return err
	}))
	return files
}
