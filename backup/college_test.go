package backup_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/uploads"
)

// awkward is what a format of text could stumble over.
const awkward = "tab\tline\nreturn\rback\\slash \\N \\. quote\" 'single' comma, é 日本語 𝄞 \u0001 \u007f end"

// newCollege is an installation with at least a row in every table, and with files.
func newCollege(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	o.fill()
	return o
}

func (o *office) fill() {
	o.t.Helper()
	o.execute(`INSERT INTO users (name, email, role, department, password_hash, tokens_valid_from)
	           VALUES ('Head', 'head@college.example', 'HEAD', $1, '$argon2id$v=19$x', NULL)`, awkward)
	o.execute(`INSERT INTO users (name, email, role, code_hash, must_change_password, created_at)
	           SELECT 'Student ' || n, 's' || n || '@college.example', 'STUDENT', sha256(n::text::bytea), true,
	                  timestamptz '2026-01-01 00:00:00.123456+05:30' + make_interval(mins => n)
	           FROM generate_series(1, 400) AS n`)
	o.execute(`INSERT INTO students (student_id, roll_number, branch, batch_year, cgpa, tenth_percent, gender, debarred_reason)
	           SELECT user_id, 'R' || user_id, CASE WHEN user_id % 7 = 0 THEN NULL ELSE 'CSE' END, 2027, 7.4950, trunc((user_id % 100) / 3.0, 4), 'F', ''
	           FROM (SELECT user_id FROM users WHERE role = 'STUDENT') AS s`)
	o.execute(`INSERT INTO login_failures (account, address) VALUES ('a', '127.0.0.1'), ('a', '127.0.0.1')`)

	// The account and the import refer to each other.
	file := o.save(uploads.StudentFile, "roll,name\n1,"+awkward)
	o.execute(`INSERT INTO student_imports (requested_by, file_key, dry_run) VALUES (1, $1, false)`, file)
	o.execute(`INSERT INTO student_imports (requested_by, file_key, dry_run) VALUES (1, '', true)`)
	o.execute(`UPDATE users SET import_id = 1 WHERE user_id = 2`)

	pdf := o.save(uploads.JobDescription, "%PDF-1.7\n"+strings.Repeat("page ", 10_000))
	o.execute(`INSERT INTO drives (company_name, job_title, domain_id, job_description, package_lpa, interview_date, min_cgpa,
	                               allowed_branches, allowed_batches, status, posted_by, pdf_key, created_at)
	           SELECT 'Company ' || n, $1, 1, repeat($1 || n, 250), 12.50, now(), 7.25, ARRAY['CSE', 'a "quoted", one', ''], ARRAY[2027, 2028],
	                  CASE WHEN n = 1 THEN 'finished' ELSE 'posted' END, 1, CASE WHEN n <= 2 THEN $2 END, timestamptz 'infinity'
	           FROM generate_series(1, 80) AS n`, awkward, pdf)
	o.execute(`INSERT INTO drive_students (drive_id, student_id, selected, selected_at) SELECT 1, student_id, true, now() FROM students`)
	o.execute(`INSERT INTO drive_students (drive_id, student_id, selected) SELECT 2, student_id, false FROM students`)
	o.execute(`INSERT INTO registrations (drive_id, student_id) SELECT 1, student_id FROM students WHERE student_id % 2 = 0`)
	o.execute(`DELETE FROM registrations WHERE registration_id > 190`) // the sequence is ahead of the rows
	o.execute(`INSERT INTO attendance (drive_id, student_id, status, marked_by) SELECT drive_id, student_id, 'PRESENT', 1 FROM registrations`)
	o.execute(`INSERT INTO finished_drives (drive_id, total_registered, total_present, total_absent, published_by) VALUES (1, 190, 190, 0, 1)`)
	o.execute(`INSERT INTO notices (event, drive_id, audience, user_id, title, message, type) VALUES ('created', 1, 'user', 2, $1, $1, 'info')`, awkward)
	o.execute(`INSERT INTO notices (event, drive_id, audience, roles, title, message, type) VALUES ('created', 1, 'roles', '{STAFF,HEAD}', '', '', 'info')`)
	o.execute(`INSERT INTO notice_reads (notice_id, user_id) VALUES (1, 2)`)
	o.execute(`INSERT INTO mail_deliveries (notice_id, user_id, told_at) VALUES (1, 2, now())`)
	export := o.save(uploads.Export, "registration_id\r\n1\r\n")
	o.execute(`INSERT INTO exports (drive_id, requested_by, file_name, file_key, expires_at) VALUES (1, 1, 'Company 1.csv', $1, now())`, export)
	o.execute(`INSERT INTO river_queue (name, updated_at, paused_at) VALUES ('default', now(), now())`)
	o.execute(`INSERT INTO river_notification (topic, payload) VALUES ('topic', $1)`, awkward)
	o.execute(`INSERT INTO river_job (kind, args, max_attempts, state, errors, tags, unique_key, unique_states, scheduled_at)
	           VALUES ('close-registrations', '{"drive_id": 2, "text": "a\nb\\"}', 25, 'scheduled', ARRAY['{"error": "x\\ny"}'::jsonb],
	                   '{a,"b c"}', '\x00ff5c', B'11111111', now() + interval '1 day')`)
	for _, derived := range []string{"drives", "attendance", "registrations", "selections", "branches"} {
		o.execute(`REFRESH MATERIALIZED VIEW analytics_` + derived)
	}
}

// TestTheCollegeLeavesNoTableEmpty keeps the other tests honest: a new table belongs into fill.
func TestTheCollegeLeavesNoTableEmpty(t *testing.T) {
	t.Parallel()
	for name, content := range newCollege(t).contents() {
		require.False(t, strings.HasPrefix(content, "0 rows"), name)
	}
}
