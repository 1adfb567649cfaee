-- After full.sql: one of each fault that has a repair.
ALTER TABLE drive_registrations DROP CONSTRAINT drive_registrations_drive_id_student_id_key;
ALTER TABLE job_domains DROP CONSTRAINT job_domains_domain_name_key;
ALTER TABLE students ALTER cgpa TYPE text, ALTER tenth_percent TYPE numeric;
INSERT INTO users VALUES (14, NULL, 'ASHA@old.example', NULL, 'STUDENT', NULL), (15, 'Has no row', 'norow@old.example', 'plain text', 'STUDENT', NULL);
INSERT INTO students VALUES (14, NULL, NULL, NULL, 81.123456, NULL, ' 8.2 ', NULL);
UPDATE students SET roll_number = '27cse001' WHERE student_id = 12;
UPDATE placement_coordinators SET contact_number = repeat('9', 41);
INSERT INTO job_domains VALUES (9, ' core');
INSERT INTO placement_drives (drive_id, company_name, job_title, domain_id, posted_by, created_at, status, published_at, published_by, auto_published) VALUES
    (10, 'Ownerless', 'Clerk', 9, NULL, NULL, 'Posted', '2026-01-01 08:00', 99, false), (11, 'Over', 'Clerk', NULL, 1, '2026-01-01', '', NULL, NULL, NULL);
INSERT INTO drive_eligibility_results VALUES (10, 11, true, 1, '2026-01-01 10:00'), (10, 11, false, 1, '2026-01-01 09:00'), (10, 12, true, 1, '2026-01-01 09:00'),
    (10, 12, false, 1, '2026-01-01 10:00'), (10, 13, true, 1, '2026-01-01 10:00'), (10, 13, true, 1, '2026-01-01 10:00'), (77, 11, true, 1, NULL);
INSERT INTO drive_coordinator_selections VALUES (8, 11, '2025-12-01 12:00'), (8, 99, NULL);
INSERT INTO drive_registrations VALUES (61, 8, 11, '2025-12-03 12:00'), (62, 8, 13, NULL);
INSERT INTO attendance VALUES (71, 8, 12, 'PRESENT'), (72, 9, 12, 'PRESENT');
INSERT INTO finished_drives VALUES (11, NULL, 9, 9, 9, 'Over', 'Clerk', NULL), (78, '2024-01-01', 5, 5, 0, 'Gone', 'X', NULL), (8, '2025-12-19', 1, 1, 0, 'Northwind', 'Developer', NULL);
INSERT INTO notifications VALUES (53, 11, NULL, NULL, 'alert', 'drive', 8, false, NULL, NULL);
