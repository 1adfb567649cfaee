-- name: DatabaseSize :one
SELECT pg_database_size(current_database())::bigint AS bytes;

-- KnownRows is how many rows the planner takes a table to have; it learns of others from ANALYZE.
-- name: KnownRows :one
SELECT greatest(reltuples, 0)::bigint AS rows
FROM pg_catalog.pg_class
WHERE oid = to_regclass(@table_name);
