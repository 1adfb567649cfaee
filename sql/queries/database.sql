-- name: DatabaseSize :one
SELECT pg_database_size(current_database())::bigint AS bytes;
