-- What only an owner of the tables may do, for a role that owns none: two things, and nothing else about them. They run as the
-- owner; role.sql fixes their search_path, so that nobody can put objects of his own in the way.

-- REFRESH asks for ownership (or MAINTAIN, from PostgreSQL 17 on, which allows far more).
CREATE OR REPLACE FUNCTION placeops_refresh_analytics() RETURNS void
LANGUAGE sql SECURITY DEFINER AS $$
    REFRESH MATERIALIZED VIEW CONCURRENTLY analytics_drives;
    REFRESH MATERIALIZED VIEW CONCURRENTLY analytics_attendance;
    REFRESH MATERIALIZED VIEW CONCURRENTLY analytics_registrations;
    REFRESH MATERIALIZED VIEW CONCURRENTLY analytics_selections;
    REFRESH MATERIALIZED VIEW CONCURRENTLY analytics_branches;
$$;

CREATE OR REPLACE FUNCTION placeops_analyze(table_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF table_name NOT IN ('users', 'students', 'drive_students') THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is not analyzed for others', table_name);
    END IF;
    EXECUTE format('ANALYZE %I', table_name);
END
$$;
