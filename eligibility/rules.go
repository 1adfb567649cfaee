package eligibility

import "strings"

// The reasons why a rule fails (contract, section 3).
const (
	ReasonBelow      = "below"
	ReasonAbove      = "above"
	ReasonNotAllowed = "not_allowed"
	ReasonMissing    = "missing"
)

// The names of the rules: the criterion's field name, or the state of the student's record.
const (
	RuleActive           = "active"
	RuleDebarred         = "debarred"
	RuleMinCGPA          = "min_cgpa"
	RuleMin10th          = "min_10th"
	RuleMin12th          = "min_12th"
	RuleMaxBacklogs      = "max_backlogs"
	RuleMaxTotalBacklogs = "max_total_backlogs"
	RuleAllowedBranches  = "allowed_branches"
	RuleAllowedBatches   = "allowed_batches"
	RuleAllowedGenders   = "allowed_genders"
	RuleMaxGapYears      = "max_gap_years"
)

// A rule is one line of the policy, as SQL over students s and their users u.
type rule struct {
	name string
	// needed takes the rule's value from the criteria; nil means that the drive does not ask.
	needed func(Criteria) any
	// actual is what the student has; NULL is missing.
	actual string
	// passes is true for those who pass. Where something is missing it is NULL, which is not true.
	passes string
	// reason is why it fails when nothing is missing.
	reason string
}

// rules is the definition of eligibility: all that this package answers is made from it, in this order.
var rules = []rule{
	{
		name:   RuleActive,
		needed: func(Criteria) any { return true },
		actual: "(u.active AND u.role = 'STUDENT')", // who has left the students keeps a record
		passes: "{actual}",
		reason: ReasonNotAllowed,
	},
	{
		name:   RuleDebarred,
		needed: func(Criteria) any { return false },
		actual: "s.debarred",
		passes: "NOT {actual}",
		reason: ReasonNotAllowed,
	},
	{
		name:   RuleMinCGPA,
		needed: func(c Criteria) any { return value(c.MinCGPA) },
		actual: "s.cgpa",
		passes: "{actual} >= {needed}::numeric",
		reason: ReasonBelow,
	},
	{
		name:   RuleMin10th,
		needed: func(c Criteria) any { return value(c.Min10th) },
		actual: "s.tenth_percent",
		passes: "{actual} >= {needed}::numeric",
		reason: ReasonBelow,
	},
	{
		name:   RuleMin12th,
		needed: func(c Criteria) any { return value(c.Min12th) },
		actual: "COALESCE(s.twelfth_percent, s.diploma_percent)",
		passes: "{actual} >= {needed}::numeric",
		reason: ReasonBelow,
	},
	{
		name:   RuleMaxBacklogs,
		needed: func(c Criteria) any { return value(c.MaxBacklogs) },
		actual: "s.active_backlogs",
		passes: "{actual} <= {needed}::integer",
		reason: ReasonAbove,
	},
	{
		name:   RuleMaxTotalBacklogs,
		needed: func(c Criteria) any { return value(c.MaxTotalBacklogs) },
		actual: "(s.active_backlogs + s.cleared_backlogs)",
		passes: "{actual} <= {needed}::integer",
		reason: ReasonAbove,
	},
	{
		name:   RuleAllowedBranches,
		needed: func(c Criteria) any { return list(c.AllowedBranches) },
		actual: branch,
		// The array is made once per statement, not once per student.
		passes: "upper({actual}) = ANY (ARRAY(SELECT upper(" + trim("allowed") + ") FROM unnest({needed}::text[]) AS allowed))",
		reason: ReasonNotAllowed,
	},
	{
		name:   RuleAllowedBatches,
		needed: func(c Criteria) any { return list(c.AllowedBatches) },
		actual: "s.batch_year",
		passes: "{actual} = ANY ({needed}::integer[])",
		reason: ReasonNotAllowed,
	},
	{
		name:   RuleAllowedGenders,
		needed: func(c Criteria) any { return list(c.AllowedGenders) },
		actual: "s.gender",
		passes: "{actual} = ANY ({needed}::text[])",
		reason: ReasonNotAllowed,
	},
	{
		name:   RuleMaxGapYears,
		needed: func(c Criteria) any { return value(c.MaxGapYears) },
		actual: "s.gap_years",
		passes: "{actual} <= {needed}::integer",
		reason: ReasonAbove,
	},
}

// branch is a student's branch without outer spaces; a blank one counts as missing.
var branch = "NULLIF(" + trim("s.branch") + ", '')"

// trim is the SQL that takes the outer spaces off a text.
func trim(text string) string { return "btrim(" + text + ", '" + outerSpaces + "')" }

// condition is the SQL that is true for those who pass the rule, needed being the SQL of what it asks for.
func (r rule) condition(needed string) string {
	return strings.NewReplacer("{actual}", r.actual, "{needed}", needed).Replace(r.passes)
}

func value[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func list[T any](items []T) any {
	if len(items) == 0 {
		return nil
	}
	return items
}
