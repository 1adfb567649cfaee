-- name: CreateUser :one
INSERT INTO users (name, email, role, department, phone, password_hash, code_hash, must_change_password)
VALUES (@name, @email, @role, sqlc.narg(department), sqlc.narg(phone), sqlc.narg(password_hash), sqlc.narg(code_hash),
        @must_change_password)
RETURNING *;

-- name: UserByID :one
SELECT *
FROM users
WHERE user_id = @user_id;

-- name: UserByEmail :one
SELECT *
FROM users
WHERE lower(email) = lower(@email);

-- name: LockUser :one
SELECT *
FROM users
WHERE user_id = @user_id
FOR UPDATE;

-- LockActiveHeads keeps two demotions at the same moment from both thinking that the other head remains.
-- name: LockActiveHeads :many
SELECT user_id
FROM users
WHERE role = 'HEAD' AND active
ORDER BY user_id
FOR UPDATE;

-- name: ListUsers :many
SELECT *
FROM users
WHERE user_id > @after_id
  AND (sqlc.narg(role)::text IS NULL OR role = sqlc.narg(role))
  AND (sqlc.narg(active)::boolean IS NULL OR active = sqlc.narg(active))
  AND (sqlc.narg(matching)::text IS NULL OR name ILIKE sqlc.narg(matching) OR email ILIKE sqlc.narg(matching))
ORDER BY user_id
LIMIT @row_limit;

-- name: CountUsers :one
SELECT count(*)
FROM users
WHERE (sqlc.narg(role)::text IS NULL OR role = sqlc.narg(role))
  AND (sqlc.narg(active)::boolean IS NULL OR active = sqlc.narg(active))
  AND (sqlc.narg(matching)::text IS NULL OR name ILIKE sqlc.narg(matching) OR email ILIKE sqlc.narg(matching));

-- UpdateUser writes what a patch may change. revoke_tokens refuses every token issued until now.
-- name: UpdateUser :one
UPDATE users
SET name              = @name,
    email             = @email,
    role              = @role,
    department        = sqlc.narg(department),
    phone             = sqlc.narg(phone),
    active            = @active,
    tokens_valid_from = CASE WHEN @revoke_tokens::boolean THEN clock_timestamp() ELSE tokens_valid_from END,
    updated_at        = now()
WHERE user_id = @user_id
RETURNING *;

-- SetPassword ends every token issued until now, and any one-time code. It returns that moment.
-- name: SetPassword :one
UPDATE users
SET password_hash        = @password_hash,
    code_hash            = NULL,
    code_used_at         = NULL,
    import_id            = NULL,
    must_change_password = false,
    tokens_valid_from    = clock_timestamp(),
    updated_at           = now()
WHERE user_id = @user_id
RETURNING tokens_valid_from;

-- SetCode replaces the password by a one-time code, and ends every token issued until now.
-- name: SetCode :exec
UPDATE users
SET password_hash        = NULL,
    code_hash            = @code_hash,
    code_used_at         = NULL,
    import_id            = NULL,
    must_change_password = true,
    tokens_valid_from    = clock_timestamp(),
    updated_at           = now()
WHERE user_id = @user_id;

-- name: CountAllUsers :one
SELECT count(*)
FROM users;

-- EndAllTokens makes everybody sign in again.
-- name: EndAllTokens :exec
UPDATE users
SET tokens_valid_from = clock_timestamp();
