package eligibility

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"placeops/store/decimal"
)

// ErrNoStudent is returned by Verdict when there is no such student.
var ErrNoStudent = errors.New("no such student")

// Failure is one rule that a student does not meet.
//
// Needed and Actual are a decimal.Decimal for marks, an int32 for counts and years, a string (or a list of them as
// Needed) for branch and gender, and a bool for active and debarred. A missing Actual is nil.
type Failure struct {
	// Rule is the criterion's field name, or "active" or "debarred".
	Rule   string `json:"rule"`
	Needed any    `json:"needed"`
	Actual any    `json:"actual"`
	// Reason is one of "below", "above", "not_allowed" and "missing".
	Reason string `json:"reason"`
}

// Verdict tells which rules of c the student fails, all of them and in the contract's order. Nobody's failures are an
// empty list, never nil: the student is eligible. The error is ErrNoStudent when there is no such student.
func Verdict(ctx context.Context, db DB, c Criteria, studentID int64) ([]Failure, error) {
	asked := c.demands()
	sql, args := verdictSQL(asked, studentID)
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("verdict: %w", err)
	}
	judged, err := pgx.CollectRows(rows, pgx.RowToStructByPos[judgement])
	if err != nil {
		return nil, fmt.Errorf("verdict: %w", err)
	}
	if len(judged) == 0 {
		return nil, ErrNoStudent
	}
	return failures(asked, judged)
}

// judgement is the answer to one demand.
type judgement struct {
	Position int
	Actual   []byte
	Passes   bool
}

// verdictSQL asks for one row per demand, with the student's value as JSON: exact, whatever its type.
func verdictSQL(asked []demand, studentID int64) (string, []any) {
	args := arguments{first: 1}
	student := args.bind(studentID)
	lines := make([]string, len(asked))
	for i, d := range asked {
		lines[i] = fmt.Sprintf("(%d, to_jsonb(%s), %s)", i, d.actual, d.sql(&args))
	}
	return `
SELECT judged.position, judged.actual, judged.passes IS TRUE
FROM students s
JOIN users u ON u.user_id = s.student_id
CROSS JOIN LATERAL (VALUES
    ` + strings.Join(lines, ",\n    ") + `
) AS judged (position, actual, passes)
WHERE s.student_id = ` + student + `
ORDER BY judged.position`, args.values
}

func failures(asked []demand, judged []judgement) ([]Failure, error) {
	failed := []Failure{}
	for _, j := range judged {
		if j.Passes {
			continue
		}
		failure, err := asked[j.Position].failure(j.Actual)
		if err != nil {
			return nil, err
		}
		failed = append(failed, failure)
	}
	return failed, nil
}

// failure is what somebody who has data (JSON, nil when it is missing) is told.
func (d demand) failure(data []byte) (Failure, error) {
	actual, err := actualValue(d.needed, data)
	if err != nil {
		return Failure{}, fmt.Errorf("verdict on %s: %w", d.name, err)
	}
	failure := Failure{Rule: d.name, Needed: d.needed, Actual: actual, Reason: d.reason}
	if actual == nil {
		failure.Reason = ReasonMissing
	}
	return failure, nil
}

// actualValue reads what the student has as the type of what is needed.
func actualValue(needed any, data []byte) (any, error) {
	if data == nil {
		return nil, nil
	}
	switch needed.(type) {
	case decimal.Decimal:
		return decoded[decimal.Decimal](data)
	case int32, []int32:
		return decoded[int32](data)
	case bool:
		return decoded[bool](data)
	default:
		return decoded[string](data)
	}
}

func decoded[T any](data []byte) (any, error) {
	var v T
	err := json.Unmarshal(data, &v)
	return v, err
}
