-- AuditEntries are all entries in their order, with the text of what each digest is made from.
-- name: AuditEntries :many
SELECT audit_id, (extract(EPOCH FROM made_at) * 1000000)::bigint AS made_at_us,
       CASE WHEN by_subject THEN 'self' ELSE COALESCE(actor_id::text, '') END::text AS actor,
       operation, request_id, database_role, entity, change, drive_ids::text AS drive_ids, user_ids::text AS user_ids,
       COALESCE(before::text, '')::text AS before, COALESCE(after::text, '')::text AS after
FROM audit_entries
ORDER BY audit_id;

-- name: AuditSeals :many
SELECT seal_id, first_id, last_id, entries, hash, sha256(digests) AS digests_hash
FROM audit_seals
ORDER BY seal_id;

-- name: AuditSealDigests :one
SELECT digests
FROM audit_seals
WHERE seal_id = @seal_id;

-- AuditSealsThatMislead are seals that do not tell what their block is about, so that an entry would not be found.
-- name: AuditSealsThatMislead :many
SELECT s.seal_id
FROM audit_seals s
CROSS JOIN LATERAL (
    SELECT min(made_at) AS made_since, max(made_at) AS made_until, bool_or(cardinality(user_ids) > 256) AS crowded
    FROM audit_entries
    WHERE audit_id BETWEEN s.first_id AND s.last_id
) AS block
WHERE (s.made_since, s.made_until, s.crowded) IS DISTINCT FROM (block.made_since, block.made_until, block.crowded)
   OR s.drive_ids <> ARRAY(
       SELECT DISTINCT id
       FROM audit_entries e
       CROSS JOIN unnest(e.drive_ids) AS id
       WHERE e.audit_id BETWEEN s.first_id AND s.last_id AND id IS NOT NULL
       ORDER BY id)
   OR s.user_ids <> ARRAY(
       SELECT DISTINCT id
       FROM audit_entries e
       CROSS JOIN unnest(e.user_ids) AS id
       WHERE e.audit_id BETWEEN s.first_id AND s.last_id AND cardinality(e.user_ids) <= 256 AND id IS NOT NULL
       ORDER BY id)
   OR s.actor_ids <> ARRAY(
       SELECT DISTINCT actor_id
       FROM audit_entries e
       WHERE e.audit_id BETWEEN s.first_id AND s.last_id AND actor_id IS NOT NULL
       ORDER BY actor_id)
ORDER BY s.seal_id;

-- AuditUnsealed are the entries that no seal has yet: how many, since when, the first and the last of them (0 for none).
-- name: AuditUnsealed :one
SELECT count(*) AS entries, COALESCE(min(made_at), now())::timestamptz AS since,
       COALESCE(min(audit_id), 0)::bigint AS first_id, COALESCE(max(audit_id), 0)::bigint AS last_id
FROM audit_entries
WHERE audit_id > COALESCE((SELECT last_id FROM audit_seals ORDER BY seal_id DESC LIMIT 1), 0);

-- LastAuditSeal has no row while nothing is sealed.
-- name: LastAuditSeal :one
SELECT seal_id, hash
FROM audit_seals
ORDER BY seal_id DESC
LIMIT 1;

-- TransactionsSoFar is a mark: all transactions that began to write before it are over when WrittenBefore says so.
-- name: TransactionsSoFar :one
SELECT pg_current_xact_id()::text::bigint AS mark;

-- name: WrittenBefore :one
SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint > @mark::bigint)::boolean AS over;

-- name: SealAudit :one
SELECT audit_seal(@up_to) AS sealed;

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
