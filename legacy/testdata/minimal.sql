-- The earlier system's schema without what was added later. Everybody's password: seven green umbrellas.
CREATE TABLE users (user_id serial PRIMARY KEY, name varchar(200), email varchar(300) UNIQUE, password_hash varchar(255), role varchar(20), department varchar(300));
CREATE TABLE students (student_id integer PRIMARY KEY REFERENCES users, roll_number varchar(60), batch_year integer, branch varchar(100),
                       tenth_percent numeric(5,2), twelfth_percent numeric(5,2), cgpa numeric(4,2), active_backlogs integer);
CREATE TABLE staffs (staff_id integer PRIMARY KEY REFERENCES users, designation varchar(100), expertise varchar(100));
CREATE TABLE placement_coordinators (coordinator_id integer PRIMARY KEY REFERENCES users, assigned_batch integer, contact_number varchar(60));
CREATE TABLE placement_head (head_id integer PRIMARY KEY REFERENCES users, contact_number varchar(60), office_room varchar(50));
CREATE TABLE job_domains (domain_id serial PRIMARY KEY, domain_name varchar(300) UNIQUE);
CREATE TABLE placement_drives (drive_id serial PRIMARY KEY, company_name varchar(300), job_title varchar(300), domain_id integer REFERENCES job_domains,
                               job_description text, interview_date timestamp, min_cgpa numeric(4,2), min_10th numeric(5,2), min_12th numeric(5,2),
                               max_backlogs integer, posted_by integer REFERENCES placement_head, created_at timestamp DEFAULT now());
CREATE TABLE drive_eligibility_results (drive_id integer, student_id integer, is_eligible boolean, filtered_by integer, filtered_at timestamp);
CREATE TABLE drive_registrations (registration_id serial PRIMARY KEY, drive_id integer, student_id integer, registered_at timestamp, UNIQUE (drive_id, student_id));
CREATE TABLE attendance (attendance_id serial PRIMARY KEY, drive_id integer, student_id integer, status varchar(20));

INSERT INTO users (user_id, name, email, password_hash, role, department) VALUES
    (1, 'Hema Head', 'head@old.example', '$2a$04$RWF7UnD4fXV6dhPdAnYSBeKtsT3j8B0utPT06CK08no11qDHRrGgq', 'head', 'Placement'),
    (2, 'Kiran Coordinator', 'kiran@old.example', '$2b$04$RWF7UnD4fXV6dhPdAnYSBeKtsT3j8B0utPT06CK08no11qDHRrGgq', 'Coordinator', NULL),
    (3, 'Suresh Staff', 'staff@old.example', '$2a$04$RWF7UnD4fXV6dhPdAnYSBeKtsT3j8B0utPT06CK08no11qDHRrGgq', 'STAFF', ''),
    (11, 'Asha Verma', 'Asha@Old.example', '$2a$04$RWF7UnD4fXV6dhPdAnYSBeKtsT3j8B0utPT06CK08no11qDHRrGgq', 'student', NULL),
    (12, 'Ravi Kumar', 'ravi@old.example', '$2b$04$RWF7UnD4fXV6dhPdAnYSBeKtsT3j8B0utPT06CK08no11qDHRrGgq', 'STUDENT', NULL),
    (13, 'Nisha Jain', 'nisha@old.example', '$2a$04$RWF7UnD4fXV6dhPdAnYSBeKtsT3j8B0utPT06CK08no11qDHRrGgq', 'STUDENT', NULL);
INSERT INTO students VALUES (11, '27CSE001', 2027, 'CSE', 91.5, 88, 8.1, 0), (12, '27CSE002', 2027, 'CSE', 85, 81, 7.49, NULL),
    (13, ' 27ME003 ', 2027, 'Mechanical', 93, 90, 9.2, 1);
INSERT INTO staffs VALUES (3, 'Officer', 'Excel');
INSERT INTO placement_coordinators VALUES (2, 2027, '98765 43210');
INSERT INTO placement_head VALUES (1, '011-2345', 'B12');
INSERT INTO job_domains VALUES (1, 'Software'), (7, 'Core');
INSERT INTO placement_drives VALUES
    (5, 'Tulsi Robotics', 'Engineer', 7, 'Robots', '2026-03-01 10:00', 7.5, 60, NULL, 0, 1, '2026-02-01 09:30:00.25'),
    (6, 'Acme', 'Analyst', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, '2026-02-02 00:00');
INSERT INTO drive_eligibility_results VALUES (5, 11, true, 1, '2026-02-01 10:00'), (5, 12, false, 1, '2026-02-01 10:00');
INSERT INTO drive_registrations VALUES (21, 5, 11, '2026-02-03 18:45:10'), (22, 5, 13, '2026-02-03 19:00');
