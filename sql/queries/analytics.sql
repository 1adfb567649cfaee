-- Refreshes wait for each other: two at once would fail each other or do the same work twice. The lock is the
-- transaction's, so a process that dies gives it up. The key is "analytic" in ASCII.
-- name: LockAnalyticsRefresh :exec
SELECT pg_advisory_xact_lock(x'616e616c79746963'::bigint);

-- name: RefreshAnalyticsDrives :exec
REFRESH MATERIALIZED VIEW CONCURRENTLY analytics_drives;

-- name: RefreshAnalyticsAttendance :exec
REFRESH MATERIALIZED VIEW CONCURRENTLY analytics_attendance;

-- name: RefreshAnalyticsRegistrations :exec
REFRESH MATERIALIZED VIEW CONCURRENTLY analytics_registrations;

-- name: RefreshAnalyticsSelections :exec
REFRESH MATERIALIZED VIEW CONCURRENTLY analytics_selections;

-- name: RefreshAnalyticsBranches :exec
REFRESH MATERIALIZED VIEW CONCURRENTLY analytics_branches;

-- RefreshAnalyticsAsOwner is all of them, for a role that does not own the views.
-- name: RefreshAnalyticsAsOwner :exec
SELECT placeops_refresh_analytics();

-- name: StartAnalyticsRefresh :exec
UPDATE analytics_refresh
SET refreshed_at = clock_timestamp();

-- name: AnalyticsRefreshedAt :one
SELECT refreshed_at
FROM analytics_refresh;

-- AnalyticsAge is how many seconds ago the figures were begun to be brought up to date, by the database's clock.
-- name: AnalyticsAge :one
SELECT EXTRACT(epoch FROM clock_timestamp() - refreshed_at)::double precision AS seconds
FROM analytics_refresh;

-- AnalyticsSummary counts the drives created in the last days, or since ever, or one drive. The rate is rounded half up
-- (NUMERIC rounds away from zero, and it is never negative).
-- name: AnalyticsSummary :one
WITH period AS (
    SELECT CASE WHEN sqlc.narg(days)::integer IS NULL THEN '-infinity'::timestamptz
                ELSE now() - make_interval(days => sqlc.narg(days)::integer)
           END AS since
),
counted AS (
    SELECT count(*) FILTER (WHERE status <> 'cancelled') AS total_drives,
           count(*) FILTER (WHERE status = 'pending')    AS pending,
           count(*) FILTER (WHERE status = 'posted')     AS posted,
           count(*) FILTER (WHERE status = 'attending')  AS ongoing,
           count(*) FILTER (WHERE status = 'finished')   AS finished,
           count(*) FILTER (WHERE status = 'cancelled')  AS cancelled,
           COALESCE(sum(registrations), 0)::bigint       AS registrations
    FROM analytics_drives
    JOIN period ON created_at >= since
    WHERE sqlc.narg(drive_id)::bigint IS NULL OR drive_id = sqlc.narg(drive_id)
),
attended AS (
    SELECT COALESCE(round(100 * sum(total_present)::numeric / NULLIF(sum(total_registered), 0)), 0)::integer AS percent
    FROM analytics_attendance
    JOIN period ON created_at >= since
    WHERE sqlc.narg(drive_id)::bigint IS NULL OR drive_id = sqlc.narg(drive_id)
)
SELECT counted.total_drives, counted.pending, counted.posted, counted.ongoing, counted.finished, counted.cancelled,
       counted.registrations, attended.percent AS attendance_rate_percent, analytics_refresh.refreshed_at
FROM counted, attended, analytics_refresh;

-- name: DrivesOverTime :many
SELECT to_char(created_at AT TIME ZONE @zone::text, 'YYYY-MM-DD')::text AS day, count(*) AS count
FROM analytics_drives
GROUP BY 1
ORDER BY 1;

-- RegistrationsByDrive leaves out what the viewer may not know of, see VisibleDrives.
-- name: RegistrationsByDrive :many
SELECT drive_id, company_name, job_title, registrations
FROM analytics_drives
WHERE @sees_all::boolean OR status IN ('posted', 'attending', 'finished')
ORDER BY registrations DESC, drive_id DESC
LIMIT @row_limit;

-- name: AttendanceTrend :many
SELECT to_char(finished_date AT TIME ZONE @zone::text, 'YYYY-MM-DD')::text AS day,
       COALESCE(round(100 * sum(total_present)::numeric / NULLIF(sum(total_registered), 0)), 0)::integer AS percent
FROM analytics_attendance
GROUP BY 1
ORDER BY 1;

-- RegistrationsOverTime counts by the day in a zone; of the last days, today is the last.
-- name: RegistrationsOverTime :many
SELECT to_char(quarter AT TIME ZONE @zone::text, 'YYYY-MM-DD')::text AS day, sum(registrations)::bigint AS count
FROM analytics_registrations
WHERE quarter >= (date_trunc('day', now() AT TIME ZONE @zone::text) - make_interval(days => sqlc.arg(days)::integer - 1)) AT TIME ZONE @zone::text
GROUP BY 1
ORDER BY 1;

-- StudentsByBranch counts different students: those of a branch ('' is none), and what they reached in the drives created in
-- the last days.
-- name: StudentsByBranch :many
SELECT branch::text                                                            AS branch,
       COALESCE(sum(students) FILTER (WHERE stage = 'student'), 0)::bigint    AS students,
       COALESCE(sum(students) FILTER (WHERE stage = 'eligible'), 0)::bigint   AS eligible,
       COALESCE(sum(students) FILTER (WHERE stage = 'registered'), 0)::bigint AS registered,
       COALESCE(sum(students) FILTER (WHERE stage = 'present'), 0)::bigint    AS present
FROM analytics_branches
WHERE created_at >= now() - make_interval(days => sqlc.arg(days)::integer)
GROUP BY analytics_branches.branch
ORDER BY branch = '', branch COLLATE "C";

-- Funnel counts pairs of a student and a drive, of the drives created in the last days, or since ever, or of one drive.
-- name: Funnel :one
SELECT COALESCE(sum(s.selected), 0)::bigint      AS selected,
       COALESCE(sum(s.eligible), 0)::bigint      AS eligible,
       COALESCE(sum(d.registrations), 0)::bigint AS registered,
       COALESCE(sum(a.total_present), 0)::bigint AS present
FROM analytics_drives d
LEFT JOIN analytics_selections s USING (drive_id)
LEFT JOIN analytics_attendance a USING (drive_id)
WHERE (sqlc.narg(days)::integer IS NULL OR d.created_at >= now() - make_interval(days => sqlc.narg(days)::integer))
  AND (sqlc.narg(drive_id)::bigint IS NULL OR d.drive_id = sqlc.narg(drive_id));
