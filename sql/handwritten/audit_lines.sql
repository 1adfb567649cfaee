-- AuditLines are the lines of the audit trail, newest entry first, a line for each thing that an entry is about; after the line
-- @before_line of the entry @before_id if given. A drive or a person is looked up in the seals, and in what is not sealed yet. It must be
-- planned for its arguments each time. (sqlc does not know ROWS FROM.)
WITH sealed AS (
    SELECT COALESCE(max(last_id), 0) AS up_to
    FROM (SELECT last_id FROM audit_seals ORDER BY seal_id DESC LIMIT 1) AS last
),
blocks AS (
    SELECT first_id, last_id
    FROM audit_seals
    WHERE (@drive_id::bigint IS NULL OR drive_ids @> ARRAY[@drive_id::bigint])
      AND (@user_id::bigint IS NULL OR crowded OR user_ids @> ARRAY[@user_id::bigint])
      AND (@actor_id::bigint IS NULL OR crowded OR user_ids @> ARRAY[@actor_id::bigint] OR actor_ids @> ARRAY[@actor_id::bigint])
      AND (@before_id::bigint IS NULL OR first_id <= @before_id::bigint)
      AND (@since::timestamptz IS NULL OR made_until >= @since::timestamptz)
      AND (@until::timestamptz IS NULL OR made_since < @until::timestamptz)
    UNION ALL
    SELECT up_to + 1, 9223372036854775807
    FROM sealed
),
found AS MATERIALIZED (
    SELECT e.audit_id
    FROM blocks b
    JOIN audit_entries e ON e.audit_id BETWEEN b.first_id AND b.last_id
    WHERE (@drive_id::bigint IS NULL OR @drive_id::bigint = ANY (e.drive_ids))
      AND (@user_id::bigint IS NULL OR @user_id::bigint = ANY (e.user_ids))
      AND (@actor_id::bigint IS NULL OR e.actor_id = @actor_id::bigint OR e.by_subject AND @actor_id::bigint = ANY (e.user_ids))
)
SELECT e.audit_id,
       COALESCE(line.number, 1)::bigint AS line,
       e.made_at,
       told.actor_id                    AS actor_id,
       actor.name                       AS actor_name,
       e.operation,
       e.request_id,
       e.database_role,
       e.entity,
       e.change,
       told.drive_id                    AS drive_id,
       d.company_name                   AS company_name,
       told.user_id                     AS user_id,
       person.name                      AS user_name,
       told.before::json                AS before,
       told.after::json                 AS after
FROM audit_entries e
LEFT JOIN LATERAL ROWS FROM (
    unnest(e.drive_ids),
    unnest(e.user_ids),
    json_array_elements(CASE json_typeof(e.before) WHEN 'array' THEN e.before END),
    json_array_elements(CASE json_typeof(e.after) WHEN 'array' THEN e.after END)
) WITH ORDINALITY AS line (drive_id, user_id, before, after, number) ON true
CROSS JOIN LATERAL (
    SELECT COALESCE(line.drive_id, CASE cardinality(e.drive_ids) WHEN 1 THEN e.drive_ids[1] END)        AS drive_id,
           COALESCE(line.user_id, CASE cardinality(e.user_ids) WHEN 1 THEN e.user_ids[1] END)           AS user_id,
           COALESCE(line.before, CASE json_typeof(e.before) WHEN 'object' THEN e.before END)            AS before,
           COALESCE(line.after, CASE json_typeof(e.after) WHEN 'object' THEN e.after END)               AS after,
           CASE WHEN e.by_subject THEN line.user_id ELSE e.actor_id END                                 AS actor_id
) AS told
LEFT JOIN users actor ON actor.user_id = told.actor_id
LEFT JOIN users person ON person.user_id = told.user_id
LEFT JOIN drives d ON d.drive_id = told.drive_id
WHERE (@drive_id::bigint IS NULL AND @user_id::bigint IS NULL AND @actor_id::bigint IS NULL
       OR e.audit_id = ANY (ARRAY(SELECT audit_id FROM found)))
  AND (@drive_id::bigint IS NULL OR told.drive_id = @drive_id::bigint)
  AND (@user_id::bigint IS NULL OR told.user_id = @user_id::bigint)
  AND (@actor_id::bigint IS NULL OR told.actor_id = @actor_id::bigint)
  AND (@entity::text IS NULL OR e.entity = @entity::text)
  AND (@operation::text IS NULL OR e.operation = @operation::text)
  AND (@since::timestamptz IS NULL
       OR e.made_at >= @since::timestamptz
          AND e.audit_id >= COALESCE((SELECT min(first_id) FROM audit_seals WHERE made_until >= @since::timestamptz),
                                     (SELECT up_to FROM sealed)))
  AND (@until::timestamptz IS NULL OR e.made_at < @until::timestamptz)
  AND (@before_id::bigint IS NULL
       OR e.audit_id < @before_id::bigint
       OR e.audit_id = @before_id::bigint AND COALESCE(line.number, 1) > @before_line::bigint)
  AND (@before_id::bigint IS NULL OR e.audit_id <= @before_id::bigint)
ORDER BY e.audit_id DESC, line.number
LIMIT @row_limit;
