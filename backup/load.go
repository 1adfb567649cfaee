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

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/store"
	"placeops/uploads"
)

// fill makes the tables as they were when the archive was taken and puts the archive's rows into them, and its files into
// the store.
func (r *restoring) fill(ctx context.Context, pool *pgxpool.Pool, archive io.Reader) error {
	migrator, err := r.Migrator(pool)
	if err != nil {
		return err
	}
	if _, err := migrator.UpTo(ctx, r.versions()); err != nil {
		return err
	}
	return store.InTx(ctx, pool, func(tx pgx.Tx) error {
		l := &loading{restoring: r, ctx: ctx, tx: tx}
		_, err := read(ctx, archive, &r.Index, l)
		if err != nil {
			return err
		}
		return l.finish()
	})
}

// loading is the visitor that restores what it is shown.
type loading struct {
	*restoring
	ctx   context.Context //nolint:containedctx // a visitor lives for one call
	tx    pgx.Tx
	keys  []store.SchemaForeignKey
	known map[string]bool // the tables to fill
	rows  map[string]int64
	files int
}

// manifest empties the tables, some of which a migration has put rows into, and takes their foreign keys off: tables refer
// to each other in circles, so there is no order in which they could be filled.
func (l *loading) manifest(m Manifest) error {
	tables, err := store.SchemaTables(l.ctx, l.tx)
	if err != nil {
		return err
	}
	if err := l.compare(m.Tables, tables); err != nil {
		return err
	}
	if l.keys, err = store.SchemaForeignKeys(l.ctx, l.tx); err != nil {
		return err
	}
	if err := l.setTriggers("DISABLE"); err != nil {
		return err
	}
	for _, key := range l.keys {
		if err := l.execute("ALTER TABLE %s DROP CONSTRAINT %s", quoted(key.TableName), quoted(key.Name)); err != nil {
			return err
		}
	}
	names := make([]string, 0, len(tables))
	for _, table := range tables {
		names = append(names, quoted(table.Name))
	}
	if err := l.execute("TRUNCATE %s", strings.Join(names, ", ")); err != nil {
		return err
	}
	return l.setSequences(m.Sequences)
}

// compare makes sure that every table gets its rows. A table that placeops does not know was made by somebody else; it
// does not keep the rest from being restored.
func (l *loading) compare(archived []Table, here []store.SchemaTable) error {
	l.known, l.rows = map[string]bool{}, map[string]int64{}
	columns := map[string][]string{}
	for _, table := range archived {
		columns[table.Name] = slices.Sorted(slices.Values(table.Columns))
	}
	for _, table := range here {
		wanted := slices.Sorted(slices.Values(table.Columns))
		found, ok := columns[table.Name]
		if !ok {
			return fmt.Errorf("the archive has no table %s, which schema %d needs: it cannot be restored", table.Name, l.Schema)
		}
		if !slices.Equal(wanted, found) {
			return fmt.Errorf("table %s has the columns %s in the archive and %s in schema %d of placeops: "+
				"somebody changed it by hand; change it back where the archive comes from, and take a new one",
				table.Name, strings.Join(found, ", "), strings.Join(wanted, ", "), l.Schema)
		}
		l.known[table.Name] = true
		delete(columns, table.Name)
	}
	l.Left = slices.Sorted(maps.Keys(columns))
	return nil
}

// setTriggers keeps triggers from taking what is restored for changes, whose trail is restored as well.
func (l *loading) setTriggers(change string) error {
	for table := range l.known {
		if err := l.execute("ALTER TABLE %s %s TRIGGER USER", quoted(table), change); err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) setSequences(sequences []Sequence) error {
	here, err := store.SchemaSequences(l.ctx, l.tx)
	if err != nil {
		return err
	}
	for _, sequence := range sequences {
		if !slices.Contains(here, sequence.Name) {
			continue // of a table that stays in the archive
		}
		_, err := l.tx.Exec(l.ctx, "SELECT setval($1::regclass, $2, $3)", quoted(sequence.Name), sequence.Last, sequence.Called)
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) chunk(table Table, rows []byte) error {
	if !l.known[table.Name] {
		return nil
	}
	tag, err := l.tx.Conn().PgConn().CopyFrom(l.ctx, bytes.NewReader(rows), "COPY "+target(table)+" FROM STDIN")
	if err != nil {
		return fmt.Errorf("table %s: %w", table.Name, err)
	}
	if want := int64(bytes.Count(rows, []byte{'\n'})); tag.RowsAffected() != want {
		return fmt.Errorf("table %s: the database took %d rows of %d", table.Name, tag.RowsAffected(), want)
	}
	l.rows[table.Name] += tag.RowsAffected()
	l.progress("%s: %d rows written", table.Name, l.rows[table.Name])
	return nil
}

func (l *loading) file(key string, content io.Reader) error {
	there, err := l.has(key)
	if err != nil {
		return err
	}
	if !there {
		l.added = append(l.added, key)
	}
	if err := l.Uploads.Put(l.ctx, key, content); err != nil {
		return err
	}
	l.files++
	l.progress("%d files written", l.files)
	return nil
}

func (l *loading) has(key string) (bool, error) {
	object, err := l.Uploads.Open(l.ctx, key)
	if errors.Is(err, uploads.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, object.Close()
}

// finish counts the rows and puts the foreign keys back, which checks what refers to what.
func (l *loading) finish() error {
	l.progress("checking what refers to what")
	for table := range l.known {
		var rows int64
		if err := l.tx.QueryRow(l.ctx, "SELECT count(*) FROM "+quoted(table)).Scan(&rows); err != nil {
			return err
		}
		if rows != l.rows[table] {
			return fmt.Errorf("table %s has %d rows, and the archive %d", table, rows, l.rows[table])
		}
	}
	if err := l.setTriggers("ENABLE"); err != nil {
		return err
	}
	for _, key := range l.keys {
		if err := l.execute("ALTER TABLE %s ADD CONSTRAINT %s %s", quoted(key.TableName), quoted(key.Name), key.Definition); err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) execute(form string, args ...any) error {
	_, err := l.tx.Exec(l.ctx, fmt.Sprintf(form, args...))
	return err
}
