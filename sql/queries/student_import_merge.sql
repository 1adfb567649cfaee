-- LockStudentImports lets one import after the other decide and write, of all processes. The lock ends with the
-- transaction.
-- name: LockStudentImports :exec
SELECT pg_advisory_xact_lock(hashtextextended('placeops: import of students', 0));

-- PlanStudentImport compares the file's rows with the students there are. A column that the file lacks keeps what is
-- stored; an empty cell removes it, but never a name or an e-mail address.
-- name: PlanStudentImport :exec
INSERT INTO planned_students (line, student_id, role, roll_number, name, email, phone, branch, batch_year, cgpa,
                              tenth_percent, twelfth_percent, diploma_percent, active_backlogs, cleared_backlogs, gender,
                              gap_years, email_differs, account_differs, record_differs)
SELECT r.line, s.student_id, u.role, r.roll_number, t.name, t.email, t.phone, t.branch, t.batch_year, t.cgpa,
       t.tenth_percent, t.twelfth_percent, t.diploma_percent, t.active_backlogs, t.cleared_backlogs, t.gender, t.gap_years,
       t.email IS DISTINCT FROM u.email OR u.user_id IS NULL,
       (t.name, t.email, t.phone) IS DISTINCT FROM (u.name, u.email, u.phone) OR u.user_id IS NULL,
       (t.branch, t.batch_year, t.cgpa, t.tenth_percent, t.twelfth_percent, t.diploma_percent, t.active_backlogs,
        t.cleared_backlogs, t.gender, t.gap_years)
           IS DISTINCT FROM
       (s.branch, s.batch_year, s.cgpa, s.tenth_percent, s.twelfth_percent, s.diploma_percent, s.active_backlogs,
        s.cleared_backlogs, s.gender, s.gap_years) OR s.student_id IS NULL
FROM sheet_students r
LEFT JOIN students s ON upper(s.roll_number) = upper(r.roll_number)
LEFT JOIN users u ON u.user_id = s.student_id
CROSS JOIN LATERAL (
    SELECT COALESCE(r.name, u.name) AS name,
           COALESCE(r.email, u.email) AS email,
           CASE WHEN 'phone' = ANY (@columns::text[]) THEN r.phone ELSE u.phone END AS phone,
           CASE WHEN 'branch' = ANY (@columns) THEN r.branch ELSE s.branch END AS branch,
           CASE WHEN 'batch_year' = ANY (@columns) THEN r.batch_year ELSE s.batch_year END AS batch_year,
           CASE WHEN 'cgpa' = ANY (@columns) THEN r.cgpa ELSE s.cgpa END AS cgpa,
           CASE WHEN 'tenth_percent' = ANY (@columns) THEN r.tenth_percent ELSE s.tenth_percent END AS tenth_percent,
           CASE WHEN 'twelfth_percent' = ANY (@columns) THEN r.twelfth_percent ELSE s.twelfth_percent END AS twelfth_percent,
           CASE WHEN 'diploma_percent' = ANY (@columns) THEN r.diploma_percent ELSE s.diploma_percent END AS diploma_percent,
           COALESCE(CASE WHEN 'active_backlogs' = ANY (@columns) THEN r.active_backlogs ELSE s.active_backlogs END, 0)
               AS active_backlogs,
           COALESCE(CASE WHEN 'cleared_backlogs' = ANY (@columns) THEN r.cleared_backlogs ELSE s.cleared_backlogs END, 0)
               AS cleared_backlogs,
           CASE WHEN 'gender' = ANY (@columns) THEN r.gender ELSE s.gender END AS gender,
           COALESCE(CASE WHEN 'gap_years' = ANY (@columns) THEN r.gap_years ELSE s.gap_years END, 0) AS gap_years
) t;

-- StudentImportFaults finds what only the database can know of a row. An address that its owner gives up in the same file
-- is free. The reader has found what stands twice in the file; that is looked for again because the database folds a few
-- letters differently.
-- name: StudentImportFaults :many
WITH faults AS (
    SELECT line, 'name' AS column_name, '' AS value, 'a new student needs a name' AS message
    FROM planned_students
    WHERE student_id IS NULL AND name IS NULL

    UNION ALL
    SELECT line, 'email', '', 'a new student needs an e-mail address'
    FROM planned_students
    WHERE student_id IS NULL AND email IS NULL

    UNION ALL
    SELECT line, 'roll_number', roll_number,
           format('the account with this roll number is %s now and no student; remove this row', role)
    FROM planned_students
    WHERE role <> 'STUDENT'

    UNION ALL
    SELECT p.line, 'email', p.email,
           CASE WHEN owner.role = 'STUDENT' THEN format('this e-mail address belongs to the student %s', s.roll_number)
                ELSE 'this e-mail address belongs to another account' END
    FROM planned_students p
    JOIN users owner ON lower(owner.email) = lower(p.email)
    LEFT JOIN students s ON s.student_id = owner.user_id
    WHERE p.email_differs AND owner.user_id IS DISTINCT FROM p.student_id
      AND NOT EXISTS (
          SELECT
          FROM planned_students leaving
          WHERE leaving.student_id = owner.user_id AND lower(leaving.email) <> lower(owner.email)
      )

    UNION ALL
    SELECT r.line, 'roll_number', r.roll_number, format('the same roll number stands in line %s', twice.first_line)
    FROM sheet_students r
    JOIN (
        SELECT upper(roll_number) AS folded, min(line) AS first_line
        FROM sheet_students
        GROUP BY upper(roll_number)
        HAVING count(*) > 1
    ) twice ON twice.folded = upper(r.roll_number) AND twice.first_line < r.line

    UNION ALL
    SELECT r.line, 'email', r.email, format('the same e-mail address stands in line %s', twice.first_line)
    FROM sheet_students r
    JOIN (
        SELECT lower(email) AS folded, min(line) AS first_line
        FROM sheet_students
        GROUP BY lower(email)
        HAVING count(*) > 1
    ) twice ON twice.folded = lower(r.email) AND twice.first_line < r.line
)
SELECT line, column_name, left(value, 100)::text AS value, message, count(*) OVER () AS total
FROM faults
ORDER BY line, column_name
LIMIT @most;

-- name: CountPlannedStudents :one
SELECT count(*) FILTER (WHERE student_id IS NULL) AS created,
       count(*) FILTER (WHERE student_id IS NOT NULL AND (account_differs OR record_differs)) AS updated,
       count(*) FILTER (WHERE NOT account_differs AND NOT record_differs) AS unchanged
FROM planned_students;

-- name: UpdatePlannedStudents :exec
UPDATE students s
SET branch           = p.branch,
    batch_year       = p.batch_year,
    cgpa             = p.cgpa,
    tenth_percent    = p.tenth_percent,
    twelfth_percent  = p.twelfth_percent,
    diploma_percent  = p.diploma_percent,
    active_backlogs  = p.active_backlogs,
    cleared_backlogs = p.cleared_backlogs,
    gender           = p.gender,
    gap_years        = p.gap_years,
    updated_at       = now()
FROM planned_students p
WHERE s.student_id = p.student_id AND p.record_differs;

-- VacatePlannedEmails frees the addresses that go from one student of the file to another, which a unique index would not
-- let change hands in one step. UpdatePlannedAccounts then writes the final ones.
-- name: VacatePlannedEmails :exec
UPDATE users u
SET email = 'user-' || u.user_id || '@moved.invalid'
FROM planned_students p
WHERE u.user_id = p.student_id AND p.email_differs
  AND EXISTS (
      SELECT
      FROM planned_students taking
      WHERE taking.email_differs AND taking.line <> p.line AND lower(taking.email) = lower(u.email)
  );

-- name: UpdatePlannedAccounts :exec
UPDATE users u
SET name       = p.name,
    email      = p.email,
    phone      = p.phone,
    updated_at = now()
FROM planned_students p
WHERE u.user_id = p.student_id AND p.account_differs;

-- name: CreatePlannedStudents :exec
WITH newcomers AS MATERIALIZED (
    SELECT nextval('users_user_id_seq') AS student_id, roll_number, name, email, phone, branch, batch_year, cgpa,
           tenth_percent, twelfth_percent, diploma_percent, active_backlogs, cleared_backlogs, gender, gap_years
    FROM planned_students
    WHERE student_id IS NULL
    ORDER BY line
), accounts AS (
    INSERT INTO users (user_id, name, email, role, phone, must_change_password, import_id)
    SELECT student_id, name, email, 'STUDENT', phone, true, @import_id::bigint
    FROM newcomers
)
INSERT INTO students (student_id, roll_number, branch, batch_year, cgpa, tenth_percent, twelfth_percent, diploma_percent,
                      active_backlogs, cleared_backlogs, gender, gap_years)
SELECT student_id, roll_number, branch, batch_year, cgpa, tenth_percent, twelfth_percent, diploma_percent, active_backlogs,
       cleared_backlogs, gender, gap_years
FROM newcomers;
