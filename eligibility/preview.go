package eligibility

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"placeops/store/decimal"
)

// Preview counts who would be eligible, over the active students.
type Preview struct {
	Students int64 `json:"students"`
	Eligible int64 `json:"eligible"`
	// Failing counts, for debarred and each criterion that is present, those who fail it, whatever else they fail.
	Failing map[string]int64 `json:"failing"`
	// OnlyFailing counts those who fail this rule and no other: who would come in without it.
	OnlyFailing map[string]int64 `json:"only_failing"`
	// ByBranch is in the order of the branches, the students without one last.
	ByBranch []BranchCount `json:"by_branch" nullable:"false"`
	// CGPACurve goes from 0 to 10 in steps of 0.25.
	CGPACurve []CurvePoint `json:"cgpa_curve" nullable:"false"`
}

// BranchCount counts the students of one branch. Branch is in upper case, as spellings differ; nil is for those who
// have none.
type BranchCount struct {
	Branch   *string `json:"branch"`
	Students int64   `json:"students"`
	Eligible int64   `json:"eligible"`
}

// CurvePoint says how many would be eligible if min_cgpa were MinCGPA and the other criteria stayed.
type CurvePoint struct {
	MinCGPA  decimal.Decimal `json:"min_cgpa"`
	Eligible int64           `json:"eligible"`
}

// PreviewCounts counts who meets c and who fails on what, in one pass over the active students.
func PreviewCounts(ctx context.Context, db DB, c Criteria) (Preview, error) {
	asked := c.demands()
	sql, args := previewSQL(asked)
	var groups []group
	preview := newPreview(asked)
	if err := db.QueryRow(ctx, sql, args...).Scan(&groups, &preview.CGPACurve); err != nil {
		return Preview{}, fmt.Errorf("preview eligibility: %w", err)
	}
	for _, g := range groups {
		preview.add(g, asked)
	}
	return preview, nil
}

// previewSQL judges each active student once. Which demands someone fails is a number with the demand's bit set, so
// that few groups stand for everybody.
func previewSQL(asked []demand) (string, []any) {
	args := arguments{first: 1}
	var active, cgpaBit = "true", 0
	failed := []string{"0"}
	for i, d := range asked {
		condition := d.sql(&args)
		switch d.name {
		case RuleActive:
			active = condition
			continue
		case RuleMinCGPA:
			cgpaBit = 1 << i
		}
		failed = append(failed, fmt.Sprintf("CASE WHEN %s THEN 0 ELSE %d END", condition, 1<<i))
	}
	return fmt.Sprintf(`
WITH judged AS MATERIALIZED (
    SELECT upper(%s) AS branch,
           s.cgpa,
           %s AS failed
    FROM students s
    JOIN users u ON u.user_id = s.student_id
    WHERE %s
), groups AS (
    SELECT branch, failed, count(*) AS students
    FROM judged
    GROUP BY branch, failed
), marks AS (
    SELECT cgpa, count(*) AS students
    FROM judged
    WHERE failed & ~%d = 0
    GROUP BY cgpa
), curve AS (
    SELECT step.min_cgpa, COALESCE(sum(s.students), 0) AS eligible
    FROM generate_series(0::numeric, 10, 0.25) AS step (min_cgpa)
    LEFT JOIN marks s ON %s
    GROUP BY step.min_cgpa
)
SELECT (SELECT COALESCE(jsonb_agg(to_jsonb(groups) ORDER BY branch COLLATE "C" NULLS LAST), '[]') FROM groups),
       (SELECT jsonb_agg(to_jsonb(curve) ORDER BY min_cgpa) FROM curve)`,
		branch, strings.Join(failed, "\n             + "), active, cgpaBit, minCGPA().condition("step.min_cgpa")), args.values
}

// minCGPA is the rule that the curve asks, with a minimum of its own at each step.
func minCGPA() rule {
	return rules[slices.IndexFunc(rules, func(r rule) bool { return r.name == RuleMinCGPA })]
}

// group is the students of one branch who fail the same demands.
type group struct {
	Branch   *string `json:"branch"`
	Failed   int64   `json:"failed"`
	Students int64   `json:"students"`
}

func newPreview(asked []demand) Preview {
	p := Preview{Failing: map[string]int64{}, OnlyFailing: map[string]int64{}, ByBranch: []BranchCount{}}
	for _, d := range asked {
		if d.name != RuleActive {
			p.Failing[d.name], p.OnlyFailing[d.name] = 0, 0
		}
	}
	return p
}

// add counts a group; the groups come in the order of their branches.
func (p *Preview) add(g group, asked []demand) {
	b := p.branch(g.Branch)
	b.Students += g.Students
	p.Students += g.Students
	if g.Failed == 0 {
		b.Eligible += g.Students
		p.Eligible += g.Students
	}
	for i, d := range asked {
		bit := int64(1) << i
		if g.Failed&bit != 0 {
			p.Failing[d.name] += g.Students
		}
		if g.Failed == bit {
			p.OnlyFailing[d.name] += g.Students
		}
	}
}

// branch returns the last counted branch, or begins the next one.
func (p *Preview) branch(name *string) *BranchCount {
	if n := len(p.ByBranch); n > 0 && equal(p.ByBranch[n-1].Branch, name) {
		return &p.ByBranch[n-1]
	}
	p.ByBranch = append(p.ByBranch, BranchCount{Branch: name})
	return &p.ByBranch[len(p.ByBranch)-1]
}

func equal(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
