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
