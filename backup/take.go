package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/store"
	"placeops/uploads"
)

// chunkSize is about how much of a table's rows makes one entry. One is held in memory at a time.
const chunkSize = 1 << 20

// Installation is a database and the files that belong to it.
type Installation struct {
	Pool    *pgxpool.Pool
	Uploads *uploads.Store
	// Migrator makes the migrator of a database.
	Migrator func(*pgxpool.Pool) (*store.Migrator, error)
	// Progress, if given, is told what has been done, often.
	Progress func(did string)
}

func (i Installation) progress(form string, args ...any) {
	if i.Progress != nil {
		i.Progress(fmt.Sprintf(form, args...))
	}
}

// Take writes an archive of everything that is committed when it begins, while people work. The rows are read in one
// transaction, which sees one moment. The files are read after it, so that none is missing that the rows refer to; one that
// was removed in between is named in the summary. What to holds is an archive once Take has returned without an error.
func Take(ctx context.Context, from Installation, version string, to io.Writer) (Summary, error) {
	archive, err := newWriter(to)
	if err != nil {
		return Summary{}, err
	}
	defer archive.abandon()
	t := &taking{Installation: from, writer: archive, referenced: map[string]bool{}}
	t.manifest = Manifest{Format: format, Placeops: version}
	summary, err := t.all(ctx)
	return summary, explain(err)
}

// taking is an archive while it is taken.
type taking struct {
	Installation
	*writer
	manifest   Manifest
	referenced map[string]bool // files that the rows refer to and that are not in the archive yet
}

func (t *taking) all(ctx context.Context) (Summary, error) {
	if err := store.WithoutMigrations(ctx, t.Pool, func() error { return t.database(ctx) }); err != nil {
		return Summary{}, err
	}
	if err := t.files(ctx); err != nil {
		return Summary{}, err
	}
	t.index.Missing = slices.Sorted(maps.Keys(t.referenced))
	summary, err := t.finish()
	summary.Manifest = t.manifest
	return summary, err
}

func (t *taking) database(ctx context.Context) error {
	if err := t.readVersions(ctx); err != nil {
		return err
	}
	return store.InTx(ctx, store.Snapshot{Pool: t.Pool}, func(tx pgx.Tx) error {
		if err := store.SetPortablyInTx(ctx, tx); err != nil {
			return err
		}
		if err := t.describe(ctx, tx); err != nil {
			return err
		}
		if err := t.addJSON(manifestName, t.manifest); err != nil {
			return err
		}
		for _, table := range t.manifest.Tables {
			if err := t.rows(ctx, tx, table); err != nil {
				return fmt.Errorf("table %s: %w", table.Name, err)
			}
		}
		return t.readReferences(ctx, tx)
	})
}

// errNothingHere is a database that placeops has never worked in.
var errNothingHere = errors.New("there is nothing to back up: this database has no tables of placeops; check DATABASE_URL or PLACEOPS_DATA_DIR")

// gooseTable is there once a database has been migrated.
const gooseTable = "goose_db_version"

func (t *taking) readVersions(ctx context.Context) error {
	tables, err := store.SchemaTables(ctx, t.Pool)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(tables, func(table store.SchemaTable) bool { return table.Name == gooseTable }) {
		return errNothingHere
	}
	migrator, err := t.Migrator(t.Pool)
	if err != nil {
		return err
	}
	current, err := migrator.Current(ctx)
	if err == nil && (current.Schema == 0 || current.Queue == 0) {
		err = errNothingHere
	}
	t.manifest.Schema, t.manifest.QueueSchema = current.Schema, current.Queue
	return err
}

func (t *taking) describe(ctx context.Context, tx pgx.Tx) error {
	var err error
	if t.manifest.Postgres, t.manifest.TakenAt, err = store.ServerMoment(ctx, tx); err != nil {
		return err
	}
	t.at = t.manifest.TakenAt.Truncate(time.Second)
	tables, err := store.SchemaTables(ctx, tx)
	if err != nil {
		return err
	}
	for _, table := range tables {
		t.manifest.Tables = append(t.manifest.Tables, Table(table))
	}
	sequences, err := store.SchemaSequences(ctx, tx)
	if err != nil {
		return err
	}
	for _, name := range sequences {
		// A sequence belongs to no transaction: it may be further on than the rows, never behind them.
		sequence := Sequence{Name: name}
		row := tx.QueryRow(ctx, "SELECT last_value, is_called FROM "+quoted(name))
		if err := row.Scan(&sequence.Last, &sequence.Called); err != nil {
			return err
		}
		t.manifest.Sequences = append(t.manifest.Sequences, sequence)
	}
	return nil
}

func (t *taking) rows(ctx context.Context, tx pgx.Tx, table Table) error {
	chunks := &chunks{taking: t, table: table.Name}
	if _, err := tx.Conn().PgConn().CopyTo(ctx, chunks, "COPY "+target(table)+" TO STDOUT"); err != nil {
		return err
	}
	return chunks.flush()
}

// chunks makes entries of a table's rows.
type chunks struct {
	*taking
	table string
	held  bytes.Buffer
	n     int
	total int64
}

// Write gets a row at a time, each with its line end; a line end within a value is written in another way.
func (c *chunks) Write(p []byte) (int, error) {
	c.held.Write(p)
	if c.held.Len() >= chunkSize && bytes.HasSuffix(p, []byte{'\n'}) {
		return len(p), c.flush()
	}
	return len(p), nil
}

func (c *chunks) flush() error {
	if c.held.Len() == 0 {
		return nil
	}
	c.n++
	rows := int64(bytes.Count(c.held.Bytes(), []byte{'\n'}))
	c.total += rows
	err := c.add(chunkName(c.table, c.n), int64(c.held.Len()), rows, &c.held)
	c.progress("%s: %d rows read", c.table, c.total)
	return err
}

// readReferences notes the files that the rows refer to.
func (t *taking) readReferences(ctx context.Context, tx pgx.Tx) error {
	columns, err := store.SchemaFileColumns(ctx, tx)
	if err != nil {
		return err
	}
	for _, column := range columns {
		rows, err := tx.Query(ctx, fmt.Sprintf("SELECT %[1]s FROM %[2]s WHERE %[1]s <> ''", quoted(column.Name), quoted(column.TableName)))
		if err != nil {
			return err
		}
		keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, key := range keys {
			t.referenced[key] = true
		}
	}
	return nil
}

// anyTime holds every file, with any clock.
var anyTime = uploads.Period{To: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}

func (t *taking) files(ctx context.Context) error {
	count := 0
	return t.Uploads.StoredWithin(ctx, anyTime, 500, func(keys []string) error {
		for _, key := range keys {
			if err := t.file(ctx, key); err != nil {
				return err
			}
			count++
			t.progress("%d files read", count)
		}
		return nil
	})
}

// file copies a file, unless it has been removed since it was listed.
func (t *taking) file(ctx context.Context, key string) error {
	object, err := t.Uploads.Open(ctx, key)
	if errors.Is(err, uploads.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = object.Close() }()
	if err := t.add(filesFolder+key, object.Size(), 0, contextReader{ctx, object}); err != nil {
		return err
	}
	delete(t.referenced, key)
	return nil
}

// quoted is a name as SQL takes it.
func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// target is a table with its columns, as COPY takes them.
func target(table Table) string {
	columns := make([]string, 0, len(table.Columns))
	for _, column := range table.Columns {
		columns = append(columns, quoted(column))
	}
	return quoted(table.Name) + " (" + strings.Join(columns, ", ") + ")"
}
