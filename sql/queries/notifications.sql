-- A notice counts as read when it was read after its reader was told: what happens to somebody a second time is news.

-- name: NoticesFor :many
SELECT n.notice_id, n.drive_id, n.title, n.message, n.type, t.told_at::timestamptz AS told_at, seen.read_at
FROM notice_readers t
JOIN notices n USING (notice_id)
LEFT JOIN notice_reads seen ON seen.notice_id = t.notice_id AND seen.user_id = t.user_id AND seen.read_at >= t.told_at
WHERE t.user_id = @user_id::bigint
  AND (sqlc.narg(before_told_at)::timestamptz IS NULL
       OR (t.told_at, t.notice_id) < (sqlc.narg(before_told_at), @before_id::bigint))
ORDER BY t.told_at DESC, t.notice_id DESC
LIMIT @row_limit;

-- name: NoticeFor :one
SELECT n.notice_id, n.drive_id, n.title, n.message, n.type, t.told_at::timestamptz AS told_at, seen.read_at
FROM notice_readers t
JOIN notices n USING (notice_id)
LEFT JOIN notice_reads seen ON seen.notice_id = t.notice_id AND seen.user_id = t.user_id AND seen.read_at >= t.told_at
WHERE t.user_id = @user_id::bigint AND t.notice_id = @notice_id;

-- name: CountUnreadNotices :one
SELECT count(*)
FROM notice_readers t
WHERE t.user_id = @user_id::bigint
  AND NOT EXISTS (SELECT
                  FROM notice_reads seen
                  WHERE seen.notice_id = t.notice_id AND seen.user_id = t.user_id AND seen.read_at >= t.told_at);

-- ReadNotices marks one notice, or without one all, that the reader has not read yet.
-- name: ReadNotices :exec
INSERT INTO notice_reads (notice_id, user_id, read_at)
SELECT t.notice_id, t.user_id, clock_timestamp()
FROM notice_readers t
WHERE t.user_id = @user_id::bigint
  AND (sqlc.narg(notice_id)::bigint IS NULL OR t.notice_id = sqlc.narg(notice_id))
  AND NOT EXISTS (SELECT
                  FROM notice_reads seen
                  WHERE seen.notice_id = t.notice_id AND seen.user_id = t.user_id AND seen.read_at >= t.told_at)
ON CONFLICT (notice_id, user_id) DO UPDATE SET read_at = EXCLUDED.read_at;
