package legacy

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// verify compares every row and field that the database now holds with what was wanted, and the numbers of rows with the
// report, in the transaction that wrote them.
func (i *importing) verify(ctx context.Context) error {
	for _, w := range order {
		i.progress("comparing " + w.table)
		different, err := i.differences(ctx, w)
		if err != nil {
			return fmt.Errorf("comparing %s: %w", w.table, err)
		}
		if len(different) > 0 {
			return fmt.Errorf("nothing was imported: table %s does not hold what was written: %s", w.table, strings.Join(different, "; "))
		}
	}
	return i.account()
}

// named is how many differences an error names.
const named = 5

func (i *importing) differences(ctx context.Context, w wanted) ([]string, error) {
	var same, fields, key []string
	for _, k := range w.key {
		same = append(same, fmt.Sprintf("w.%s = t.%s", k, k))
		key = append(key, fmt.Sprintf("'%s ' || COALESCE(w.%s, t.%s)", k, k, k))
	}
	for _, c := range w.columns {
		fields = append(fields, fmt.Sprintf("CASE WHEN w.%s IS DISTINCT FROM t.%s THEN '%s' END", c, c, c))
	}
	rows, err := i.tx.Query(ctx, fmt.Sprintf(`
SELECT concat_ws(', ', %s) || CASE WHEN t.%s IS NULL THEN ' is missing' WHEN w.%s IS NULL THEN ' is too many' ELSE ': ' || d.fields END
FROM %s w
FULL JOIN %s t ON %s
CROSS JOIN LATERAL (SELECT concat_ws(', ', %s) AS fields) d
WHERE d.fields <> '' OR w.%s IS NULL OR t.%s IS NULL
LIMIT %d`, strings.Join(key, ", "), w.key[0], w.key[0], w.name(), w.table, strings.Join(same, " AND "), strings.Join(fields, ", "), w.key[0], w.key[0], named))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// account makes sure that each row that was read is written, or is left out with a reason. Where rows of two tables meet in
// one (who is eligible, who was selected) there is no such sum; those were compared row by row.
func (i *importing) account() error {
	for _, t := range i.report.Tables {
		if len(t.Into) == 0 || t.Name == "drive_eligibility_results" {
			continue
		}
		if wrote, want := t.Into[0].Rows, t.Read-t.LeftOut+t.Added; wrote != want {
			return fmt.Errorf("nothing was imported: %s has %d rows, %d left out and %d added, and %s has got %d",
				t.Name, t.Read, t.LeftOut, t.Added, t.Into[0].Table, wrote)
		}
	}
	return nil
}
