package eligibility

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// notEligibleSQL asks for the given students only; %s is the condition of the rules.
const notEligibleSQL = `
SELECT given.student_id
FROM unnest($1::bigint[]) AS given (student_id)
LEFT JOIN (
    SELECT s.student_id
    FROM students s
    JOIN users u ON u.user_id = s.student_id
    WHERE s.student_id = ANY ($1) AND %s
) AS eligible ON eligible.student_id = given.student_id
WHERE eligible.student_id IS NULL
ORDER BY given.student_id`

// NotEligible returns those of the given students who do not meet c, in ascending order; ids of no student among them.
func NotEligible(ctx context.Context, db DB, c Criteria, studentIDs []int64) ([]int64, error) {
	condition, args := c.Where(2)
	rows, err := db.Query(ctx, fmt.Sprintf(notEligibleSQL, condition), append([]any{studentIDs}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("check %d students: %w", len(studentIDs), err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
