-- name: CreateDrive :one
INSERT INTO drives (company_name, job_title, domain_id, job_description, location, package_lpa, interview_date,
                    registration_deadline, min_cgpa, min_10th, min_12th, max_backlogs, max_total_backlogs,
                    allowed_branches, allowed_batches, allowed_genders, max_gap_years, posted_by, pdf_key)
VALUES (@company_name, @job_title, sqlc.narg(domain_id), sqlc.narg(job_description), sqlc.narg(location),
        sqlc.narg(package_lpa), sqlc.narg(interview_date), sqlc.narg(registration_deadline), sqlc.narg(min_cgpa),
        sqlc.narg(min_10th), sqlc.narg(min_12th), sqlc.narg(max_backlogs), sqlc.narg(max_total_backlogs),
        sqlc.narg(allowed_branches), sqlc.narg(allowed_batches), sqlc.narg(allowed_genders), sqlc.narg(max_gap_years),
        @posted_by, sqlc.narg(pdf_key))
RETURNING *;

-- LockDrive is the barrier of a drive: whoever changes its state, its criteria or its selection holds it, and
-- registrations (which share-lock the row) wait.
-- name: LockDrive :one
SELECT *
FROM drives
WHERE drive_id = @drive_id
FOR NO KEY UPDATE;

-- name: UpdateDrive :exec
UPDATE drives
SET company_name          = @company_name,
    job_title             = @job_title,
    domain_id             = sqlc.narg(domain_id),
    job_description       = sqlc.narg(job_description),
    location              = sqlc.narg(location),
    package_lpa           = sqlc.narg(package_lpa),
    interview_date        = sqlc.narg(interview_date),
    registration_deadline = sqlc.narg(registration_deadline),
    min_cgpa              = sqlc.narg(min_cgpa),
    min_10th              = sqlc.narg(min_10th),
    min_12th              = sqlc.narg(min_12th),
    max_backlogs          = sqlc.narg(max_backlogs),
    max_total_backlogs    = sqlc.narg(max_total_backlogs),
    allowed_branches      = sqlc.narg(allowed_branches),
    allowed_batches       = sqlc.narg(allowed_batches),
    allowed_genders       = sqlc.narg(allowed_genders),
    max_gap_years         = sqlc.narg(max_gap_years),
    pdf_key               = sqlc.narg(pdf_key),
    updated_at            = now()
WHERE drive_id = @drive_id;

-- name: MarkDrivePublished :exec
UPDATE drives
SET status         = 'posted',
    auto_published = @auto_published,
    published_by   = @published_by,
    published_at   = now(),
    updated_at     = now()
WHERE drive_id = @drive_id;

-- name: SetDriveStatus :exec
UPDATE drives
SET status     = @status,
    updated_at = now()
WHERE drive_id = @drive_id;

-- name: DeleteDrive :exec
DELETE FROM drives
WHERE drive_id = @drive_id;

-- name: DriveHasRegistrations :one
SELECT EXISTS (SELECT FROM registrations WHERE drive_id = @drive_id);

-- VisibleDrive is the drive as one viewer may see it: everything for coordinators and heads (@sees_all), else what has
-- been published, and a cancelled drive for the student who had registered for it.
-- name: VisibleDrive :one
SELECT sqlc.embed(d), jd.domain_name,
       CASE WHEN @sees_all::boolean THEN (SELECT count(*) FROM registrations r WHERE r.drive_id = d.drive_id)
            ELSE 0
       END::bigint AS registered_count
FROM drives d
LEFT JOIN job_domains jd USING (domain_id)
WHERE d.drive_id = @drive_id
  AND (@sees_all::boolean
       OR d.status IN ('posted', 'attending', 'finished')
       OR d.status = 'cancelled'
          AND EXISTS (SELECT FROM registrations r WHERE r.drive_id = d.drive_id AND r.student_id = @viewer_id));

-- VisibleDrives is VisibleDrive for a list, newest first; @before_id is the last drive of the page before.
-- name: VisibleDrives :many
SELECT sqlc.embed(d), jd.domain_name,
       CASE WHEN @sees_all::boolean THEN (SELECT count(*) FROM registrations r WHERE r.drive_id = d.drive_id)
            ELSE 0
       END::bigint AS registered_count
FROM drives d
LEFT JOIN job_domains jd USING (domain_id)
WHERE (sqlc.narg(before_id)::bigint IS NULL OR d.drive_id < sqlc.narg(before_id))
  AND (sqlc.narg(status)::text IS NULL OR d.status = sqlc.narg(status))
  AND (sqlc.narg(matching)::text IS NULL OR d.company_name ILIKE sqlc.narg(matching)
       OR d.job_title ILIKE sqlc.narg(matching))
  AND (@sees_all::boolean
       OR d.status IN ('posted', 'attending', 'finished')
       OR d.status = 'cancelled'
          AND EXISTS (SELECT FROM registrations r WHERE r.drive_id = d.drive_id AND r.student_id = @viewer_id))
ORDER BY d.drive_id DESC
LIMIT @row_limit;

-- CountVisibleDrives is how many there are on all pages of VisibleDrives.
-- name: CountVisibleDrives :one
SELECT count(*)
FROM drives d
WHERE (sqlc.narg(status)::text IS NULL OR d.status = sqlc.narg(status))
  AND (sqlc.narg(matching)::text IS NULL OR d.company_name ILIKE sqlc.narg(matching)
       OR d.job_title ILIKE sqlc.narg(matching))
  AND (@sees_all::boolean
       OR d.status IN ('posted', 'attending', 'finished')
       OR d.status = 'cancelled'
          AND EXISTS (SELECT FROM registrations r WHERE r.drive_id = d.drive_id AND r.student_id = @viewer_id));

-- name: PostedDrives :many
SELECT *
FROM drives
WHERE status = 'posted';

-- UnknownStudents names the given ids that are no students.
-- name: UnknownStudents :many
SELECT id::bigint AS student_id
FROM unnest(@student_ids::bigint[]) AS id
WHERE NOT EXISTS (SELECT FROM students s WHERE s.student_id = id)
ORDER BY id;

-- SelectByHand stores the coordinator's own picks, which the caller has found to be eligible.
-- name: SelectByHand :execrows
INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
SELECT @drive_id, id, true, now()
FROM unnest(@student_ids::bigint[]) AS id
ON CONFLICT (drive_id, student_id) DO UPDATE SET selected = true, selected_at = now();
