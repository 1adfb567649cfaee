package legacy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/store"
	"placeops/uploads"
)

// Options are what there is to decide about an import.
type Options struct {
	From   string         // the earlier system's database
	Files  string         // its folder uploads; "" leaves the PDF files out
	Zone   *time.Location // what its timestamps mean
	DryRun bool           // do everything, and then nothing
	// InUse tells whether somebody works on placeops' database, so that it must not be changed underneath.
	InUse    func(context.Context, store.DBTX) (bool, error)
	Progress func(did string)
}

// importing is an import on its way.
type importing struct {
	Options
	source  *source
	uploads *uploads.Store
	tx      pgx.Tx
	report  Report
	saved   []string // files that are to go again when it fails
}

// errDry ends the transaction of a dry run.
var errDry = errors.New("a dry run")

// Import copies the earlier system's data into an empty database, all or nothing, and proves that it is there before it
// commits. The report says what was found also when nothing was imported.
func Import(ctx context.Context, pool *pgxpool.Pool, files *uploads.Store, options Options) (Report, error) {
	from, err := openSource(ctx, options.From)
	if err != nil {
		return Report{}, err
	}
	defer from.close(ctx)
	i := &importing{Options: options, source: from, uploads: files, report: Report{DryRun: options.DryRun, Unread: from.unread()}}
	ctx = store.WithActing(ctx, store.Acting{Operation: "import-legacy"})
	err = store.InTx(ctx, pool, func(tx pgx.Tx) error {
		i.tx = tx
		return i.run(ctx)
	})
	if err != nil {
		err = errors.Join(err, i.removeFiles(ctx))
	}
	if errors.Is(err, errDry) {
		return i.report, nil
	}
	if err != nil {
		return i.report, err
	}
	return i.report, i.tellPlanner(ctx, pool)
}

func (i *importing) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		i.refuse, i.prepare, i.stage, i.judge, i.bringFiles, i.conclude, i.write, i.verify, i.finish,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// refuse keeps everybody else out and makes sure that nothing is there yet.
func (i *importing) refuse(ctx context.Context) error {
	inUse, err := i.InUse(ctx, i.tx)
	if err != nil {
		return err
	}
	if inUse {
		return errors.New("placeops serve is working on this database: stop it, import, and start it again")
	}
	if err := store.KeepMigrationsAway(ctx, i.tx); err != nil {
		return err
	}
	if err := i.execute(ctx, "LOCK TABLE users, students, job_domains, drives, notices IN SHARE ROW EXCLUSIVE MODE"); err != nil {
		return err
	}
	found, err := store.Contents(ctx, i.tx)
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("this database holds data (%s): import into an empty one (another DATABASE_URL or PLACEOPS_DATA_DIR)", strings.Join(found, ", "))
	}
	return err
}

// prepare makes timestamps without a zone those of the office. What a dry run takes from the trail's numbers goes back.
func (i *importing) prepare(ctx context.Context) error {
	if err := store.SetPortablyInTx(ctx, i.tx); err != nil {
		return err
	}
	if _, err := i.tx.Exec(ctx, "SELECT set_config('timezone', $1, true)", i.Zone.String()); err != nil {
		return err
	}
	if !i.DryRun {
		return nil
	}
	var next int64
	if err := i.tx.QueryRow(ctx, "SELECT last_value + is_called::integer FROM audit_entries_audit_id_seq").Scan(&next); err != nil {
		return err
	}
	return i.execute(ctx, fmt.Sprintf("ALTER SEQUENCE audit_entries_audit_id_seq RESTART WITH %d", next))
}

// write puts everything in its place. The domains of a new installation make room for the office's own.
func (i *importing) write(ctx context.Context) error {
	if err := i.execute(ctx, "DELETE FROM job_domains"); err != nil {
		return err
	}
	for _, w := range order {
		i.progress("writing " + w.table)
		rows, err := i.insert(ctx, w)
		if err != nil {
			return fmt.Errorf("table %s: %w", w.table, err)
		}
		i.report.written(w, rows)
		if w.identity == "" {
			continue
		}
		if err := i.goOnAbove(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func (i *importing) insert(ctx context.Context, w wanted) (rows int64, err error) {
	columns := strings.Join(w.all(), ", ")
	statement := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s", w.table, columns, columns, w.name())
	if w.table != "registrations" {
		tag, err := i.tx.Exec(ctx, statement)
		return tag.RowsAffected(), err
	}
	// A drive at a time: each becomes one entry of the audit trail.
	drives, err := i.numbers(ctx, "SELECT DISTINCT drive_id FROM "+w.name()+" ORDER BY 1")
	for _, drive := range drives {
		tag, err := i.tx.Exec(ctx, statement+" WHERE drive_id = $1 ORDER BY registration_id", drive)
		if err != nil {
			return 0, err
		}
		rows += tag.RowsAffected()
	}
	return rows, err
}

func (i *importing) numbers(ctx context.Context, query string) ([]int64, error) {
	rows, err := i.tx.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// goOnAbove makes new rows get ids above those that were written. Unlike setval this is undone with the transaction.
func (i *importing) goOnAbove(ctx context.Context, w wanted) error {
	var next int64
	if err := i.tx.QueryRow(ctx, fmt.Sprintf("SELECT COALESCE(max(%s), 0) + 1 FROM %s", w.identity, w.table)).Scan(&next); err != nil {
		return err
	}
	return i.execute(ctx, fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s RESTART WITH %d", w.table, w.identity, next))
}

func (i *importing) finish(ctx context.Context) error {
	if _, err := store.RefreshAnalytics(ctx, i.tx, time.Now()); err != nil {
		return err
	}
	if i.DryRun {
		return errDry
	}
	return nil
}

// tellPlanner is for after the commit: the import is whole without it.
func (i *importing) tellPlanner(ctx context.Context, pool *pgxpool.Pool) error {
	for _, t := range i.report.Tables {
		for _, into := range t.Into {
			if err := store.TellPlanner(ctx, pool, into.Rows, into.Table); err != nil {
				return fmt.Errorf("everything was imported, and then: %w", err)
			}
		}
	}
	return nil
}

func (i *importing) execute(ctx context.Context, statement string) error {
	if _, err := i.tx.Exec(ctx, statement); err != nil {
		return err
	}
	return nil
}

func (i *importing) progress(did string) {
	if i.Progress != nil {
		i.Progress(did)
	}
}
