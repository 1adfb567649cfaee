-- More of what the analytics routes read, as of the last refresh: when people registered, and who reached what.

-- +goose Up
-- The office's zone is a setting. All zones differ by whole quarters of an hour, so days of any can be put together from these.
CREATE MATERIALIZED VIEW analytics_registrations AS
SELECT date_bin('15 minutes', registered_at, timestamptz '2000-01-01 00:00:00+00') AS quarter, count(*) AS registrations
FROM registrations
GROUP BY 1;

CREATE UNIQUE INDEX analytics_registrations_key ON analytics_registrations (quarter);

CREATE MATERIALIZED VIEW analytics_selections AS
SELECT drive_id, count(*) AS eligible, count(*) FILTER (WHERE selected) AS selected
FROM drive_students
GROUP BY drive_id;

CREATE UNIQUE INDEX analytics_selections_key ON analytics_selections (drive_id);

-- How many students of a branch reached a stage in a drive that was created just then, and in no later one. So the different
-- students of all drives since a moment are a sum, and there is a row for each branch, stage and drive at the most.
-- A student whose account is active counts at any time, who has left only where he was eligible. '' is no branch.
CREATE MATERIALIZED VIEW analytics_branches AS
WITH known AS (
    SELECT s.student_id, u.active AND u.role = 'STUDENT' AS active, COALESCE(btrim(s.branch, E' \t\n\v\f\r\u00a0'), '') AS branch
    FROM students s
    JOIN users u ON u.user_id = s.student_id
),
branches AS (
    SELECT upper(branch) AS name, min(branch) AS spelling
    FROM known
    GROUP BY upper(branch)
),
eligible AS (
    SELECT ds.student_id, max(d.created_at) AS created_at
    FROM drive_students ds
    JOIN drives d USING (drive_id)
    GROUP BY ds.student_id
),
reached AS (
    SELECT 'student' AS stage, k.student_id, CASE WHEN k.active THEN 'infinity' ELSE e.created_at END AS created_at
    FROM known k
    LEFT JOIN eligible e USING (student_id)
    UNION ALL
    SELECT 'eligible', student_id, created_at
    FROM eligible
    UNION ALL
    SELECT 'registered', r.student_id, max(d.created_at)
    FROM registrations r
    JOIN drives d USING (drive_id)
    GROUP BY r.student_id
    UNION ALL
    SELECT 'present', a.student_id, max(d.created_at)
    FROM attendance a
    JOIN drives d USING (drive_id)
    WHERE a.status = 'PRESENT' AND d.status = 'finished'
    GROUP BY a.student_id
)
SELECT b.spelling AS branch, r.stage, r.created_at, count(*) AS students
FROM reached r
JOIN known k USING (student_id)
JOIN branches b ON b.name = upper(k.branch)
WHERE r.created_at IS NOT NULL
GROUP BY b.spelling, r.stage, r.created_at;

CREATE UNIQUE INDEX analytics_branches_key ON analytics_branches (branch, stage, created_at);

-- +goose Down
DROP MATERIALIZED VIEW analytics_branches;
DROP MATERIALIZED VIEW analytics_selections;
DROP MATERIALIZED VIEW analytics_registrations;
