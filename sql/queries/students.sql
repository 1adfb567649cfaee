-- name: CreateStudent :one
INSERT INTO students (student_id, roll_number, branch, batch_year, cgpa, tenth_percent, twelfth_percent,
                      diploma_percent, active_backlogs, cleared_backlogs, gender, gap_years)
VALUES (@student_id, @roll_number, sqlc.narg(branch), sqlc.narg(batch_year), sqlc.narg(cgpa), sqlc.narg(tenth_percent),
        sqlc.narg(twelfth_percent), sqlc.narg(diploma_percent), @active_backlogs, @cleared_backlogs, sqlc.narg(gender),
        @gap_years)
RETURNING *;

-- name: StudentByID :one
SELECT sqlc.embed(s), u.name, u.email, u.phone, u.active
FROM students s
JOIN users u ON u.user_id = s.student_id
WHERE s.student_id = @student_id AND u.role = 'STUDENT';

-- LockStudent also finds the record of somebody whose role has changed; a list or a page shows it no more.
-- name: LockStudent :one
SELECT *
FROM students
WHERE student_id = @student_id
FOR UPDATE;

-- name: UpdateStudent :exec
UPDATE students
SET roll_number      = @roll_number,
    branch           = sqlc.narg(branch),
    batch_year       = sqlc.narg(batch_year),
    cgpa             = sqlc.narg(cgpa),
    tenth_percent    = sqlc.narg(tenth_percent),
    twelfth_percent  = sqlc.narg(twelfth_percent),
    diploma_percent  = sqlc.narg(diploma_percent),
    active_backlogs  = @active_backlogs,
    cleared_backlogs = @cleared_backlogs,
    gender           = sqlc.narg(gender),
    gap_years        = @gap_years,
    debarred         = @debarred,
    debarred_reason  = sqlc.narg(debarred_reason),
    updated_at       = now()
WHERE student_id = @student_id;

-- ListStudents is in the order of roll numbers; @after_roll is the last one of the page before.
-- name: ListStudents :many
SELECT sqlc.embed(s), u.name, u.email, u.phone, u.active
FROM students s
JOIN users u ON u.user_id = s.student_id
WHERE u.role = 'STUDENT'
  AND (sqlc.narg(after_roll)::text IS NULL OR upper(s.roll_number) > upper(sqlc.narg(after_roll)))
  AND (sqlc.narg(matching)::text IS NULL OR u.name ILIKE sqlc.narg(matching) OR u.email ILIKE sqlc.narg(matching)
       OR s.roll_number ILIKE sqlc.narg(matching))
  AND (sqlc.narg(branch)::text IS NULL OR lower(s.branch) = lower(sqlc.narg(branch)))
  AND (sqlc.narg(batch_year)::integer IS NULL OR s.batch_year = sqlc.narg(batch_year))
  AND (sqlc.narg(min_cgpa)::numeric IS NULL OR s.cgpa >= sqlc.narg(min_cgpa))
  AND (sqlc.narg(max_cgpa)::numeric IS NULL OR s.cgpa <= sqlc.narg(max_cgpa))
  AND (sqlc.narg(max_backlogs)::integer IS NULL OR s.active_backlogs <= sqlc.narg(max_backlogs))
  AND (sqlc.narg(gender)::text IS NULL OR s.gender = sqlc.narg(gender))
  AND (sqlc.narg(active)::boolean IS NULL OR u.active = sqlc.narg(active))
  AND (sqlc.narg(debarred)::boolean IS NULL OR s.debarred = sqlc.narg(debarred))
ORDER BY upper(s.roll_number)
LIMIT @row_limit;

-- name: CountStudents :one
SELECT count(*)
FROM students s
JOIN users u ON u.user_id = s.student_id
WHERE u.role = 'STUDENT'
  AND (sqlc.narg(matching)::text IS NULL OR u.name ILIKE sqlc.narg(matching) OR u.email ILIKE sqlc.narg(matching)
       OR s.roll_number ILIKE sqlc.narg(matching))
  AND (sqlc.narg(branch)::text IS NULL OR lower(s.branch) = lower(sqlc.narg(branch)))
  AND (sqlc.narg(batch_year)::integer IS NULL OR s.batch_year = sqlc.narg(batch_year))
  AND (sqlc.narg(min_cgpa)::numeric IS NULL OR s.cgpa >= sqlc.narg(min_cgpa))
  AND (sqlc.narg(max_cgpa)::numeric IS NULL OR s.cgpa <= sqlc.narg(max_cgpa))
  AND (sqlc.narg(max_backlogs)::integer IS NULL OR s.active_backlogs <= sqlc.narg(max_backlogs))
  AND (sqlc.narg(gender)::text IS NULL OR s.gender = sqlc.narg(gender))
  AND (sqlc.narg(active)::boolean IS NULL OR u.active = sqlc.narg(active))
  AND (sqlc.narg(debarred)::boolean IS NULL OR s.debarred = sqlc.narg(debarred));

-- SortedStudents is ListStudents in any order, see SortedRegistrations.
-- name: SortedStudents :many
WITH matching AS MATERIALIZED (
    SELECT s.student_id,
           CASE @sorted_by::text WHEN 'roll_number' THEN upper(s.roll_number)
                                 WHEN 'name' THEN upper(u.name)
                                 WHEN 'branch' THEN upper(NULLIF(btrim(s.branch), '')) END AS text_key,
           CASE @sorted_by::text WHEN 'cgpa' THEN s.cgpa
                                 WHEN 'batch_year' THEN s.batch_year::numeric END AS number_key
    FROM students s
    JOIN users u ON u.user_id = s.student_id
    WHERE u.role = 'STUDENT'
      AND (sqlc.narg(matching)::text IS NULL OR u.name ILIKE sqlc.narg(matching) OR u.email ILIKE sqlc.narg(matching)
           OR s.roll_number ILIKE sqlc.narg(matching))
      AND (sqlc.narg(branch)::text IS NULL OR lower(s.branch) = lower(sqlc.narg(branch)))
      AND (sqlc.narg(batch_year)::integer IS NULL OR s.batch_year = sqlc.narg(batch_year))
      AND (sqlc.narg(min_cgpa)::numeric IS NULL OR s.cgpa >= sqlc.narg(min_cgpa))
      AND (sqlc.narg(max_cgpa)::numeric IS NULL OR s.cgpa <= sqlc.narg(max_cgpa))
      AND (sqlc.narg(max_backlogs)::integer IS NULL OR s.active_backlogs <= sqlc.narg(max_backlogs))
      AND (sqlc.narg(gender)::text IS NULL OR s.gender = sqlc.narg(gender))
      AND (sqlc.narg(active)::boolean IS NULL OR u.active = sqlc.narg(active))
      AND (sqlc.narg(debarred)::boolean IS NULL OR s.debarred = sqlc.narg(debarred))
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
SELECT sqlc.embed(s), u.name, u.email, u.phone, u.active,
       COALESCE(page.text_key, page.number_key::text, '')::text AS key, (SELECT count(*) FROM matching) AS total
FROM page
JOIN students s ON s.student_id = page.student_id
JOIN users u ON u.user_id = page.student_id
ORDER BY CASE WHEN NOT @descending::boolean THEN page.number_key END, CASE WHEN @descending::boolean THEN page.number_key END DESC NULLS LAST,
         CASE WHEN NOT @descending::boolean THEN page.text_key END, CASE WHEN @descending::boolean THEN page.text_key END DESC NULLS LAST,
         page.student_id;
