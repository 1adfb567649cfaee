-- What the analytics routes read: figures of each drive, as of the last refresh.

-- +goose Up
CREATE MATERIALIZED VIEW analytics_drives AS
SELECT d.drive_id, d.company_name, d.job_title, d.status, d.created_at, COALESCE(r.registrations, 0) AS registrations
FROM drives d
LEFT JOIN (
    SELECT drive_id, count(*) AS registrations
    FROM registrations
    GROUP BY drive_id
) r USING (drive_id);

-- REFRESH … CONCURRENTLY needs a unique index.
CREATE UNIQUE INDEX analytics_drives_key ON analytics_drives (drive_id);
CREATE INDEX analytics_drives_created_at_idx ON analytics_drives (created_at);

CREATE MATERIALIZED VIEW analytics_attendance AS
SELECT f.drive_id, d.created_at, f.finished_date, f.total_registered, f.total_present
FROM finished_drives f
JOIN drives d USING (drive_id);

CREATE UNIQUE INDEX analytics_attendance_key ON analytics_attendance (drive_id);
CREATE INDEX analytics_attendance_finished_date_idx ON analytics_attendance (finished_date);

-- One row: the moment since when changes may be missing from the views, which are refreshed together.
CREATE TABLE analytics_refresh (
    only_row     boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    refreshed_at timestamptz NOT NULL
);

INSERT INTO analytics_refresh (refreshed_at)
VALUES (now());

-- +goose Down
DROP TABLE analytics_refresh;
DROP MATERIALIZED VIEW analytics_attendance;
DROP MATERIALIZED VIEW analytics_drives;
