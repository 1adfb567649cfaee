package eligibility

import (
	"strconv"
	"strings"
)

// Where returns the SQL condition that is true exactly for the students who meet c, and the values of its
// placeholders, which count on from $first (1 or more). It stands on the aliases s and u of
//
//	FROM students s
//	JOIN users u ON u.user_id = s.student_id
//
// and is a parenthesised AND of plain comparisons. For a student with a missing mark it may be NULL instead of false,
// so the ineligible are found with "IS NOT TRUE", not with "NOT".
func (c Criteria) Where(first int) (condition string, args []any) {
	bound := arguments{first: first}
	var conditions []string
	for _, d := range c.demands() {
		conditions = append(conditions, d.sql(&bound))
	}
	return "(" + strings.Join(conditions, "\n    AND ") + ")", bound.values
}

// A demand is a rule with what a drive asks for under it.
type demand struct {
	rule
	needed any
}

// demands lists the rules that c puts to a student, in the order of the table.
func (c Criteria) demands() []demand {
	c = c.Normalised()
	var asked []demand
	for _, r := range rules {
		if needed := r.needed(c); needed != nil {
			asked = append(asked, demand{rule: r, needed: needed})
		}
	}
	return asked
}

// sql is the condition of a demand, with the value that it needs bound to args.
func (d demand) sql(args *arguments) string {
	if !strings.Contains(d.passes, "{needed}") {
		return d.condition("")
	}
	return d.condition(args.bind(d.needed))
}

// arguments are the bound values of one statement; the first has the placeholder $first.
type arguments struct {
	first  int
	values []any
}

func (a *arguments) bind(v any) string {
	a.values = append(a.values, v)
	return "$" + strconv.Itoa(a.first+len(a.values)-1)
}
