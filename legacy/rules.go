package legacy

import "fmt"

// What is found in a row that does not fit.
const (
	repaired = "repaired" // a value is replaced
	leftOut  = "left out" // the row has no place here
	added    = "added"    // a row that was missing is made
	refused  = "refused"  // nothing is imported until somebody has mended it
)

// findingsTable holds all that is found; what is wanted is made from the rows as they came and these.
const findingsTable = `
CREATE TEMP TABLE legacy_findings (
    finding_id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL, source_table text NOT NULL, key text NOT NULL, field text, was text, becomes text, why text NOT NULL,
    rows bigint NOT NULL DEFAULT 1
) ON COMMIT DROP`

// rule finds something: from is a FROM clause with its conditions, key names the row, the others are expressions.
type rule struct {
	kind, table, field, why string
	key, was, becomes, from string
	count                   string // how many rows a finding stands for; "" is one
}

func (r rule) sql() string {
	value := func(expression, absent string) string {
		if expression == "" {
			return absent
		}
		return "(" + expression + ")::text"
	}
	count := r.count
	if count == "" {
		count = "1"
	}
	return fmt.Sprintf(`INSERT INTO legacy_findings (kind, source_table, key, field, was, becomes, why, rows)
SELECT '%s', '%s', %s, NULLIF('%s', ''), left(%s, 100), %s, '%s', %s FROM %s`,
		r.kind, r.table, value(r.key, "''"), r.field, value(r.was, "NULL::text"), value(r.becomes, "NULL::text"), r.why, count, r.from)
}

// outside refuses values that placeops has no room for.
func outside(t, key, field, why, condition string) rule {
	return rule{kind: refused, table: t, field: field, why: why, key: key, was: field, from: "legacy_" + t + " WHERE " + condition}
}

// tooLong is outside for a text, whose outer spaces do not count.
func tooLong(t, key, field string, most int) rule {
	return outside(t, key, field, fmt.Sprintf("has more than %d characters", most), fmt.Sprintf("char_length(btrim(%s)) > %d", field, most))
}

// beyond is outside for a number.
func beyond(t, key, field string, least, most int) rule {
	return outside(t, key, field, fmt.Sprintf("is not between %d and %d", least, most), fmt.Sprintf("%s NOT BETWEEN %d AND %d", field, least, most))
}

// blank is a text with nothing in it.
func blank(field string) string { return "COALESCE(btrim(" + field + "), '') = ''" }

// keys refuses rows without an id, and ids that stand twice.
func keys() (rules []rule) {
	for _, t := range tables {
		if t.key != "" {
			rules = append(rules, rule{kind: refused, table: t.name, field: t.key, why: "is missing, or stands there more than once", key: t.key,
				from: t.staged() + " GROUP BY " + t.key + " HAVING " + t.key + " IS NULL OR " + t.key + " < 1 OR count(*) > 1"})
		}
	}
	return rules
}

// peopleRules are about users, students and domains.
var peopleRules = []rule{
	{kind: refused, table: "users", field: "email", why: "is no address: 3 to 254 characters are needed", key: "user_id", was: "email",
		from: "legacy_users WHERE COALESCE(char_length(btrim(email)), 0) NOT BETWEEN 3 AND 254"},
	{kind: repaired, table: "users", field: "email", why: "is the address of an account with a lower id too", key: "user_id", was: "email",
		becomes: "'legacy-' || user_id || '@duplicate.invalid'",
		from:    "(SELECT *, row_number() OVER (PARTITION BY lower(btrim(email)) ORDER BY user_id) AS place FROM legacy_users) u WHERE place > 1"},
	{kind: refused, table: "users", field: "email", why: "is needed for a duplicate address and is taken", key: "user_id", was: "email",
		from: "legacy_users WHERE lower(btrim(email)) IN (SELECT becomes FROM legacy_findings WHERE kind = 'repaired' AND source_table = 'users' AND field = 'email')"},
	{kind: repaired, table: "users", field: "name", why: "is missing", key: "user_id", was: "name", becomes: "left(btrim(email), 200)",
		from: "legacy_users WHERE " + blank("name") + " AND " + "NOT " + blank("email")},
	tooLong("users", "user_id", "name", 200), tooLong("users", "user_id", "department", 200),
	outside("users", "user_id", "role", "is none of STUDENT, STAFF, COORDINATOR, HEAD",
		"COALESCE(upper(btrim(role)), '') NOT IN ('STUDENT', 'STAFF', 'COORDINATOR', 'HEAD')"),
	{kind: repaired, table: "users", field: "password_hash", why: "is no bcrypt hash of a cost up to 13: give the person a new password", key: "user_id",
		was: "'(not shown)'", from: `legacy_users WHERE COALESCE(btrim(password_hash), '') !~ '^[$]2[aby][$](0[4-9]|1[0-3])[$][./A-Za-z0-9]{53}$'`},
	{kind: repaired, table: "placement_coordinators", field: "contact_number", why: "has more than 40 characters and is left out", key: "coordinator_id",
		was: "contact_number", from: "legacy_placement_coordinators WHERE char_length(btrim(contact_number)) > 40"},
	{kind: repaired, table: "placement_head", field: "contact_number", why: "has more than 40 characters and is left out", key: "head_id",
		was: "contact_number", from: "legacy_placement_head WHERE char_length(btrim(contact_number)) > 40"},
	outside("students", "student_id", "student_id", "is the id of no user", "NOT EXISTS (SELECT FROM legacy_users WHERE user_id = student_id)"),
	{kind: repaired, table: "students", field: "roll_number", why: "is missing", key: "student_id", was: "roll_number", becomes: "'LEGACY-' || student_id",
		from: "legacy_students WHERE " + blank("roll_number")},
	{kind: repaired, table: "students", field: "roll_number", why: "is that of a student with a lower id too", key: "student_id", was: "roll_number",
		becomes: "'LEGACY-' || student_id",
		from: "(SELECT *, row_number() OVER (PARTITION BY upper(btrim(roll_number)) ORDER BY student_id) AS place FROM legacy_students WHERE NOT " +
			blank("roll_number") + ") s WHERE place > 1"},
	{kind: added, table: "students", why: "the user is a STUDENT and has no row in students; the roll number is LEGACY-<id>", key: "user_id",
		from: "legacy_users WHERE upper(btrim(role)) = 'STUDENT' AND NOT EXISTS (SELECT FROM legacy_students WHERE student_id = user_id)"},
	outside("students", "student_id", "roll_number", "is needed for a student without one and is taken",
		"upper(btrim(roll_number)) ~ '^LEGACY-[0-9]+$' AND upper(btrim(roll_number)) IN (SELECT 'LEGACY-' || key FROM legacy_findings WHERE source_table = 'students' AND (field = 'roll_number' OR kind = 'added'))"),
	tooLong("students", "student_id", "roll_number", 50), tooLong("students", "student_id", "branch", 200),
	beyond("students", "student_id", "batch_year", 1900, 2200), beyond("students", "student_id", "cgpa", 0, 10),
	beyond("students", "student_id", "tenth_percent", 0, 100), beyond("students", "student_id", "twelfth_percent", 0, 100),
	beyond("students", "student_id", "active_backlogs", 0, 1000),
	cut("cgpa"), cut("tenth_percent"), cut("twelfth_percent"),
	outside("job_domains", "domain_id", "domain_name", "is missing", blank("domain_name")), tooLong("job_domains", "domain_id", "domain_name", 200),
	{kind: leftOut, table: "job_domains", why: "a domain with a lower id has the same name; drives get that one", key: "domain_id", was: "domain_name",
		from: "(SELECT *, row_number() OVER (PARTITION BY lower(btrim(domain_name)) ORDER BY domain_id) AS place FROM legacy_job_domains) d WHERE place > 1"},
}

// cut keeps four decimals of a mark, as an import of students does.
func cut(field string) rule {
	return rule{kind: repaired, table: "students", field: field, why: "has more than four decimals; longer ones are cut", key: "student_id",
		was: field, becomes: "trunc(" + field + ", 4)", from: "legacy_students WHERE " + field + " <> trunc(" + field + ", 4)"}
}

const oneHead = "(SELECT min(user_id) FROM legacy_users WHERE upper(btrim(role)) = 'HEAD')"

// statusOf is a drive's status as it is written there.
const statusOf = "lower(btrim(COALESCE(status, '')))"

var driveRules = []rule{
	outside("placement_drives", "drive_id", "company_name", "is missing", blank("company_name")),
	outside("placement_drives", "drive_id", "job_title", "is missing", blank("job_title")),
	tooLong("placement_drives", "drive_id", "company_name", 200), tooLong("placement_drives", "drive_id", "job_title", 200),
	tooLong("placement_drives", "drive_id", "job_description", 20000),
	beyond("placement_drives", "drive_id", "min_cgpa", 0, 10), beyond("placement_drives", "drive_id", "min_10th", 0, 100),
	beyond("placement_drives", "drive_id", "min_12th", 0, 100), beyond("placement_drives", "drive_id", "max_backlogs", 0, 1000000),
	outside("placement_drives", "drive_id", "min_cgpa", "has more than two decimals", "min_cgpa <> trunc(min_cgpa, 2)"),
	outside("placement_drives", "drive_id", "domain_id", "is the id of no domain",
		"domain_id IS NOT NULL AND domain_id NOT IN (SELECT domain_id FROM legacy_job_domains WHERE domain_id IS NOT NULL)"),
	{kind: repaired, table: "placement_drives", field: "domain_id", why: "that domain stands there twice", key: "s.drive_id", was: "s.domain_id",
		becomes: "(SELECT min(k.domain_id) FROM legacy_job_domains k WHERE lower(btrim(k.domain_name)) = lower(btrim(d.domain_name)))",
		from:    "legacy_placement_drives s JOIN legacy_job_domains d USING (domain_id) JOIN legacy_findings f ON f.kind = 'left out' AND f.source_table = 'job_domains' AND f.key = d.domain_id::text"},
	outside("placement_drives", "drive_id", "posted_by", "is nobody, and there is no HEAD to take the drive",
		"(posted_by IN (SELECT user_id FROM legacy_users)) IS NOT TRUE AND "+oneHead+" IS NULL"),
	{kind: repaired, table: "placement_drives", field: "posted_by", why: "is nobody: whoever published the drive takes it, or the HEAD with the lowest id",
		key: "drive_id", was: "posted_by", becomes: "COALESCE((SELECT user_id FROM legacy_users WHERE user_id = published_by), " + oneHead + ")",
		from: "legacy_placement_drives WHERE (posted_by IN (SELECT user_id FROM legacy_users)) IS NOT TRUE AND " + oneHead + " IS NOT NULL"},
	{kind: repaired, table: "placement_drives", field: "published_by", why: "is the id of no user", key: "drive_id", was: "published_by",
		from: "legacy_placement_drives WHERE published_by NOT IN (SELECT user_id FROM legacy_users)"},
	{kind: repaired, table: "placement_drives", field: "created_at", why: "is missing: the moment of publishing, or of the import", key: "drive_id",
		becomes: "COALESCE(published_at::timestamptz, now())", from: "legacy_placement_drives WHERE created_at IS NULL"},
	outside("placement_drives", "drive_id", "status", "is none of pending, posted, attending, finished, cancelled",
		statusOf+" NOT IN ('', 'pending', 'posted', 'attending', 'finished', 'cancelled')"),
	{kind: repaired, table: "placement_drives", field: "status", why: "the attendance is published", key: "drive_id", was: "status", becomes: "'finished'",
		from: "legacy_placement_drives WHERE attendance_published AND " + statusOf + " <> 'finished'"},
	{kind: repaired, table: "placement_drives", field: "status", why: "the drive is among the finished ones", key: "drive_id", was: "status", becomes: "'finished'",
		from: "legacy_placement_drives d WHERE attendance_published IS NOT TRUE AND " + statusOf + " <> 'finished' AND EXISTS (SELECT FROM legacy_finished_drives f WHERE f.drive_id = d.drive_id)"},
}

// stateTable says of each drive what its rows depend on; picked means that somebody chose students for it.
const stateTable = `
CREATE TEMP TABLE legacy_state ON COMMIT DROP AS
SELECT s.drive_id, s.auto_published,
       CASE WHEN f.key IS NOT NULL THEN 'finished' ELSE COALESCE(NULLIF(` + statusOf + `, ''), 'pending') END AS status,
       EXISTS (SELECT FROM legacy_drive_coordinator_selections c WHERE c.drive_id = s.drive_id) AS picked
FROM legacy_placement_drives s
LEFT JOIN (SELECT DISTINCT key FROM legacy_findings WHERE source_table = 'placement_drives' AND field = 'status' AND kind = 'repaired') f
       ON f.key = s.drive_id::text`

const (
	knownDrive   = "EXISTS (SELECT FROM legacy_placement_drives k WHERE k.drive_id = s.drive_id)"
	knownStudent = "EXISTS (SELECT FROM legacy_want_students k WHERE k.student_id = s.student_id)"
	pair         = "'drive ' || COALESCE(s.drive_id::text, '?') || ', student ' || COALESCE(s.student_id::text, '?')"
)

// placeRules are about what belongs to a drive. legacy_want_students is there.
var placeRules = []rule{
	{kind: repaired, table: "placement_drives", field: "auto_published", why: "it is published and nobody was chosen by hand: all eligible students are selected",
		key: "drive_id", was: "auto_published", becomes: "true", from: "legacy_state WHERE status NOT IN ('pending', 'cancelled') AND NOT picked AND auto_published IS NOT TRUE"},
	unknown(refused, "drive_registrations", "registration_id"), unknown(refused, "attendance", "attendance_id"),
	unknown(leftOut, "drive_eligibility_results", pair), unknown(leftOut, "drive_coordinator_selections", pair),
	{kind: leftOut, table: "drive_eligibility_results", why: "the student is not eligible; placeops keeps the eligible ones", count: "count(*)",
		from: "legacy_drive_eligibility_results s WHERE is_eligible IS NOT TRUE AND " + knownDrive + " AND " + knownStudent + " HAVING count(*) > 0"},
	{kind: leftOut, table: "drive_eligibility_results", why: "stands there more than once: the newest counts, of two at the same time the eligible one", key: pair,
		count: "count(*) FILTER (WHERE is_eligible) - (array_agg(COALESCE(is_eligible, false) ORDER BY filtered_at::timestamptz DESC NULLS LAST, is_eligible DESC NULLS LAST))[1]::integer",
		from: "legacy_drive_eligibility_results s WHERE " + knownDrive + " AND " + knownStudent +
			" GROUP BY drive_id, student_id HAVING count(*) > 1 AND count(*) FILTER (WHERE is_eligible) > 0"},
	{kind: leftOut, table: "drive_coordinator_selections", why: "stands there more than once: the first counts", key: pair, count: "count(*) - 1",
		from: "legacy_drive_coordinator_selections s WHERE " + knownDrive + " AND " + knownStudent + " GROUP BY drive_id, student_id HAVING count(*) > 1"},
	{kind: leftOut, table: "drive_registrations", why: "is a second registration of the same student: the one with the lowest id counts", key: "registration_id",
		was: pair, from: "(SELECT *, row_number() OVER (PARTITION BY drive_id, student_id ORDER BY registration_id) AS place FROM legacy_drive_registrations) s WHERE place > 1"},
	{kind: repaired, table: "drive_registrations", field: "registered_at", why: "is missing: when the drive was published or created", key: "registration_id",
		becomes: "COALESCE(d.published_at::timestamptz, d.created_at::timestamptz, now())",
		from:    "legacy_drive_registrations s JOIN legacy_placement_drives d USING (drive_id) WHERE s.registered_at IS NULL"},
	outside("attendance", "attendance_id", "status", "is neither PRESENT nor ABSENT", "COALESCE(upper(btrim(status)), '') NOT IN ('PRESENT', 'ABSENT')"),
	{kind: leftOut, table: "attendance", why: "is an earlier mark of the same student: the one with the highest id counts", key: "attendance_id", was: "status",
		from: "(SELECT *, row_number() OVER (PARTITION BY drive_id, student_id ORDER BY attendance_id DESC) AS place FROM legacy_attendance) s WHERE place > 1"},
	{kind: added, table: "drive_registrations", why: "the student is marked and was not registered", key: pair,
		from: "(SELECT DISTINCT drive_id, student_id FROM legacy_attendance) s WHERE " + knownDrive + " AND " + knownStudent +
			" AND NOT EXISTS (SELECT FROM legacy_drive_registrations r WHERE r.drive_id = s.drive_id AND r.student_id = s.student_id)"},
	{kind: added, table: "attendance", why: "the drive is finished and the student is not marked: ABSENT", key: pair,
		from: "(SELECT DISTINCT drive_id, student_id FROM legacy_drive_registrations) s JOIN legacy_state t USING (drive_id) WHERE t.status = 'finished' AND " + knownStudent +
			" AND NOT EXISTS (SELECT FROM legacy_attendance a WHERE a.drive_id = s.drive_id AND a.student_id = s.student_id)"},
}

// unknown finds rows about a drive or student that is not there.
func unknown(kind, t, key string) rule {
	return rule{kind: kind, table: t, why: "there is no such drive, or no such student", key: key, was: pair,
		from: "legacy_" + t + " s WHERE NOT (" + knownDrive + " AND " + knownStudent + ")"}
}

// figures is what the rows of a drive say of its result, beside what its summary says.
const figuresTable = `
CREATE TEMP TABLE legacy_figures ON COMMIT DROP AS
SELECT t.drive_id, n.registered, n.present, n.absent,
       f.drive_id IS NOT NULL AS told, f.at, f.total_registered AS told_registered,
       COALESCE(f.total_present, f.total_attended) AS told_present,
       COALESCE(f.total_absent, f.total_registered - COALESCE(f.total_present, f.total_attended)) AS told_absent
FROM legacy_state t
CROSS JOIN LATERAL (
    SELECT count(*) AS registered, count(*) FILTER (WHERE a.status = 'PRESENT') AS present, count(*) FILTER (WHERE a.status = 'ABSENT') AS absent
    FROM legacy_want_registrations r
    LEFT JOIN legacy_want_attendance a USING (drive_id, student_id)
    WHERE r.drive_id = t.drive_id
) n
LEFT JOIN (
    SELECT DISTINCT ON (drive_id) *, COALESCE(finished_date, finished_at)::timestamptz AS at
    FROM legacy_finished_drives
    ORDER BY drive_id, COALESCE(finished_date, finished_at)::timestamptz DESC NULLS LAST, total_registered DESC NULLS LAST
) f ON f.drive_id = t.drive_id
WHERE t.status = 'finished'`

// sound is a summary that adds up.
const sound = "(told_registered = told_present + told_absent AND told_present >= 0 AND told_absent >= 0) IS TRUE"

var resultRules = []rule{
	{kind: added, table: "drive_eligibility_results", why: "students are registered and were neither eligible nor selected: they count as selected",
		key: "'drive ' || drive_id", count: "count(*)", from: "legacy_want_registrations r WHERE " +
			"NOT EXISTS (SELECT FROM legacy_drive_eligibility_results e WHERE e.drive_id = r.drive_id AND e.student_id = r.student_id AND e.is_eligible) AND " +
			"NOT EXISTS (SELECT FROM legacy_drive_coordinator_selections c WHERE c.drive_id = r.drive_id AND c.student_id = r.student_id) GROUP BY drive_id"},
	{kind: leftOut, table: "finished_drives", why: "there is no such drive any more", key: "'drive ' || COALESCE(s.drive_id::text, '?')",
		was: "COALESCE(total_registered::text, '?') || ' registered'", from: "legacy_finished_drives s WHERE NOT " + knownDrive},
	{kind: leftOut, table: "finished_drives", why: "stands there more than once: the newest counts", key: "'drive ' || drive_id", count: "count(*) - 1",
		from: "legacy_finished_drives s WHERE " + knownDrive + " GROUP BY drive_id HAVING count(*) > 1"},
	{kind: added, table: "finished_drives", why: "the drive is finished and has no summary: it is counted", key: "'drive ' || drive_id", from: "legacy_figures WHERE NOT told"},
	{kind: repaired, table: "finished_drives", field: "figures", why: "do not add up: they are counted", key: "'drive ' || drive_id",
		was:     "concat_ws('/', COALESCE(told_registered::text, '?'), COALESCE(told_present::text, '?'), COALESCE(told_absent::text, '?'))",
		becomes: "concat_ws('/', registered, present, absent)", from: "legacy_figures WHERE told AND NOT " + sound},
	{kind: repaired, table: "finished_drives", field: "finished_date", why: "is missing: when the drive was published or created", key: "'drive ' || drive_id",
		becomes: "COALESCE(d.published_at, d.created_at)", from: "legacy_figures JOIN legacy_want_drives d USING (drive_id) WHERE told AND at IS NULL"},
}

// aDrive tells notifications about a drive that is there: a notice belongs to one.
const aDrive = "(s.entity_type ILIKE '%drive%' AND EXISTS (SELECT FROM legacy_placement_drives k WHERE k.drive_id = s.entity_id)" +
	" AND EXISTS (SELECT FROM legacy_users k WHERE k.user_id = s.user_id)) IS TRUE"

var noticeRules = []rule{
	{kind: leftOut, table: "notifications", why: "is about no drive or to no user that there is", count: "count(*)",
		from: "legacy_notifications s WHERE NOT " + aDrive + " HAVING count(*) > 0"},
	{kind: repaired, table: "notifications", field: "type", why: "is none of info, success, warning, error", key: "notification_id", was: "type", becomes: "'info'",
		from: "legacy_notifications s WHERE COALESCE(lower(btrim(type)), '') NOT IN ('info', 'success', 'warning', 'error') AND " + aDrive},
	{kind: repaired, table: "notifications", field: "title", why: "is missing", key: "notification_id", becomes: "'Notice'",
		from: "legacy_notifications s WHERE " + blank("title") + " AND " + aDrive},
	{kind: repaired, table: "notifications", field: "created_at", why: "is missing: when it was read, or the moment of the import", key: "notification_id",
		becomes: "COALESCE(read_at::timestamptz, now())", from: "legacy_notifications s WHERE created_at IS NULL AND " + aDrive},
}
