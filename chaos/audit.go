package main

import (
	"context"

	"placeops/store"
)

// auditLines is the trail line by line: what a change of an entity left of one thing. Of a changed or new thing state is what it was
// then, of a deleted one NULL.
const auditLines = `
WITH lines AS (
    SELECT e.audit_id, e.entity, e.change,
           coalesce(line.drive_id, CASE cardinality(e.drive_ids) WHEN 1 THEN e.drive_ids[1] END) AS drive_id,
           coalesce(line.user_id, CASE cardinality(e.user_ids) WHEN 1 THEN e.user_ids[1] END) AS user_id,
           coalesce(line.state, CASE json_typeof(e.after) WHEN 'object' THEN e.after END) AS state
    FROM audit_entries e
    CROSS JOIN LATERAL ROWS FROM (
        unnest(e.drive_ids), unnest(e.user_ids), json_array_elements(CASE json_typeof(e.after) WHEN 'array' THEN e.after END)
    ) AS line (drive_id, user_id, state)
), last AS (
    SELECT DISTINCT ON (entity, drive_id, user_id) entity, change, drive_id, user_id, state
    FROM lines
    ORDER BY entity, drive_id, user_id, audit_id DESC
)
`

// trailInvariants are invariants of the audit trail: who goes through it from the beginning arrives at what there is.
var trailInvariants = []struct{ broken, query string }{
	{"the audit trail does not lead to the drives", `
SELECT format('drive %s is %s, %s selected; by the trail %s, %s', d.drive_id, d.status, d.selected_count, l.state ->> 'status', l.state ->> 'selected_count')
FROM drives d
LEFT JOIN last l ON l.entity = 'drive' AND l.drive_id = d.drive_id
WHERE (l.state ->> 'status', l.state ->> 'selected_count') IS DISTINCT FROM (d.status, d.selected_count::text)`},
	{"the audit trail does not lead to the selections", `
SELECT format('drive %s, student %s: %s; by the trail %s', coalesce(s.drive_id, l.drive_id), coalesce(s.student_id, l.user_id), s.selected,
              l.state ->> 'selected')
FROM drive_students s
FULL JOIN (SELECT * FROM last WHERE entity = 'selection' AND change <> 'deleted') l ON l.drive_id = s.drive_id AND l.user_id = s.student_id
WHERE s.selected::text IS DISTINCT FROM l.state ->> 'selected'`},
	{"the audit trail does not lead to the registrations", `
SELECT format('drive %s, student %s', coalesce(r.drive_id, l.drive_id), coalesce(r.student_id, l.user_id))
FROM registrations r
FULL JOIN (SELECT * FROM last WHERE entity = 'registration' AND change = 'created') l ON l.drive_id = r.drive_id AND l.user_id = r.student_id
WHERE r.drive_id IS NULL OR l.drive_id IS NULL`},
	{"a registration is twice in the audit trail", `
SELECT format('drive %s, student %s', drive_id, user_id)
FROM lines
WHERE entity = 'registration'
GROUP BY drive_id, user_id
HAVING count(*) FILTER (WHERE change = 'created') - count(*) FILTER (WHERE change = 'deleted') NOT IN (0, 1)`},
	{"the audit trail does not lead to the attendance", `
SELECT format('drive %s, student %s: %s; by the trail %s', coalesce(a.drive_id, l.drive_id), coalesce(a.student_id, l.user_id), a.status, l.state ->> 'status')
FROM attendance a
FULL JOIN (SELECT * FROM last WHERE entity = 'attendance') l ON l.drive_id = a.drive_id AND l.user_id = a.student_id
WHERE a.status IS DISTINCT FROM l.state ->> 'status'`},
	{"the audit trail does not lead to the students", `
SELECT format('student %s: %s; by the trail %s', s.student_id, s.cgpa, l.state ->> 'cgpa')
FROM students s
LEFT JOIN last l ON l.entity = 'student' AND l.user_id = s.student_id
WHERE (l.state ->> 'roll_number', l.state ->> 'cgpa') IS DISTINCT FROM (s.roll_number, s.cgpa::text)`},
}

// trailIsTrue makes sure that nothing of the audit trail was lost, doubled or torn, whatever was killed while it was written.
func (c *checker) trailIsTrue(ctx context.Context) error {
	if err := store.SealAudit(ctx, c.db); err != nil {
		return err
	}
	report, err := store.VerifyAudit(ctx, c.db, "")
	if err != nil {
		return err
	}
	if report.Unsealed > 0 {
		c.violation("audit trail: %d entries could not be sealed", report.Unsealed)
	}
	for _, fault := range report.Faults {
		c.violation("audit trail: %s", fault)
	}
	for _, i := range trailInvariants {
		if err := c.holds(ctx, i.broken, auditLines+i.query); err != nil {
			return err
		}
	}
	return nil
}
