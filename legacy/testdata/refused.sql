-- After full.sql: one of each fault that somebody has to mend. Each line is tried alone.
UPDATE users SET email = NULL WHERE user_id = 3                                                    -- users 3: email
UPDATE users SET email = repeat('x', 255) WHERE user_id = 3                                        -- users 3: email
ALTER TABLE users ALTER name TYPE text; UPDATE users SET name = repeat('x', 201) WHERE user_id = 3 -- users 3: name
UPDATE users SET role = 'admin' WHERE user_id = 3                                                  -- users 3: role
UPDATE users SET department = repeat('x', 201) WHERE user_id = 3                                   -- users 3: department
UPDATE students SET batch_year = 27 WHERE student_id = 11                                          -- students 11: batch_year
UPDATE students SET cgpa = 81 WHERE student_id = 11                                                -- students 11: cgpa
UPDATE students SET tenth_percent = 100.5 WHERE student_id = 11                                    -- students 11: tenth_percent
UPDATE students SET active_backlogs = -1 WHERE student_id = 11                                     -- students 11: active_backlogs
UPDATE students SET roll_number = repeat('x', 51) WHERE student_id = 11                            -- students 11: roll_number
UPDATE students SET roll_number = CASE student_id WHEN 12 THEN NULL ELSE 'legacy-12' END WHERE student_id IN (11, 12) -- students 11: roll_number
ALTER TABLE students ALTER cgpa TYPE text; UPDATE students SET cgpa = 'eight' WHERE student_id = 11 -- students 11: cgpa
UPDATE job_domains SET domain_name = ' ' WHERE domain_id = 7                                       -- job_domains 7: domain_name
UPDATE placement_drives SET company_name = '' WHERE drive_id = 5                                   -- placement_drives 5: company_name
UPDATE placement_drives SET status = 'archived' WHERE drive_id = 5                                 -- placement_drives 5: status
UPDATE placement_drives SET max_backlogs = -1 WHERE drive_id = 5                                   -- placement_drives 5: max_backlogs
UPDATE placement_drives SET interview_date = 'infinity' WHERE drive_id = 5                         -- placement_drives 5: interview_date
UPDATE users SET role = 'STAFF' WHERE user_id = 1; UPDATE placement_drives SET posted_by = NULL WHERE drive_id = 6 -- placement_drives 6: posted_by
INSERT INTO drive_registrations VALUES (90, 77, 11, now())                                         -- drive_registrations 90: 
INSERT INTO drive_registrations VALUES (91, 5, 3, now())                                           -- drive_registrations 91: 
UPDATE attendance SET status = 'LATE' WHERE attendance_id = 41                                     -- attendance 41: status
ALTER TABLE attendance DROP CONSTRAINT attendance_pkey; INSERT INTO attendance VALUES (41, 8, 12, 'PRESENT') -- attendance 41: attendance_id
