-- name: CreateStudentImport :one
INSERT INTO student_imports (requested_by, file_key, dry_run)
VALUES (@requested_by, @file_key, @dry_run)
RETURNING import_id;

-- name: SetStudentImportJob :exec
UPDATE student_imports
SET job_id = @job_id
WHERE import_id = @import_id;

-- name: StudentImportByID :one
SELECT *
FROM student_imports
WHERE import_id = @import_id;

-- name: StudentImportByJob :one
SELECT *
FROM student_imports
WHERE job_id = @job_id::bigint;

-- name: SetStudentImportProgress :exec
UPDATE student_imports
SET done  = @done,
    total = @total
WHERE import_id = @import_id;

-- TakeCodes lets the list of one-time codes be fetched once: the second caller gets no row.
-- name: TakeCodes :one
UPDATE student_imports
SET codes_taken_at = now()
WHERE import_id = @import_id AND codes_taken_at IS NULL
RETURNING import_id;

-- name: AccountsWithoutCode :many
SELECT u.user_id, s.roll_number, u.name, u.email
FROM users u
JOIN students s ON s.student_id = u.user_id
WHERE u.import_id = @import_id::bigint AND u.password_hash IS NULL AND u.code_hash IS NULL
ORDER BY upper(s.roll_number)
FOR UPDATE OF u;

-- name: SetCodes :exec
UPDATE users u
SET code_hash = c.code_hash
FROM (SELECT unnest(@user_ids::bigint[]) AS user_id, unnest(@code_hashes::bytea[]) AS code_hash) c
WHERE u.user_id = c.user_id;

-- name: HasAccountsWithoutCode :one
SELECT EXISTS (
    SELECT
    FROM users
    WHERE import_id = @import_id::bigint AND password_hash IS NULL AND code_hash IS NULL
);

-- name: StudentImportsWithFile :many
SELECT *
FROM student_imports
WHERE file_key <> ''
ORDER BY import_id;

-- name: ForgetStudentImportFile :exec
UPDATE student_imports
SET file_key = ''
WHERE import_id = @import_id;
