-- RegisterForDrive is one statement. The drive's row is share-locked, so it waits for a stop, a cancel or a re-filter that
-- is under way and then sees its result: once stop-registrations has answered, no registration commits any more.
-- The order keeps two processes with the same students from waiting for each other. Only who has not been added is looked up:
-- a plan made while registrations was empty reads all of it for each.
-- In the audit trail each student registers himself, unless somebody else is said to act. Students without a row back: ask RegistrationState why.
-- name: RegisterForDrive :many
WITH open_drive AS (
    SELECT d.drive_id
    FROM drives d
    WHERE d.drive_id = @drive_id
      AND d.status = 'posted'
      AND (d.registration_deadline IS NULL OR d.registration_deadline > now())
      AND (SELECT COALESCE(NULLIF(current_setting('placeops.acting', true), ''),
                           set_config('placeops.acting', 'self|register|', true))) IS NOT NULL
    FOR SHARE
),
added AS (
    INSERT INTO registrations (drive_id, student_id)
    SELECT selected.drive_id, selected.student_id
    FROM open_drive o
    CROSS JOIN unnest(@student_ids::bigint[]) AS wanted (student_id)
    CROSS JOIN LATERAL (
        SELECT ds.drive_id, ds.student_id
        FROM drive_students ds
        WHERE ds.drive_id = o.drive_id AND ds.student_id = wanted.student_id AND ds.selected
        OFFSET 0
    ) AS selected
    ORDER BY selected.student_id
    ON CONFLICT (drive_id, student_id) DO NOTHING
    RETURNING registration_id, drive_id, student_id, registered_at
)
SELECT a.registration_id, a.drive_id, a.student_id, a.registered_at, true AS created
FROM added a
UNION ALL
SELECT r.registration_id, r.drive_id, r.student_id, r.registered_at, false AS created
FROM (
    SELECT unnest(@student_ids::bigint[]) AS student_id
    EXCEPT
    SELECT student_id FROM added
) AS others
CROSS JOIN LATERAL (
    SELECT registration_id, drive_id, student_id, registered_at
    FROM registrations
    WHERE drive_id = @drive_id AND student_id = others.student_id
    OFFSET 0
) AS r;

-- RegisterMany is RegisterForDrive for pairs of a drive and a student. It never waits for a drive that is being changed: that
-- one is left out, so that it does not hold up the others. OFFSET 0 keeps the planner, whose statistics may be
-- older than the drive, to a look-up for each pair, here and in the other statements of this file.
-- name: RegisterMany :many
WITH open_drives AS (
    SELECT d.drive_id
    FROM drives d
    WHERE d.drive_id = ANY (@drive_ids::bigint[])
      AND d.status = 'posted'
      AND (d.registration_deadline IS NULL OR d.registration_deadline > now())
      AND (SELECT COALESCE(NULLIF(current_setting('placeops.acting', true), ''),
                           set_config('placeops.acting', 'self|register|', true))) IS NOT NULL
    FOR SHARE SKIP LOCKED
),
wanted AS (
    SELECT unnest(@drive_ids::bigint[]) AS drive_id, unnest(@student_ids::bigint[]) AS student_id
),
added AS (
    INSERT INTO registrations (drive_id, student_id)
    SELECT selected.drive_id, selected.student_id
    FROM open_drives
    JOIN wanted w USING (drive_id)
    CROSS JOIN LATERAL (
        SELECT ds.drive_id, ds.student_id
        FROM drive_students ds
        WHERE ds.drive_id = w.drive_id AND ds.student_id = w.student_id AND ds.selected
        OFFSET 0
    ) AS selected
    ORDER BY selected.drive_id, selected.student_id
    ON CONFLICT (drive_id, student_id) DO NOTHING
    RETURNING registration_id, drive_id, student_id, registered_at
)
SELECT a.registration_id, a.drive_id, a.student_id, a.registered_at, true AS created
FROM added a
UNION ALL
SELECT r.registration_id, r.drive_id, r.student_id, r.registered_at, false AS created
FROM (
    SELECT drive_id, student_id FROM wanted
    EXCEPT
    SELECT drive_id, student_id FROM added
) AS others
CROSS JOIN LATERAL (
    SELECT registration_id, drive_id, student_id, registered_at
    FROM registrations
    WHERE drive_id = others.drive_id AND student_id = others.student_id
    OFFSET 0
) AS r;

-- RegistrationState tells all that decides whether a student may register, or why not.
-- name: RegistrationState :one
SELECT d.status,
       coalesce(d.registration_deadline <= now(), false)::boolean AS deadline_passed,
       coalesce(ds.selected, false)::boolean                      AS selected,
       (ds.student_id IS NOT NULL)::boolean                       AS eligible,
       (r.registration_id IS NOT NULL)::boolean                   AS registered
FROM drives d
LEFT JOIN drive_students ds ON ds.drive_id = d.drive_id AND ds.student_id = @student_id
LEFT JOIN registrations r ON r.drive_id = d.drive_id AND r.student_id = @student_id
WHERE d.drive_id = @drive_id;

-- name: Withdraw :execrows
WITH open_drive AS (
    SELECT d.drive_id
    FROM drives d
    WHERE d.drive_id = @drive_id AND d.status = 'posted'
    FOR SHARE
)
DELETE FROM registrations r
USING open_drive o
WHERE r.drive_id = o.drive_id AND r.student_id = @student_id;

-- name: IsRegistered :one
SELECT EXISTS (SELECT FROM registrations WHERE drive_id = @drive_id AND student_id = @student_id);

-- name: RegistrationsOfStudent :many
SELECT r.registration_id, r.student_id, r.registered_at, sqlc.embed(d), jd.domain_name, a.status AS attendance
FROM registrations r
JOIN drives d USING (drive_id)
LEFT JOIN job_domains jd USING (domain_id)
LEFT JOIN attendance a ON a.drive_id = r.drive_id AND a.student_id = r.student_id AND d.status = 'finished'
WHERE r.student_id = @student_id
  AND (sqlc.narg(before_id)::bigint IS NULL OR r.registration_id < sqlc.narg(before_id))
ORDER BY r.registration_id DESC
LIMIT @row_limit;

-- name: RegistrationsOfDrive :many
SELECT r.registration_id, r.drive_id, r.student_id, r.registered_at, u.name, u.email, s.roll_number, s.branch,
       s.batch_year, s.cgpa
FROM registrations r
JOIN students s USING (student_id)
JOIN users u ON u.user_id = r.student_id
WHERE r.drive_id = @drive_id
  AND r.registration_id > @after_id
ORDER BY r.registration_id
LIMIT @row_limit;

-- name: CountRegistrationsOfDrive :one
SELECT count(*)
FROM registrations
WHERE drive_id = @drive_id;

-- SortedRegistrations is a page of a drive's registrations in any order, with the number of all that match. The order goes by a text
-- or a number; who has neither comes last, and equals come in the order of their ids. @after_… is the last row of the page before.
-- name: SortedRegistrations :many
WITH matching AS MATERIALIZED (
    SELECT r.student_id,
           CASE @sorted_by::text WHEN 'roll_number' THEN upper(s.roll_number)
                                 WHEN 'name' THEN upper(u.name)
                                 WHEN 'branch' THEN upper(NULLIF(btrim(s.branch), '')) END AS text_key,
           CASE @sorted_by::text WHEN 'registered_at' THEN r.registration_id::numeric
                                 WHEN 'cgpa' THEN s.cgpa END AS number_key
    FROM registrations r
    JOIN students s USING (student_id)
    JOIN users u ON u.user_id = r.student_id
    WHERE r.drive_id = @drive_id
      AND (sqlc.narg(matching)::text IS NULL OR u.name ILIKE sqlc.narg(matching) OR u.email ILIKE sqlc.narg(matching)
           OR s.roll_number ILIKE sqlc.narg(matching))
),
page AS (
    SELECT student_id, text_key, number_key
    FROM matching
    WHERE sqlc.narg(after_id)::bigint IS NULL
       OR CASE WHEN sqlc.narg(after_text)::text IS NULL AND sqlc.narg(after_number)::numeric IS NULL
               THEN text_key IS NULL AND number_key IS NULL AND student_id > sqlc.narg(after_id)::bigint
               ELSE text_key IS NULL AND number_key IS NULL
                    OR CASE WHEN @descending::boolean THEN text_key < sqlc.narg(after_text)::text OR number_key < sqlc.narg(after_number)::numeric
                            ELSE text_key > sqlc.narg(after_text)::text OR number_key > sqlc.narg(after_number)::numeric END
                    OR (text_key = sqlc.narg(after_text)::text OR number_key = sqlc.narg(after_number)::numeric) AND student_id > sqlc.narg(after_id)::bigint
          END
    ORDER BY CASE WHEN NOT @descending::boolean THEN number_key END, CASE WHEN @descending::boolean THEN number_key END DESC NULLS LAST,
             CASE WHEN NOT @descending::boolean THEN text_key END, CASE WHEN @descending::boolean THEN text_key END DESC NULLS LAST, student_id
    LIMIT @row_limit
)
SELECT r.registration_id, r.drive_id, r.student_id, r.registered_at, u.name, u.email, s.roll_number, s.branch,
       s.batch_year, s.cgpa, COALESCE(page.text_key, page.number_key::text, '')::text AS key,
       (SELECT count(*) FROM matching) AS total
FROM page
JOIN registrations r ON r.drive_id = @drive_id AND r.student_id = page.student_id
JOIN students s ON s.student_id = page.student_id
JOIN users u ON u.user_id = page.student_id
ORDER BY CASE WHEN NOT @descending::boolean THEN page.number_key END, CASE WHEN @descending::boolean THEN page.number_key END DESC NULLS LAST,
         CASE WHEN NOT @descending::boolean THEN page.text_key END, CASE WHEN @descending::boolean THEN page.text_key END DESC NULLS LAST,
         page.student_id;

-- name: CountMatchingRegistrations :one
SELECT count(*)
FROM registrations r
JOIN students s USING (student_id)
JOIN users u ON u.user_id = r.student_id
WHERE r.drive_id = @drive_id
  AND (sqlc.narg(matching)::text IS NULL OR u.name ILIKE sqlc.narg(matching) OR u.email ILIKE sqlc.narg(matching)
       OR s.roll_number ILIKE sqlc.narg(matching));
