-- AuditChain are all entries in their order, which is that of each chain too, with the text of what each hash is made from.
-- name: AuditChain :many
SELECT chain, number, audit_id, (extract(EPOCH FROM made_at) * 1000000)::bigint AS made_at_us,
       CASE WHEN by_subject THEN 'self' ELSE COALESCE(actor_id::text, '') END::text AS actor,
       operation, request_id, database_role, entity, change, drive_ids::text AS drive_ids, user_ids::text AS user_ids,
       COALESCE(before::text, '')::text AS before, COALESCE(after::text, '')::text AS after, hash
FROM audit_entries
ORDER BY audit_id;

-- name: AuditChainEnds :many
SELECT chain, entries, hash
FROM audit_chains
ORDER BY chain;

-- AuditTriggersOff names the triggers of the audit trail that are switched off.
-- name: AuditTriggersOff :many
SELECT format('%s on %s', t.tgname, c.relname)::text AS name
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND t.tgname LIKE 'audit\_%' AND t.tgenabled NOT IN ('O', 'A')
ORDER BY name;

-- CountAuditTriggers counts those that there are.
-- name: CountAuditTriggers :one
SELECT count(*)
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND t.tgname LIKE 'audit\_%';

-- name: AuditRestored :exec
SELECT audit_append('installation', 'restored', '{}', '{}', NULL, json_build_object('taken_at', @taken_at::timestamptz));
