-- AccessOf is what every request of a signed-in person is checked against.
-- name: AccessOf :many
SELECT user_id, name, email, role, active, must_change_password, tokens_valid_from
FROM users
WHERE user_id = ANY (@user_ids::bigint[]);

-- ConfirmPassword answers when the token is issued, from the database's clock, and only if the password just checked
-- is still the person's password: a change of password at the same moment waits or wins.
-- name: ConfirmPassword :one
SELECT clock_timestamp()::timestamptz AS issued_at
FROM users
WHERE user_id = @user_id AND active AND password_hash = @password_hash
FOR SHARE;

-- ReplaceHash writes another hash of the same password, unless the password has changed meanwhile. Tokens stay valid.
-- name: ReplaceHash :execrows
UPDATE users
SET password_hash = @new_hash
WHERE user_id = @user_id AND password_hash = @old_hash;

-- ImportedHashCost is the cost of most bcrypt hashes, which came from an earlier system; 0 if there is none.
-- name: ImportedHashCost :one
SELECT COALESCE(mode() WITHIN GROUP (ORDER BY substr(password_hash, 5, 2)::integer), 0)::integer AS cost
FROM users
WHERE password_hash ~ '^\$2[aby]\$\d\d\$';

-- UseCode takes a one-time code, once.
-- name: UseCode :one
UPDATE users
SET code_used_at = clock_timestamp()
WHERE user_id = @user_id AND active AND code_hash = @code_hash AND code_used_at IS NULL
RETURNING code_used_at::timestamptz AS issued_at;

-- name: RecordLoginFailure :exec
INSERT INTO login_failures (account, address)
VALUES (@account, @address);

-- name: ForgetOldLoginFailures :exec
DELETE FROM login_failures
WHERE failed_at < now() - make_interval(secs => @older_than_seconds::double precision);

-- LoginWait tells for how many more seconds log-ins are refused; 0 is not at all. One failure more than allowed within a
-- window (seconds) is too many, until enough of them have left it.
-- name: LoginWait :one
SELECT extract(EPOCH FROM greatest(
    now(),
    (SELECT pair.failed_at
     FROM login_failures pair
     WHERE pair.account = @account AND pair.address = @address
     ORDER BY pair.failed_at DESC
     OFFSET @pair_allowed
     LIMIT 1) + make_interval(secs => @pair_window::double precision),
    (SELECT tried.failed_at
     FROM login_failures tried
     WHERE tried.account = @account
     ORDER BY tried.failed_at DESC
     OFFSET @account_allowed
     LIMIT 1) + make_interval(secs => @account_window::double precision),
    (SELECT sender.failed_at
     FROM login_failures sender
     WHERE sender.address = @address
     ORDER BY sender.failed_at DESC
     OFFSET @address_allowed
     LIMIT 1) + make_interval(secs => @address_window::double precision)
) - now())::double precision AS seconds;
