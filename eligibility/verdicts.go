package eligibility

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"placeops/store"
)

// Verdicts is Verdict for many candidates in one statement, by the criteria that are kept on the drives. The answer has no
// entry for who fails nothing; candidates must be students, and drives must hold the drive of each.
func Verdicts(ctx context.Context, db DB, drives map[int64]store.Drive, candidates []store.Candidate) (map[store.Candidate][]Failure, error) {
	driveIDs, studentIDs := make([]int64, len(candidates)), make([]int64, len(candidates))
	for i, c := range candidates {
		driveIDs[i], studentIDs[i] = c.DriveID, c.StudentID
	}
	rows, err := db.Query(ctx, verdictsSQL, driveIDs, studentIDs)
	if err != nil {
		return nil, fmt.Errorf("verdicts: %w", err)
	}
	failed := map[store.Candidate][]Failure{}
	var c store.Candidate
	var position int
	var actual []byte
	_, err = pgx.ForEachRow(rows, []any{&c.DriveID, &c.StudentID, &position, &actual}, func() error {
		r := rules[position]
		failure, err := demand{rule: r, needed: r.needed(Of(drives[c.DriveID]))}.failure(actual)
		failed[c] = append(failed[c], failure)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("verdicts: %w", err)
	}
	return failed, nil
}

// verdictsSQL asks the drives' own columns, which have the names of the rules, for what is needed.
var verdictsSQL = `
SELECT candidate.drive_id, candidate.student_id, judged.position, judged.actual
FROM unnest($1::bigint[], $2::bigint[]) AS candidate (drive_id, student_id)
JOIN drives d USING (drive_id)
JOIN students s USING (student_id)
JOIN users u ON u.user_id = s.student_id
CROSS JOIN LATERAL (VALUES
    ` + strings.Join(judgements(), ",\n    ") + `
) AS judged (position, actual, passes)
WHERE judged.passes IS NOT TRUE
ORDER BY candidate.drive_id, candidate.student_id, judged.position`

func judgements() []string {
	lines := make([]string, len(rules))
	for i, r := range rules {
		passes := r.condition("d." + r.name)
		if strings.Contains(r.passes, "{needed}") {
			passes = fmt.Sprintf("(d.%s IS NULL OR %s)", r.name, passes)
		}
		lines[i] = fmt.Sprintf("(%d, to_jsonb(%s), %s)", i, r.actual, passes)
	}
	return lines
}
