package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/store"
)

// aside is the schema in which a restore builds what will then take the place of the old.
const aside = "placeops_restore"

// Options are what there is to decide about a restore.
type Options struct {
	// Replace allows to destroy what is in the database. Without it only an empty one is taken.
	Replace bool
	// InUse tells whether somebody works on the database, so that it must not be changed underneath.
	InUse func(context.Context, store.DBTX) (bool, error)
}

// Restored is what a restore did.
type Restored struct {
	Summary
	Steps []store.Step // migrations since the archive's schema
	Left  []string     // tables of the archive that placeops does not know, and that were left there
	// Destroyed are the tables that held data before, with their rows, and what placeops had not made.
	Destroyed []string
}

// Restore makes the database, and the uploads store, hold what an archive holds; files that the store has beside them
// stay. The archive is first read to its end. Everything is then built aside, migrated to this version and put in place of
// what was there in one transaction: after an error, or a crash, the database is as it was, and Restore can be repeated.
func Restore(ctx context.Context, to Installation, archive io.ReadSeeker, options Options) (Restored, error) {
	r := &restoring{Installation: to, options: options}
	if err := r.examine(ctx, archive); err != nil {
		return Restored{}, err
	}
	if err := r.refuse(ctx, to.Pool); err != nil {
		return Restored{}, err
	}
	if err := alone(ctx, to.Pool, func() error { return r.build(ctx, archive) }); err != nil {
		return Restored{}, explainRestore(err)
	}
	return r.Restored, nil
}

// restoring is a restore on its way.
type restoring struct {
	Installation
	Restored
	options Options
	added   []string // files that were not in the store before
}

// examine proves the archive and finds out whether this version can restore it.
func (r *restoring) examine(ctx context.Context, archive io.ReadSeeker) error {
	var err error
	r.progress("checking the archive")
	if r.Summary, err = Verify(ctx, archive); err != nil {
		return err
	}
	newest, err := r.newest(ctx)
	if err != nil {
		return err
	}
	if r.versions().NewerThan(newest) {
		return fmt.Errorf("the archive is newer than this placeops: it has schema %d (job queue %d), and schema %d (job queue %d) is the newest known here; restore it with placeops %s or newer",
			r.Schema, r.QueueSchema, newest.Schema, newest.Queue, r.Placeops)
	}
	_, err = archive.Seek(0, io.SeekStart)
	return err
}

func (r *restoring) newest(ctx context.Context) (store.Versions, error) {
	migrator, err := r.Migrator(r.Pool)
	if err != nil {
		return store.Versions{}, err
	}
	return migrator.Newest(ctx)
}

// restoreLock is the advisory lock of all restores: "restores" in ASCII.
const restoreLock = 0x726573746f726573

// alone runs fn while no other restore runs on the database.
func alone(ctx context.Context, pool *pgxpool.Pool, fn func() error) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	var held bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(restoreLock)).Scan(&held); err != nil {
		return err
	}
	if !held {
		return errors.New("another restore is working on this database: wait until it has ended")
	}
	defer func() { _ = conn.Conn().Close(context.WithoutCancel(ctx)) }() // the lock goes with its session
	return fn()
}

// build makes everything aside and swaps it in. What it made is gone again when it fails.
func (r *restoring) build(ctx context.Context, archive io.Reader) error {
	if _, err := r.clearAside(ctx); err != nil { // left by one that was killed
		return err
	}
	if _, err := r.Pool.Exec(ctx, "CREATE SCHEMA "+aside); err != nil {
		return fmt.Errorf("restore builds in a schema of its own, which cannot be made: %w", err)
	}
	err := r.makeAside(ctx, archive)
	if err == nil {
		err = r.swap(ctx)
	}
	if err == nil {
		return nil
	}
	swapped, undone := r.undo(ctx)
	if swapped {
		return nil // only the answer was lost
	}
	return errors.Join(err, undone)
}

func (r *restoring) makeAside(ctx context.Context, archive io.Reader) error {
	pool, err := openAside(ctx, r.Pool)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := r.fill(ctx, pool, archive); err != nil {
		return err
	}
	return r.modernise(ctx, pool)
}

// openAside returns a pool that works in the schema aside.
func openAside(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Pool, error) {
	cfg := pool.Config()
	cfg.ConnConfig.RuntimeParams["search_path"] = aside
	prepare := cfg.AfterConnect
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if prepare != nil {
			if err := prepare(ctx, conn); err != nil {
				return err
			}
		}
		return store.SetPortably(ctx, conn)
	}
	return pgxpool.NewWithConfig(ctx, cfg)
}

// modernise brings what was restored to this version and makes it fit to be worked with.
func (r *restoring) modernise(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := r.Migrator(pool)
	if err != nil {
		return err
	}
	if r.Steps, err = migrator.Up(ctx); err != nil {
		return err
	}
	r.progress("refreshing what is derived")
	err = store.InTx(ctx, pool, func(tx pgx.Tx) error {
		if err := settle(ctx, tx, r.TakenAt); err != nil {
			return err
		}
		return refreshViews(ctx, tx)
	})
	if err != nil {
		return err
	}
	return analyze(ctx, pool)
}

func refreshViews(ctx context.Context, tx pgx.Tx) error {
	views, err := store.SchemaMaterializedViews(ctx, tx)
	if err != nil {
		return err
	}
	for _, view := range views {
		if _, err := tx.Exec(ctx, "REFRESH MATERIALIZED VIEW "+quoted(view)); err != nil {
			return err
		}
	}
	return nil
}

// analyze tells the server how large everything is, so that the first queries are as fast as later ones.
func analyze(ctx context.Context, pool *pgxpool.Pool) error {
	tables, err := store.SchemaTables(ctx, pool)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(tables))
	for _, table := range tables {
		names = append(names, quoted(table.Name))
	}
	_, err = pool.Exec(ctx, "ANALYZE "+strings.Join(names, ", "))
	return err
}

// undoTime bounds the cleaning up after a failure.
const undoTime = time.Minute

// undo removes what a restore has made that failed; the context's end is one way to fail. If nothing is aside any more, it
// has been put in place, and nothing is removed.
func (r *restoring) undo(ctx context.Context) (swapped bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	there, err := r.clearAside(ctx)
	if err != nil {
		return false, fmt.Errorf("what was built aside could not be removed; the next restore does that: %w", err)
	}
	for _, key := range r.added {
		if there {
			err = errors.Join(err, r.Uploads.Delete(ctx, key))
		}
	}
	return !there, err
}

// clearAside tells whether there was something.
func (r *restoring) clearAside(ctx context.Context) (there bool, err error) {
	err = store.InTx(ctx, r.Pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT to_regnamespace($1) IS NOT NULL", aside).Scan(&there); err != nil || !there {
			return err
		}
		_, err := tx.Exec(ctx, "DROP SCHEMA "+aside+" CASCADE")
		return err
	})
	return there, err
}
