-- What was added to minimal.sql over time, and drives in every state.
ALTER TABLE placement_drives ADD pdf_path varchar(500), ADD status varchar(20), ADD published_at timestamp, ADD published_by integer,
    ADD auto_published boolean, ADD attendance_published boolean;
CREATE TABLE drive_coordinator_selections (drive_id integer, student_id integer, selected_at timestamp);
CREATE TABLE notifications (notification_id serial PRIMARY KEY, user_id integer, title text, message text, type varchar(20), entity_type varchar(50),
                            entity_id integer, is_read boolean, created_at timestamp, read_at timestamp);
CREATE TABLE finished_drives (drive_id integer, finished_date timestamp, total_registered integer, total_present integer, total_absent integer,
                              company_name text, job_title text, interview_date timestamp);
UPDATE placement_drives SET status = 'posted', published_at = '2026-02-02 12:00', published_by = 2, auto_published = true,
                            pdf_path = '/uploads/job-descriptions/tulsi.pdf' WHERE drive_id = 5;
INSERT INTO placement_drives (drive_id, company_name, job_title, posted_by, created_at, status, published_at, published_by, auto_published, attendance_published) VALUES
    (8, 'Northwind', 'Developer', 1, '2025-12-01 09:00', 'attending', '2025-12-02 09:00', 2, false, true),
    (9, 'Blue Lake', 'Trainee', 1, '2026-01-05 09:00', 'attending', '2026-01-06 09:00', 2, false, false);
INSERT INTO drive_eligibility_results VALUES (8, 11, true, 1, '2025-12-01 10:00'), (8, 12, true, 1, '2025-12-01 10:00'), (8, 13, true, 1, '2025-12-01 10:00'),
    (9, 11, true, 1, '2026-01-05 10:00'), (9, 12, true, 1, '2026-01-05 10:00');
INSERT INTO drive_coordinator_selections VALUES (8, 11, '2025-12-01 11:00'), (8, 12, '2025-12-01 11:00'), (9, 11, '2026-01-05 11:00');
INSERT INTO drive_registrations VALUES (31, 8, 11, '2025-12-03 10:00'), (32, 8, 12, '2025-12-03 11:00'), (33, 9, 11, '2026-01-07 10:00');
INSERT INTO attendance VALUES (41, 8, 11, 'present'), (42, 8, 12, 'ABSENT');
INSERT INTO finished_drives VALUES (8, '2025-12-20 17:00', 2, 1, 1, 'Northwind', 'Developer', NULL);
INSERT INTO notifications VALUES (51, 11, 'Registered', 'You are registered for Tulsi Robotics', 'success', 'drive', 5, true, '2026-02-03 18:45:11', '2026-02-04 08:00'),
    (52, 12, 'Hello', 'Welcome', 'info', NULL, NULL, false, '2026-01-01', NULL);
