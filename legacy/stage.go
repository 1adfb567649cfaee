package legacy

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// stage brings the rows of the earlier system, as they are, into temporary tables.
func (i *importing) stage(ctx context.Context) error {
	if err := i.execute(ctx, findingsTable); err != nil {
		return err
	}
	if err := i.findMalformed(ctx); err != nil {
		return err
	}
	for _, t := range tables {
		i.progress("reading " + t.name)
		if err := i.stageTable(ctx, t); err != nil {
			return fmt.Errorf("table %s of the earlier system: %w", t.name, err)
		}
	}
	return nil
}

// findMalformed looks at the source: the temporary tables could not hold such values.
func (i *importing) findMalformed(ctx context.Context) error {
	for _, t := range tables {
		err := i.source.malformed(ctx, t, func(key, column, value, why string) error {
			_, err := i.tx.Exec(ctx, "INSERT INTO legacy_findings (kind, source_table, key, field, was, why) VALUES ('refused', $1, $2, $3, $4, $5)",
				t.name, key, column, value, why)
			return err
		})
		if err != nil {
			return fmt.Errorf("table %s of the earlier system: %w", t.name, err)
		}
	}
	return i.stopIfRefused(ctx)
}

func (i *importing) stageTable(ctx context.Context, t table) error {
	columns := make([]string, len(t.columns))
	for n, c := range t.columns {
		columns[n] = quoted(c.name) + " " + c.form.stage
	}
	if err := i.execute(ctx, fmt.Sprintf("CREATE TEMP TABLE %s (%s) ON COMMIT DROP", t.staged(), strings.Join(columns, ", "))); err != nil {
		return err
	}
	if i.source.columns[t.name] == nil {
		return nil
	}
	rows, err := i.copyRows(ctx, t)
	if err != nil {
		return err
	}
	i.report.Tables = append(i.report.Tables, TableReport{Name: t.name, Read: rows})
	if err := i.compareCopy(ctx, t); err != nil {
		return err
	}
	return i.execute(ctx, "ANALYZE "+t.staged())
}

// copyRows streams: no more of a table is in memory than what is on its way.
func (i *importing) copyRows(ctx context.Context, t table) (int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reader, writer := io.Pipe()
	read := make(chan error, 1)
	go func() {
		err := i.source.copyTo(ctx, t, writer)
		writer.CloseWithError(err)
		read <- err
	}()
	tag, err := i.tx.Conn().PgConn().CopyFrom(ctx, reader, "COPY "+t.staged()+" FROM STDIN")
	reader.CloseWithError(err)
	if readErr := <-read; readErr != nil {
		return 0, readErr
	}
	return tag.RowsAffected(), err
}

// compareCopy proves that every row has arrived as it was, by a checksum that each server makes.
func (i *importing) compareCopy(ctx context.Context, t table) error {
	there, err := i.source.sum(ctx, t)
	if err != nil {
		return err
	}
	var here rowsSum
	if err := i.tx.QueryRow(ctx, sumSQL(t, t.staged())).Scan(&here.rows, &here.sum); err != nil {
		return err
	}
	if there != here {
		return fmt.Errorf("%d rows with checksum %s were sent and %d with %s have arrived", there.rows, there.sum, here.rows, here.sum)
	}
	return nil
}

// judge finds everything that does not fit, and works out what placeops must hold afterwards.
func (i *importing) judge(ctx context.Context) error {
	i.progress("looking at every row")
	steps := sqlOf(keys(), peopleRules, driveRules)
	steps = append(steps, stateTable, makeTable(wantedUsers), makeTable(wantedStudents), makeTable(wantedDomains))
	steps = append(steps, sqlOf(placeRules)...)
	steps = append(steps, makeTable(wantedDrives), makeTable(wantedRegistrations), makeTable(wantedSelections), makeTable(wantedAttendance),
		countsSQL, "ANALYZE legacy_want_registrations, legacy_want_attendance, legacy_state", figuresTable)
	steps = append(steps, sqlOf(resultRules, noticeRules)...)
	steps = append(steps, makeTable(wantedResults), makeTable(wantedNotices), makeTable(wantedReads))
	for _, step := range steps {
		if err := i.execute(ctx, step); err != nil {
			return fmt.Errorf("looking at the rows: %w", err)
		}
	}
	return i.stopIfRefused(ctx)
}

func sqlOf(lists ...[]rule) (statements []string) {
	for _, list := range lists {
		for _, r := range list {
			statements = append(statements, r.sql())
		}
	}
	return statements
}

func makeTable(w wanted) string {
	return "CREATE TEMP TABLE " + w.name() + " ON COMMIT DROP AS " + w.query
}

// stopIfRefused ends the import when something was found that a person has to mend.
func (i *importing) stopIfRefused(ctx context.Context) error {
	var refusals int64
	if err := i.tx.QueryRow(ctx, "SELECT count(*) FROM legacy_findings WHERE kind = 'refused'").Scan(&refusals); err != nil || refusals == 0 {
		return err
	}
	if err := i.conclude(ctx); err != nil {
		return err
	}
	return RefusedError{Rows: refusals}
}
