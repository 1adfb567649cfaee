package main

// invariants are queries that find nothing in a sound database. Each returns a text for each thing that is wrong.
var invariants = []struct{ broken, query string }{
	{"registered without being selected", `
SELECT format('drive %s, student %s', r.drive_id, r.student_id)
FROM registrations r
LEFT JOIN drive_students ds USING (drive_id, student_id)
WHERE ds.selected IS NOT TRUE`},
	{"the counters of a drive are not its rows", `
SELECT format('drive %s: eligible %s, rows %s; selected %s, rows %s', d.drive_id, d.eligible_count, c.eligible, d.selected_count, c.selected)
FROM drives d
CROSS JOIN LATERAL (
    SELECT count(*) AS eligible, count(*) FILTER (WHERE selected) AS selected FROM drive_students ds WHERE ds.drive_id = d.drive_id
) c
WHERE d.eligible_count <> c.eligible OR d.selected_count <> c.selected
   OR d.eligible_count IS NULL AND (d.status <> 'pending' OR c.eligible > 0)`},
	{"the summary of a drive is not its attendance", `
SELECT format('drive %s: %s of %s present, rows say %s of %s', d.drive_id, f.total_present, f.total_registered, a.present, r.registered)
FROM drives d
LEFT JOIN finished_drives f USING (drive_id)
CROSS JOIN LATERAL (SELECT count(*) AS registered FROM registrations WHERE drive_id = d.drive_id) r
CROSS JOIN LATERAL (
    SELECT count(*) AS marked, count(*) FILTER (WHERE status = 'PRESENT') AS present FROM attendance WHERE drive_id = d.drive_id
) a
WHERE (f.drive_id IS NOT NULL) <> (d.status = 'finished')
   OR f.drive_id IS NOT NULL AND (f.total_registered, f.total_present, a.marked) IS DISTINCT FROM (r.registered, a.present, r.registered)
   OR d.status IN ('pending', 'posted') AND a.marked > 0`},
	{"a job was not done", `
SELECT format('job %s, %s: %s after %s attempts: %s', id, kind, state, attempt, errors[1])
FROM river_job
WHERE state <> 'completed'`},
	{"not one publishing job for each publish", `
SELECT format('drive %s, %s: %s jobs', d.drive_id, d.status, j.n)
FROM drives d
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM river_job WHERE kind = 'auto-publish' AND (args ->> 'drive_id')::bigint = d.drive_id
) j
WHERE j.n <> (d.status <> 'pending')::int`},
	{"not told once", `
WITH wanted AS (
    SELECT d.drive_id, w.event, w.audience
    FROM drives d
    JOIN (VALUES ('drive-created', 'roles', 0), ('drive-published', 'selected', 1), ('drive-published', 'roles', 1),
                 ('registered', 'registered', 1), ('attendance-published', 'registered', 3), ('attendance-published', 'roles', 3)
         ) AS w (event, audience, since) ON w.since <= array_position(ARRAY['pending', 'posted', 'attending', 'finished'], d.status) - 1
), told AS (
    SELECT drive_id, event, audience, count(*) AS times FROM notices GROUP BY drive_id, event, audience
)
SELECT format('drive %s, %s to %s: %s times', drive_id, event, audience, coalesce(times, 0))
FROM wanted w
FULL JOIN told t USING (drive_id, event, audience)
WHERE w.drive_id IS NULL OR times IS DISTINCT FROM 1`},
	{"an export and its job are not one", `
SELECT format('export %s, job %s', export_id, id)
FROM exports e
FULL JOIN (SELECT * FROM river_job WHERE kind = 'export-registrations-csv') j
    ON j.id = e.job_id AND (j.args ->> 'export_id')::bigint = e.export_id
WHERE e.export_id IS NULL OR j.id IS NULL OR e.file_key IS NULL`},
	{"an import and its job are not one", `
SELECT format('import %s, job %s', import_id, id)
FROM student_imports i
FULL JOIN (SELECT * FROM river_job WHERE kind = 'import-students') j
    ON j.id = i.job_id AND (j.args ->> 'import_id')::bigint = i.import_id
WHERE i.import_id IS NULL OR j.id IS NULL`},
	{"half a student", `
SELECT format('user %s', user_id)
FROM users u
LEFT JOIN students s ON s.student_id = u.user_id
WHERE u.role = 'STUDENT' AND s.student_id IS NULL`},
}
