-- What an import works on. Both tables are the transaction's own and end with it, so nothing of them is a migration; sqlc
-- reads them here like the rest of the schema.

-- The rows of the file as they were read: NULL is an empty cell, or a column that the file does not have.
CREATE TEMPORARY TABLE sheet_students (
    line             integer NOT NULL,
    roll_number      text    NOT NULL,
    name             text,
    email            text,
    phone            text,
    branch           text,
    batch_year       integer,
    cgpa             numeric,
    tenth_percent    numeric,
    twelfth_percent  numeric,
    diploma_percent  numeric,
    active_backlogs  integer,
    cleared_backlogs integer,
    gender           text,
    gap_years        integer
) ON COMMIT DROP;

-- What each row's student is to be, and how that differs from what is stored. A new student has neither id nor role, and
-- differs in everything.
CREATE TEMPORARY TABLE planned_students (
    line             integer NOT NULL,
    student_id       bigint,
    role             text,
    roll_number      text    NOT NULL,
    name             text,
    email            text,
    phone            text,
    branch           text,
    batch_year       integer,
    cgpa             numeric,
    tenth_percent    numeric,
    twelfth_percent  numeric,
    diploma_percent  numeric,
    active_backlogs  integer NOT NULL,
    cleared_backlogs integer NOT NULL,
    gender           text,
    gap_years        integer NOT NULL,
    email_differs    boolean NOT NULL,
    account_differs  boolean NOT NULL,
    record_differs   boolean NOT NULL
) ON COMMIT DROP;
