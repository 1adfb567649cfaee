-- name: DatabaseSize :one
SELECT pg_database_size(current_database())::bigint AS bytes;

-- name: DatabaseStart :one
SELECT pg_postmaster_start_time()::timestamptz AS started_at;

-- KnownRows is how many rows the planner takes a table to have; it learns of others from ANALYZE.
-- name: KnownRows :one
SELECT greatest(reltuples, 0)::bigint AS rows
FROM pg_catalog.pg_class
WHERE oid = to_regclass(@table_name);

-- OwnsTables tells whether the role of this connection may do what only the owner of the tables may.
-- name: OwnsTables :one
SELECT pg_has_role(relowner, 'USAGE')::boolean AS owns
FROM pg_catalog.pg_class
WHERE oid = to_regclass('analytics_drives');

-- RoleOwnsTables is OwnsTables of another role.
-- name: RoleOwnsTables :one
SELECT pg_has_role(sqlc.arg(role)::name, relowner, 'USAGE')::boolean AS owns
FROM pg_catalog.pg_class
WHERE oid = to_regclass('analytics_drives');

-- name: WhereAndWho :one
SELECT current_database()::text AS database, COALESCE(current_schema(), '')::text AS schema, current_user::text AS role;

-- MissingPrivileges are those of the wanted ones that the role of this connection lacks. What does not exist is lacking.
-- name: MissingPrivileges :many
SELECT concat_ws(' ', privilege, 'on', lower(kind), object)::text AS missing
FROM (
    SELECT unnest(@kinds::text[]) AS kind, unnest(@objects::text[]) AS object, unnest(@privileges::text[]) AS privilege
) AS wanted
WHERE NOT COALESCE(CASE kind
                       WHEN 'DATABASE' THEN has_database_privilege(object, privilege)
                       WHEN 'SCHEMA' THEN has_schema_privilege(object, privilege)
                       WHEN 'TABLE' THEN has_table_privilege(to_regclass(object), privilege)
                       WHEN 'SEQUENCE' THEN has_sequence_privilege(to_regclass(object), privilege)
                       WHEN 'FUNCTION' THEN has_function_privilege(to_regprocedure(object), privilege)
                   END, false);

-- MayAnalyzeAsOwner tells whether this role does not own the tables, but was given the function.
-- name: MayAnalyzeAsOwner :one
SELECT COALESCE(NOT pg_has_role(relowner, 'USAGE')
                AND has_function_privilege(to_regprocedure('placeops_analyze(text)'), 'EXECUTE'), false)::boolean AS may
FROM pg_catalog.pg_class
WHERE oid = to_regclass('analytics_drives');

-- name: AnalyzeAsOwner :exec
SELECT placeops_analyze(@table_name);
