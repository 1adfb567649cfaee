-- AddMailDeliveries makes an e-mail due to everybody whom the notices of an event tell, once; a second time only to whom
-- it has happened again since. With a user, to that one alone. Each notice is asked for by itself: OFFSET 0 keeps the
-- planner from working out everybody's notices first, which takes minutes in a big college.
-- name: AddMailDeliveries :exec
INSERT INTO mail_deliveries (notice_id, user_id, told_at)
SELECT told.notice_id, told.user_id, told.told_at
FROM notices n
CROSS JOIN LATERAL (
    SELECT t.notice_id, t.user_id, t.told_at
    FROM notice_readers t
    WHERE t.notice_id = n.notice_id
      AND (sqlc.narg(user_id)::bigint IS NULL OR t.user_id = sqlc.narg(user_id))
    OFFSET 0
) AS told
JOIN users u ON u.user_id = told.user_id
WHERE n.drive_id = @drive_id AND n.event = @event AND u.active
ORDER BY told.notice_id, told.user_id
ON CONFLICT (notice_id, user_id) DO UPDATE SET told_at = EXCLUDED.told_at, state = 'due', settled_at = NULL, reply = NULL
WHERE mail_deliveries.told_at < EXCLUDED.told_at;

-- DueMail locks the next e-mails of an event; those that another job is sending are not waited for. Not wanted are the
-- ones that time has overtaken: the reader has gone, or there is nothing left to register for or to remind of.
-- name: DueMail :many
SELECT m.notice_id, m.user_id, m.told_at, n.title, n.message, u.name, u.email,
       (u.active
        AND EXISTS (SELECT FROM notice_readers t WHERE t.notice_id = m.notice_id AND t.user_id = m.user_id OFFSET 0)
        AND (NOT @calls_to_register::boolean
             OR d.status = 'posted'
                AND (d.registration_deadline IS NULL OR d.registration_deadline > now())
                AND NOT EXISTS (SELECT
                                FROM registrations r
                                WHERE r.drive_id = d.drive_id AND r.student_id = m.user_id)))::boolean AS wanted
FROM mail_deliveries m
JOIN notices n ON n.notice_id = m.notice_id
JOIN drives d ON d.drive_id = n.drive_id
JOIN users u ON u.user_id = m.user_id
WHERE n.drive_id = @drive_id AND n.event = @event AND m.state = 'due'
  AND (m.notice_id, m.user_id) > (@after_notice_id::bigint, @after_user_id::bigint)
  AND (sqlc.narg(user_id)::bigint IS NULL OR m.user_id = sqlc.narg(user_id))
ORDER BY m.notice_id, m.user_id
LIMIT @row_limit
FOR UPDATE OF m SKIP LOCKED;

-- name: SettleMail :exec
UPDATE mail_deliveries m
SET state      = s.state,
    reply      = NULLIF(s.reply, ''),
    settled_at = clock_timestamp()
FROM (
    SELECT unnest(@notice_ids::bigint[]) AS notice_id,
           unnest(@user_ids::bigint[])   AS user_id,
           unnest(@states::text[])       AS state,
           unnest(@replies::text[])      AS reply
) AS s
WHERE m.notice_id = s.notice_id AND m.user_id = s.user_id;

-- CountDueMail counts the e-mails that have yet to be sent; the partial index of just those answers it.
-- name: CountDueMail :one
SELECT count(*)
FROM mail_deliveries
WHERE state = 'due';
