-- After full.sql: the summary of finished drives as it was at first.
DROP TABLE finished_drives;
CREATE TABLE finished_drives (drive_id integer, company_name text, total_registered integer, total_attended integer, total_selected integer, finished_at timestamp);
INSERT INTO finished_drives VALUES (8, 'Northwind', 2, 1, 1, '2025-12-20 17:00');
