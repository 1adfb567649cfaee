-- name: CreateExport :one
INSERT INTO exports (drive_id, requested_by, file_name, total)
VALUES (@drive_id, @requested_by, @file_name, @total)
RETURNING export_id;

-- name: SetExportJob :exec
UPDATE exports
SET job_id = @job_id
WHERE export_id = @export_id;

-- name: ExportByID :one
SELECT sqlc.embed(e), coalesce(e.expires_at <= now(), false)::boolean AS expired
FROM exports e
WHERE e.export_id = @export_id;

-- name: ExportByJob :one
SELECT sqlc.embed(e), coalesce(e.expires_at <= now(), false)::boolean AS expired
FROM exports e
WHERE e.job_id = @job_id::bigint;

-- name: SetExportProgress :exec
UPDATE exports
SET done  = @done,
    total = @total
WHERE export_id = @export_id;

-- FinishExport takes the file of the first run that ends; a second one that runs at the same moment waits and gets no row.
-- name: FinishExport :execrows
UPDATE exports
SET file_key   = @file_key::text,
    expires_at = now() + make_interval(secs => @keep_seconds::double precision),
    done       = @done,
    total      = @done
WHERE export_id = @export_id AND file_key IS NULL;

-- name: ExpiredExports :many
SELECT export_id, file_key::text AS file_key
FROM exports
WHERE file_key IS NOT NULL AND expires_at <= now()
ORDER BY expires_at
LIMIT @row_limit;

-- name: ForgetExportFile :exec
UPDATE exports
SET file_key = NULL
WHERE export_id = @export_id AND file_key = @file_key::text;

-- ForgetOldExports removes exports whose jobs are long gone.
-- name: ForgetOldExports :exec
DELETE FROM exports
WHERE file_key IS NULL AND created_at < now() - interval '30 days';

-- FilesWithoutOwner returns those of the keys that nothing refers to.
-- name: FilesWithoutOwner :many
SELECT k.file_key::text AS file_key
FROM unnest(@file_keys::text[]) AS k (file_key)
WHERE NOT EXISTS (SELECT FROM drives d WHERE d.pdf_key = k.file_key)
  AND NOT EXISTS (SELECT FROM student_imports i WHERE i.file_key = k.file_key)
  AND NOT EXISTS (SELECT FROM exports e WHERE e.file_key = k.file_key);

-- InstalledSince is when the first account was made; no row while there is none.
-- name: InstalledSince :one
SELECT created_at
FROM users
ORDER BY user_id
LIMIT 1;
