-- MarkedStudents finds, for each line of a bulk mark, the registered student that it means: by id (0: none given) or by
-- roll number. NULL: nobody who is registered for the drive.
-- name: MarkedStudents :many
SELECT r.student_id AS registered_id
FROM (
    SELECT unnest(@student_ids::bigint[]) AS student_id,
           unnest(@roll_numbers::text[])  AS roll_number,
           unnest(@lines::integer[])      AS line
) given
LEFT JOIN students s ON given.student_id = 0 AND upper(s.roll_number) = upper(given.roll_number)
LEFT JOIN registrations r ON r.drive_id = @drive_id
                         AND r.student_id = CASE given.student_id WHEN 0 THEN s.student_id ELSE given.student_id END
ORDER BY given.line;

-- MarkAttendance records marks of registered students; a later mark replaces an earlier one.
-- name: MarkAttendance :exec
INSERT INTO attendance (drive_id, student_id, status, marked_by)
SELECT @drive_id, mark.student_id, mark.status, @marked_by
FROM (SELECT unnest(@student_ids::bigint[]) AS student_id, unnest(@statuses::text[]) AS status) mark
ON CONFLICT (drive_id, student_id) DO UPDATE
SET status    = excluded.status,
    marked_by = excluded.marked_by,
    marked_at = excluded.marked_at
WHERE attendance.status <> excluded.status;

-- name: TakeBackMarks :execrows
DELETE FROM attendance
WHERE drive_id = @drive_id AND student_id = ANY (@student_ids::bigint[]);

-- AttendanceOfDrive is everybody registered, in the order of roll numbers, with the mark where there is one.
-- name: AttendanceOfDrive :many
SELECT a.attendance_id, r.drive_id, r.student_id, u.name, u.email, s.roll_number, s.branch, s.batch_year, s.cgpa,
       r.registered_at, a.status, a.marked_at
FROM registrations r
JOIN students s USING (student_id)
JOIN users u ON u.user_id = r.student_id
LEFT JOIN attendance a ON a.drive_id = r.drive_id AND a.student_id = r.student_id
WHERE r.drive_id = @drive_id
  AND (sqlc.narg(after_roll)::text IS NULL OR upper(s.roll_number) > upper(sqlc.narg(after_roll)))
ORDER BY upper(s.roll_number)
LIMIT @row_limit;

-- name: AttendanceOfStudent :one
SELECT a.attendance_id, r.drive_id, r.student_id, u.name, s.roll_number, a.status
FROM registrations r
JOIN students s USING (student_id)
JOIN users u ON u.user_id = r.student_id
LEFT JOIN attendance a ON a.drive_id = r.drive_id AND a.student_id = r.student_id
WHERE r.drive_id = @drive_id AND r.student_id = @student_id;

-- name: DriveHasAttendance :one
SELECT EXISTS (SELECT FROM attendance WHERE drive_id = @drive_id);

-- MarkRestAbsent records every registered student without a mark as absent.
-- name: MarkRestAbsent :exec
INSERT INTO attendance (drive_id, student_id, status, marked_by)
SELECT r.drive_id, r.student_id, 'ABSENT', @marked_by
FROM registrations r
WHERE r.drive_id = @drive_id
ORDER BY r.student_id
ON CONFLICT (drive_id, student_id) DO NOTHING;

-- name: SummarizeAttendance :exec
INSERT INTO finished_drives (drive_id, total_registered, total_present, total_absent, published_by)
SELECT @drive_id, count(*), count(*) FILTER (WHERE status = 'PRESENT'), count(*) FILTER (WHERE status = 'ABSENT'),
       @published_by
FROM attendance
WHERE drive_id = @drive_id;
