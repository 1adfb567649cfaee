package legacy

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/jackc/pgx/v5"
)

// Report is what an import read, found and wrote.
type Report struct {
	DryRun   bool
	Tables   []TableReport
	Findings []Finding
	Unread   []string // tables and columns that have no place here
	Files    int      // PDF files
}

// TableReport is about a table of the earlier system, and what was written of it.
type TableReport struct {
	Name                           string
	Read, Repaired, LeftOut, Added int64
	Into                           []Written
}

// Written is how many rows a table of placeops has got.
type Written struct {
	Table string
	Rows  int64
}

// Finding is a row that does not fit, and what was done about it.
type Finding struct {
	Kind, Table, Key, Field, Was, Becomes, Why string
	Rows                                       int64
}

// RefusedError says that nothing was imported, for reasons that the report names.
type RefusedError struct{ Rows int64 }

func (e RefusedError) Error() string {
	return fmt.Sprintf("nothing was imported: %d values or rows of the earlier system do not fit; mend what the report calls refused, and import again", e.Rows)
}

func (r *Report) table(name string) *TableReport {
	for n := range r.Tables {
		if r.Tables[n].Name == name {
			return &r.Tables[n]
		}
	}
	r.Tables = append(r.Tables, TableReport{Name: name}) // the earlier system has no such table
	return &r.Tables[len(r.Tables)-1]
}

func (r *Report) written(w wanted, rows int64) {
	if t := r.table(w.source); t.Read > 0 || rows > 0 {
		t.Into = append(t.Into, Written{w.table, rows})
	}
}

// conclude reads the findings into the report.
func (i *importing) conclude(ctx context.Context) error {
	rows, err := i.tx.Query(ctx, `
SELECT kind, source_table, key, COALESCE(field, ''), COALESCE(was, ''), COALESCE(becomes, ''), why, rows
FROM legacy_findings ORDER BY finding_id`)
	if err != nil {
		return err
	}
	i.report.Findings, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Finding])
	for _, f := range i.report.Findings {
		switch t := i.report.table(f.Table); f.Kind {
		case repaired:
			t.Repaired += f.Rows
		case leftOut:
			t.LeftOut += f.Rows
		case added:
			t.Added += f.Rows
		}
	}
	return err
}

// Print writes the report for a person: the sums, then each finding.
func (r Report) Print(out io.Writer) error {
	lines := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(lines, "table\tread\trepaired\tleft out\tadded\twritten")
	for _, t := range r.Tables {
		into := make([]string, len(t.Into))
		for n, w := range t.Into {
			into[n] = fmt.Sprintf("%s %d", w.Table, w.Rows)
		}
		fmt.Fprintf(lines, "%s\t%d\t%d\t%d\t%d\t%s\n", t.Name, t.Read, t.Repaired, t.LeftOut, t.Added, strings.Join(into, ", "))
	}
	if err := lines.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "PDF files: %d\n", r.Files)
	for _, f := range r.Findings {
		fmt.Fprintln(out, f)
	}
	if len(r.Unread) > 0 {
		fmt.Fprintln(out, "not read, for want of a place here:", strings.Join(r.Unread, ", "))
	}
	return nil
}

// String is one line, whatever the values hold.
func (f Finding) String() string {
	what := f.Table
	if f.Key != "" {
		what += " " + f.Key
	}
	if f.Rows != 1 {
		what += fmt.Sprintf(" (%d rows)", f.Rows)
	}
	line := fmt.Sprintf("%-8s  %s: ", f.Kind, what)
	if f.Field != "" {
		line += fmt.Sprintf("%s %q ", f.Field, f.Was)
	} else if f.Was != "" {
		line += fmt.Sprintf("%q ", f.Was)
	}
	line += f.Why
	if f.Kind == repaired {
		line += fmt.Sprintf("; it becomes %q", f.Becomes)
	}
	return line
}
