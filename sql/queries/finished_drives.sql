-- FinishedDrives is newest first; @before_date and @before_id are those of the last drive of the page before.
-- name: FinishedDrives :many
SELECT f.drive_id, d.company_name, d.job_title, jd.domain_name, d.interview_date, f.finished_date, f.total_registered,
       f.total_present, f.total_absent
FROM finished_drives f
JOIN drives d USING (drive_id)
LEFT JOIN job_domains jd USING (domain_id)
WHERE (sqlc.narg(since)::timestamptz IS NULL OR f.finished_date >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR f.finished_date < sqlc.narg(until))
  AND (sqlc.narg(before_id)::bigint IS NULL
       OR (f.finished_date, f.drive_id) < (sqlc.narg(before_date)::timestamptz, sqlc.narg(before_id)))
ORDER BY f.finished_date DESC, f.drive_id DESC
LIMIT @row_limit;
