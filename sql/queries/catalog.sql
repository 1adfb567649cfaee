-- What the database itself knows of the schema that this session works in. A backup goes by this and not by a list of
-- tables, so that no table of a later migration can be forgotten. Objects of extensions are not ours.

-- name: SchemaName :one
SELECT COALESCE(current_schema()::text, '')::text;

-- SchemaTables leaves out unlogged tables: what they hold is not meant to outlive a crash.
-- name: SchemaTables :many
SELECT c.relname::text AS name, array_agg(a.attname::text ORDER BY a.attnum)::text[] AS columns
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'p'
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
GROUP BY c.oid, c.relname
ORDER BY c.relname;

-- name: SchemaSequences :many
SELECT c.relname::text AS name
FROM pg_catalog.pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'S' AND c.relpersistence = 'p'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname;

-- name: SchemaForeignKeys :many
SELECT c.relname::text AS table_name, f.conname::text AS name, pg_get_constraintdef(f.oid)::text AS definition
FROM pg_catalog.pg_constraint f
JOIN pg_catalog.pg_class c ON c.oid = f.conrelid
WHERE f.connamespace = current_schema()::regnamespace AND f.contype = 'f' AND f.conparentid = 0
ORDER BY c.relname, f.conname;

-- name: SchemaMaterializedViews :many
SELECT c.relname::text AS name
FROM pg_catalog.pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'm'
ORDER BY c.oid;

-- SchemaFileColumns are the columns that name a file of the uploads store: texts called …_key.
-- name: SchemaFileColumns :many
SELECT c.relname::text AS table_name, a.attname::text AS name
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'p'
  AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype AND a.attname LIKE '%\_key'
ORDER BY c.relname, a.attname;

-- SchemaObjects are everything in a schema that does not go along with something else, with the word that DDL has for its
-- kind, in an order in which it can be dropped: what needs something else comes before it; tables belong together.
-- name: SchemaObjects :many
SELECT o.kind::text AS kind, o.identity::text AS identity
FROM (
    SELECT CASE c.relkind WHEN 'v' THEN 1 WHEN 'm' THEN 1 WHEN 'S' THEN 3 ELSE 2 END AS rank,
           CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
           format('%I.%I', n.nspname, c.relname) AS identity, c.oid AS oid, 'pg_class'::regclass AS class
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = @schema_name::text AND c.relkind IN ('v', 'm', 'r', 'p', 'S')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend owned
                      WHERE c.relkind = 'S' AND owned.classid = 'pg_class'::regclass AND owned.objid = c.oid
                        AND owned.refclassid = 'pg_class'::regclass AND owned.deptype IN ('a', 'i'))
    UNION ALL
    SELECT 4, 'ROUTINE', f.oid::regprocedure::text, f.oid, 'pg_proc'::regclass
    FROM pg_catalog.pg_proc f
    JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
    WHERE n.nspname = @schema_name::text
    UNION ALL
    SELECT 5, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, format('%I.%I', n.nspname, t.typname), t.oid, 'pg_type'::regclass
    FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    WHERE n.nspname = @schema_name::text AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c')
) o
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')
ORDER BY o.rank, o.oid DESC;

-- ServerMoment is what a backup notes of the server.
-- name: ServerMoment :one
SELECT current_setting('server_version')::text AS version, now()::timestamptz AS moment;

-- SetPortably makes values look the same on every server, lets long statements run to their end, and makes reading fail
-- that a row policy would cut short. Settings that this server does not know are left out.
-- name: SetPortably :exec
SELECT set_config(s.name, w.value, @until_the_transaction_ends::boolean)
FROM (VALUES ('datestyle', 'ISO, YMD'), ('timezone', 'UTC'), ('intervalstyle', 'postgres'), ('bytea_output', 'hex'),
             ('extra_float_digits', '3'), ('client_encoding', 'UTF8'), ('row_security', 'off'), ('statement_timeout', '0'),
             ('lock_timeout', '0'), ('idle_in_transaction_session_timeout', '0'), ('transaction_timeout', '0')) AS w (name, value)
JOIN pg_catalog.pg_settings s ON lower(s.name) = w.name;
