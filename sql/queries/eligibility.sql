-- StudentInDrive is a drive with where one student stands in it.
-- name: StudentInDrive :one
SELECT sqlc.embed(d),
       (d.registration_deadline IS NOT NULL AND d.registration_deadline <= now())::boolean AS deadline_passed,
       coalesce(ds.selected, false)::boolean                                               AS selected,
       (r.registration_id IS NOT NULL)::boolean                                            AS registered
FROM drives d
LEFT JOIN drive_students ds ON ds.drive_id = d.drive_id AND ds.student_id = @student_id
LEFT JOIN registrations r ON r.drive_id = d.drive_id AND r.student_id = @student_id
WHERE d.drive_id = @drive_id;

-- DrivesToRegisterFor are the drives that Register would take the student for, newest first.
-- name: DrivesToRegisterFor :many
SELECT sqlc.embed(d), jd.domain_name, 0::bigint AS registered_count
FROM drive_students ds
JOIN drives d USING (drive_id)
LEFT JOIN job_domains jd USING (domain_id)
WHERE ds.student_id = @student_id
  AND ds.selected
  AND d.status = 'posted'
  AND (d.registration_deadline IS NULL OR d.registration_deadline > now())
  AND (sqlc.narg(before_id)::bigint IS NULL OR d.drive_id < sqlc.narg(before_id))
ORDER BY d.drive_id DESC
LIMIT @row_limit;

-- name: StudentsOfDrive :many
SELECT student_id
FROM drive_students
WHERE drive_id = @drive_id
ORDER BY student_id;

-- StandingsInDrives tells for each of several students where they stand in each of several drives. OFFSET 0 keeps the
-- planner from reading whole tables instead, which it thinks cheaper for thousands of lookups.
-- name: StandingsInDrives :many
SELECT d.drive_id::bigint                     AS drive_id,
       s.student_id,
       coalesce(ds.selected, false)::boolean  AS selected,
       coalesce(r.registered, false)::boolean AS registered
FROM unnest(@student_ids::bigint[]) AS wanted (student_id)
CROSS JOIN LATERAL (SELECT student_id FROM students WHERE student_id = wanted.student_id OFFSET 0) AS s
CROSS JOIN unnest(@drive_ids::bigint[]) AS d (drive_id)
LEFT JOIN LATERAL (
    SELECT selected
    FROM drive_students
    WHERE drive_id = d.drive_id AND student_id = s.student_id
    OFFSET 0
) AS ds ON true
LEFT JOIN LATERAL (
    SELECT true AS registered
    FROM registrations
    WHERE drive_id = d.drive_id AND student_id = s.student_id
    OFFSET 0
) AS r ON true;

-- RegisteredForCancelled are those of the students who had registered for a drive that was cancelled.
-- name: RegisteredForCancelled :many
SELECT wanted.student_id::bigint AS student_id
FROM unnest(@student_ids::bigint[]) AS wanted (student_id)
CROSS JOIN LATERAL (
    SELECT 1
    FROM registrations r
    JOIN drives d USING (drive_id)
    WHERE r.student_id = wanted.student_id AND d.status = 'cancelled'
    LIMIT 1
) AS cancelled;
