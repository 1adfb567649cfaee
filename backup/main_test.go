package backup_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/backup"
	"placeops/jobs"
	"placeops/store"
	"placeops/store/storetest"
	"placeops/uploads"
	"placeops/uploads/uploadstest"
)

func TestMain(m *testing.M) {
	uploadstest.SetKeys()
	storetest.Main(m)
}

const (
	patience = 30 * time.Second
	poll     = 5 * time.Millisecond
)

var quiet = slog.New(slog.DiscardHandler)

// office is an installation of the tests.
type office struct {
	backup.Installation
	t *testing.T
}

// newOffice is a new installation whose tables are there and empty.
func newOffice(t *testing.T) *office {
	t.Helper()
	return officeAt(t, storetest.URL(t))
}

// bareOffice has a database without any table.
func bareOffice(t *testing.T) *office {
	t.Helper()
	return officeAt(t, storetest.EmptyURL(t))
}

func officeAt(t *testing.T, url string) *office {
	t.Helper()
	files, err := uploads.Open(t.Context(), filepath.Join(t.TempDir(), "uploads"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	return &office{t: t, Installation: backup.Installation{Pool: storetest.Open(t, url), Uploads: files, Migrator: migrator}}
}

func migrator(pool *pgxpool.Pool) (*store.Migrator, error) {
	schema, err := jobs.NewSchema(pool, quiet)
	return store.NewMigrator(pool, schema), err
}

func (o *office) execute(statement string, args ...any) {
	o.t.Helper()
	_, err := o.Pool.Exec(o.t.Context(), statement, args...)
	require.NoError(o.t, err, statement)
}

func (o *office) query(query string, into ...any) {
	o.t.Helper()
	require.NoError(o.t, o.Pool.QueryRow(o.t.Context(), query).Scan(into...), query)
}

// save stores a file, as an upload does.
func (o *office) save(kind uploads.Kind, content string) string {
	o.t.Helper()
	key, _, err := o.Uploads.Save(o.t.Context(), kind, strings.NewReader(content), 1<<30)
	require.NoError(o.t, err)
	return key
}

// files are all files of the store, with their content.
func (o *office) files() map[string]string {
	o.t.Helper()
	found := map[string]string{}
	period := uploads.Period{To: time.Now().Add(time.Hour)}
	require.NoError(o.t, o.Uploads.StoredWithin(o.t.Context(), period, 10, func(keys []string) error {
		for _, key := range keys {
			object, err := o.Uploads.Open(o.t.Context(), key)
			require.NoError(o.t, err)
			content, err := io.ReadAll(object)
			require.NoError(o.t, err)
			require.NoError(o.t, object.Close())
			found[key] = string(content)
		}
		return nil
	}))
	return found
}

// contents are those of the database, but for what a restore always changes.
func (o *office) contents() map[string]string {
	o.t.Helper()
	return storetest.ContentsButRestores(o.t, o.Pool, "tokens_valid_from")
}

// take takes an archive.
func (o *office) take() []byte {
	o.t.Helper()
	archive, summary := o.takeWith()
	require.Empty(o.t, summary.Missing)
	return archive
}

func (o *office) takeWith() ([]byte, backup.Summary) {
	o.t.Helper()
	var archive bytes.Buffer
	summary, err := backup.Take(o.t.Context(), o.Installation, "v-test", &archive)
	require.NoError(o.t, err)
	require.EqualValues(o.t, archive.Len(), summary.Size)
	return archive.Bytes(), summary
}

func poolOf(t *testing.T, cfg *pgxpool.Config) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

var nobody = func(context.Context, store.DBTX) (bool, error) { return false, nil }

// restore restores an archive.
func (o *office) restore(archive []byte, replace bool) (backup.Restored, error) {
	o.t.Helper()
	return o.restoreWith(archive, backup.Options{Replace: replace, InUse: nobody})
}

func (o *office) restoreWith(archive []byte, options backup.Options) (backup.Restored, error) {
	o.t.Helper()
	return backup.Restore(o.t.Context(), o.Installation, bytes.NewReader(archive), options)
}

// state is everything that a failed restore may not change.
type state struct {
	contents map[string]string
	schema   []string
	files    map[string]string
}

func (o *office) state() state {
	o.t.Helper()
	return state{storetest.Contents(o.t, o.Pool), storetest.Schema(o.t, o.Pool), o.files()}
}

// requireTrail requires that the audit trail is whole, goes on, and ends with the restore.
func (o *office) requireTrail(takenAt time.Time) {
	o.t.Helper()
	require.NoError(o.t, store.SealAudit(o.t.Context(), o.Pool))
	report, err := store.VerifyAudit(o.t.Context(), o.Pool, "")
	require.NoError(o.t, err)
	require.Empty(o.t, report.Faults)
	lines, err := store.AuditLines(o.t.Context(), o.Pool, store.AuditFilter{}, nil, 1)
	require.NoError(o.t, err)
	require.Equal(o.t, "restored", lines[0].Change)
	require.Contains(o.t, string(lines[0].After["taken_at"]), takenAt.UTC().Format("2006-01-02T15:04:05"))
	o.execute("UPDATE users SET name = 'Changed after the restore' WHERE user_id = 1")
	require.NoError(o.t, store.SealAudit(o.t.Context(), o.Pool))
	report, err = store.VerifyAudit(o.t.Context(), o.Pool, report.Anchor)
	require.NoError(o.t, err)
	require.Empty(o.t, report.Faults)
	require.Greater(o.t, report.Entries, lines[0].AuditID)
}
