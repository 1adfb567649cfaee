package legacy

import "fmt"

// wanted is what a table of placeops must hold afterwards. It is made from the rows as they came and from the findings; what is
// written and what is then compared are both this.
type wanted struct {
	table    string   // placeops' table
	source   string   // the earlier system's
	key      []string // a row's
	columns  []string // the others that are written
	identity string   // the column whose numbers go on above those that were written
	query    string
}

// fixes joins the values that replace those of a row.
func fixes(table, key string) string {
	return fmt.Sprintf(`LEFT JOIN (SELECT key, jsonb_object_agg(field, becomes) AS fix FROM legacy_findings
           WHERE kind = 'repaired' AND source_table = '%s' GROUP BY key) f ON f.key = s.%s::text`, table, key)
}

// fixed is a field, or what replaces it.
func fixed(field, expression, kind string) string {
	return fmt.Sprintf("CASE WHEN f.fix ? '%s' THEN (f.fix ->> '%s')::%s ELSE %s END AS %s", field, field, kind, expression, field)
}

// trimmed is a text without outer spaces, NULL for an empty one.
func trimmed(field string) string { return "NULLIF(btrim(s." + field + "), '')" }

var wantedUsers = wanted{
	table: "users", source: "users", key: []string{"user_id"}, identity: "user_id",
	columns: []string{"name", "email", "role", "department", "phone", "password_hash", "created_at"},
	query: `
SELECT s.user_id, ` + fixed("name", trimmed("name"), "text") + `, ` + fixed("email", trimmed("email"), "text") + `, upper(btrim(s.role)) AS role,
       ` + trimmed("department") + ` AS department,
       COALESCE(CASE WHEN char_length(btrim(h.contact_number)) <= 40 THEN NULLIF(btrim(h.contact_number), '') END,
                CASE WHEN char_length(btrim(c.contact_number)) <= 40 THEN NULLIF(btrim(c.contact_number), '') END) AS phone,
       ` + fixed("password_hash", trimmed("password_hash"), "text") + `, COALESCE(s.created_at::timestamptz, now()) AS created_at
FROM legacy_users s
LEFT JOIN legacy_placement_head h ON h.head_id = s.user_id
LEFT JOIN legacy_placement_coordinators c ON c.coordinator_id = s.user_id
` + fixes("users", "user_id"),
}

var wantedStudents = wanted{
	table: "students", source: "students", key: []string{"student_id"},
	columns: []string{"roll_number", "branch", "batch_year", "cgpa", "tenth_percent", "twelfth_percent", "active_backlogs"},
	query: `
SELECT s.student_id, ` + fixed("roll_number", trimmed("roll_number"), "text") + `, ` + trimmed("branch") + ` AS branch, s.batch_year,
       ` + fixed("cgpa", "s.cgpa", "numeric") + `, ` + fixed("tenth_percent", "s.tenth_percent", "numeric") + `,
       ` + fixed("twelfth_percent", "s.twelfth_percent", "numeric") + `, COALESCE(s.active_backlogs, 0) AS active_backlogs
FROM legacy_students s ` + fixes("students", "student_id") + `
UNION ALL
SELECT key::bigint, 'LEGACY-' || key, NULL, NULL, NULL, NULL, NULL, 0
FROM legacy_findings WHERE kind = 'added' AND source_table = 'students'`,
}

var wantedDomains = wanted{
	table: "job_domains", source: "job_domains", key: []string{"domain_id"}, identity: "domain_id", columns: []string{"domain_name"},
	query: `
SELECT s.domain_id, btrim(s.domain_name) AS domain_name
FROM legacy_job_domains s
WHERE NOT EXISTS (SELECT FROM legacy_findings f WHERE f.kind = 'left out' AND f.source_table = 'job_domains' AND f.key = s.domain_id::text)`,
}

var wantedDrives = wanted{
	table: "drives", source: "placement_drives", key: []string{"drive_id"}, identity: "drive_id",
	columns: []string{"company_name", "job_title", "domain_id", "job_description", "interview_date", "min_cgpa", "min_10th", "min_12th", "max_backlogs",
		"status", "auto_published", "posted_by", "published_by", "published_at", "pdf_key", "eligible_count", "selected_count", "created_at"},
	query: `
SELECT s.drive_id, btrim(s.company_name) AS company_name, btrim(s.job_title) AS job_title, ` + fixed("domain_id", "s.domain_id", "bigint") + `,
       ` + trimmed("job_description") + ` AS job_description, s.interview_date::timestamptz AS interview_date, s.min_cgpa, s.min_10th, s.min_12th,
       s.max_backlogs, t.status, ` + fixed("auto_published", "COALESCE(s.auto_published, false)", "boolean") + `,
       ` + fixed("posted_by", "s.posted_by", "bigint") + `, ` + fixed("published_by", "s.published_by", "bigint") + `,
       s.published_at::timestamptz AS published_at, NULL::text AS pdf_key, NULL::bigint AS eligible_count, NULL::bigint AS selected_count,
       ` + fixed("created_at", "s.created_at::timestamptz", "timestamptz") + `
FROM legacy_placement_drives s JOIN legacy_state t USING (drive_id) ` + fixes("placement_drives", "drive_id"),
}

var wantedRegistrations = wanted{
	table: "registrations", source: "drive_registrations", key: []string{"registration_id"}, identity: "registration_id",
	columns: []string{"drive_id", "student_id", "registered_at"},
	query: `
SELECT s.registration_id, s.drive_id, s.student_id, ` + fixed("registered_at", "s.registered_at::timestamptz", "timestamptz") + `
FROM legacy_drive_registrations s ` + fixes("drive_registrations", "registration_id") + `
WHERE NOT EXISTS (SELECT FROM legacy_findings g
                  WHERE g.kind = 'left out' AND g.source_table = 'drive_registrations' AND g.key = s.registration_id::text)
UNION ALL
SELECT (SELECT COALESCE(max(registration_id), 0) FROM legacy_drive_registrations) + row_number() OVER (ORDER BY a.drive_id, a.student_id),
       a.drive_id, a.student_id, COALESCE(d.published_at, d.created_at)
FROM (SELECT DISTINCT drive_id, student_id FROM legacy_attendance) a
JOIN legacy_want_drives d USING (drive_id)
WHERE NOT EXISTS (SELECT FROM legacy_drive_registrations r WHERE r.drive_id = a.drive_id AND r.student_id = a.student_id)`,
}

// wantedSelections has whoever is eligible, was chosen, or is registered: without it there is no registration here.
var wantedSelections = wanted{
	table: "drive_students", source: "drive_eligibility_results", key: []string{"drive_id", "student_id"}, columns: []string{"selected", "selected_at"},
	query: `
SELECT p.drive_id, p.student_id, p.selected, CASE WHEN p.selected THEN COALESCE(p.at, d.published_at, d.created_at) END AS selected_at
FROM (
    SELECT o.drive_id, o.student_id, bool_or(o.chosen OR t.auto_published AND t.status <> 'pending') AS selected, min(o.at) AS at
    FROM (
        SELECT drive_id, student_id, false AS chosen, NULL::timestamptz AS at
        FROM (SELECT DISTINCT ON (drive_id, student_id) drive_id, student_id, is_eligible
              FROM legacy_drive_eligibility_results
              ORDER BY drive_id, student_id, filtered_at::timestamptz DESC NULLS LAST, is_eligible DESC NULLS LAST) e
        WHERE is_eligible
        UNION ALL
        SELECT drive_id, student_id, true, COALESCE(selected_at, created_at)::timestamptz FROM legacy_drive_coordinator_selections
        UNION ALL
        SELECT drive_id, student_id, true, registered_at FROM legacy_want_registrations
    ) o
    JOIN legacy_want_drives t USING (drive_id)
    JOIN legacy_want_students s USING (student_id)
    GROUP BY o.drive_id, o.student_id
) p
JOIN legacy_want_drives d USING (drive_id)`,
}

var wantedAttendance = wanted{
	table: "attendance", source: "attendance", key: []string{"attendance_id"}, identity: "attendance_id",
	columns: []string{"drive_id", "student_id", "status", "marked_by"},
	query: `
SELECT s.attendance_id, s.drive_id, s.student_id, upper(btrim(s.status)) AS status, d.posted_by AS marked_by
FROM legacy_attendance s
JOIN legacy_want_drives d USING (drive_id)
WHERE NOT EXISTS (SELECT FROM legacy_findings g WHERE g.kind = 'left out' AND g.source_table = 'attendance' AND g.key = s.attendance_id::text)
UNION ALL
SELECT (SELECT COALESCE(max(attendance_id), 0) FROM legacy_attendance) + row_number() OVER (ORDER BY r.drive_id, r.student_id),
       r.drive_id, r.student_id, 'ABSENT', d.posted_by
FROM legacy_want_registrations r
JOIN legacy_want_drives d USING (drive_id)
WHERE d.status = 'finished'
  AND NOT EXISTS (SELECT FROM legacy_attendance a WHERE a.drive_id = r.drive_id AND a.student_id = r.student_id)`,
}

var wantedResults = wanted{
	table: "finished_drives", source: "finished_drives", key: []string{"drive_id"},
	columns: []string{"finished_date", "total_registered", "total_present", "total_absent", "published_by"},
	query: `
SELECT n.drive_id, COALESCE(n.at, d.published_at, d.created_at) AS finished_date,
       CASE WHEN ` + sound + ` THEN told_registered ELSE registered END AS total_registered,
       CASE WHEN ` + sound + ` THEN told_present ELSE present END AS total_present,
       CASE WHEN ` + sound + ` THEN told_absent ELSE absent END AS total_absent, COALESCE(d.published_by, d.posted_by) AS published_by
FROM legacy_figures n
JOIN legacy_want_drives d USING (drive_id)`,
}

var wantedNotices = wanted{
	table: "notices", source: "notifications", key: []string{"notice_id"}, identity: "notice_id",
	columns: []string{"event", "drive_id", "audience", "user_id", "title", "message", "type", "created_at"},
	query: `
SELECT s.notification_id AS notice_id, 'legacy-' || s.notification_id AS event, s.entity_id AS drive_id, 'user' AS audience, s.user_id,
       ` + fixed("title", "s.title", "text") + `, COALESCE(s.message, '') AS message, ` + fixed("type", "lower(btrim(s.type))", "text") + `,
       ` + fixed("created_at", "s.created_at::timestamptz", "timestamptz") + `
FROM legacy_notifications s ` + fixes("notifications", "notification_id") + `
WHERE ` + aDrive,
}

var wantedReads = wanted{
	table: "notice_reads", source: "notifications", key: []string{"notice_id", "user_id"}, columns: []string{"read_at"},
	query: `
SELECT w.notice_id, w.user_id, GREATEST(w.created_at, s.read_at::timestamptz) AS read_at
FROM legacy_want_notices w
JOIN legacy_notifications s ON s.notification_id = w.notice_id
WHERE s.is_read OR s.read_at IS NOT NULL`,
}

// order is that in which the tables are written: what is referred to comes first.
var order = []wanted{
	wantedUsers, wantedStudents, wantedDomains, wantedDrives, wantedSelections, wantedRegistrations, wantedAttendance, wantedResults,
	wantedNotices, wantedReads,
}

// countsSQL gives each drive the numbers that its page shows; a drive nobody was filtered for has none.
const countsSQL = `
UPDATE legacy_want_drives d
SET eligible_count = n.eligible, selected_count = n.selected
FROM (SELECT drive_id, count(*) AS eligible, count(*) FILTER (WHERE selected) AS selected FROM legacy_want_drive_students GROUP BY drive_id) n
WHERE n.drive_id = d.drive_id`

func (w wanted) name() string { return "legacy_want_" + w.table }

func (w wanted) all() []string { return append(append([]string{}, w.key...), w.columns...) }
