-- All that placeops needs of a role that does not own its tables. `placeops migrate --grant-to ROLE` runs functions.sql and
-- then this file as the owner, in one transaction; :"role", :"schema" and :"database" are filled in as psql does it.
--
-- It begins with nothing, so a right that is no longer in this file is gone as well. A new table needs a line here.

REVOKE ALL ON ALL TABLES IN SCHEMA :"schema" FROM :"role";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA :"schema" FROM :"role";
REVOKE ALL ON SCHEMA :"schema" FROM :"role";
REVOKE CREATE ON SCHEMA :"schema" FROM PUBLIC;

-- An import keeps its sheet in temporary tables.
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"role";
GRANT USAGE ON SCHEMA :"schema" TO :"role";

GRANT SELECT, INSERT, UPDATE ON TABLE users TO :"role";
GRANT SELECT, INSERT, UPDATE ON TABLE students TO :"role";
GRANT SELECT, INSERT, DELETE ON TABLE login_failures TO :"role";

GRANT SELECT, INSERT ON TABLE job_domains TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE drives TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE drive_students TO :"role";
GRANT SELECT, INSERT, DELETE ON TABLE registrations TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE attendance TO :"role";
GRANT SELECT, INSERT ON TABLE finished_drives TO :"role";

GRANT SELECT, INSERT ON TABLE notices TO :"role";
GRANT SELECT ON TABLE notice_readers TO :"role";
GRANT SELECT, INSERT, UPDATE ON TABLE notice_reads TO :"role";
GRANT SELECT, INSERT, UPDATE ON TABLE mail_deliveries TO :"role";

GRANT SELECT, INSERT, UPDATE ON TABLE student_imports TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE exports TO :"role";

GRANT SELECT ON TABLE analytics_drives TO :"role";
GRANT SELECT ON TABLE analytics_attendance TO :"role";
GRANT SELECT ON TABLE analytics_registrations TO :"role";
GRANT SELECT ON TABLE analytics_selections TO :"role";
GRANT SELECT ON TABLE analytics_branches TO :"role";
GRANT SELECT, UPDATE ON TABLE analytics_refresh TO :"role";

-- The trail is written by its triggers, which work as the owner: the role itself can neither add to it nor alter it.
GRANT SELECT ON TABLE audit_entries TO :"role";
GRANT SELECT ON TABLE audit_seals TO :"role";

-- The job queue.
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE river_job TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE river_leader TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE river_queue TO :"role";
GRANT SELECT, INSERT, DELETE ON TABLE river_notification TO :"role";

-- Which migrations are applied may be read, not changed.
GRANT SELECT ON TABLE goose_db_version TO :"role";
GRANT SELECT ON TABLE river_migration TO :"role";

-- Other identities draw their numbers without a grant.
GRANT USAGE ON SEQUENCE users_user_id_seq TO :"role";
GRANT USAGE ON SEQUENCE river_job_id_seq TO :"role";
GRANT USAGE ON SEQUENCE river_notification_id_seq TO :"role";

ALTER FUNCTION placeops_refresh_analytics() SET search_path = pg_catalog, :"schema", pg_temp;
ALTER FUNCTION placeops_analyze(text) SET search_path = pg_catalog, :"schema", pg_temp;
REVOKE ALL ON FUNCTION placeops_refresh_analytics() FROM PUBLIC;
REVOKE ALL ON FUNCTION placeops_analyze(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION placeops_refresh_analytics() TO :"role";
GRANT EXECUTE ON FUNCTION placeops_analyze(text) TO :"role";

-- The functions of the audit trail work as the owner too, and nobody else may call the one that writes.
ALTER FUNCTION audit_rows() SECURITY DEFINER SET search_path = pg_catalog, :"schema", pg_temp;
ALTER FUNCTION audit_new_registrations() SECURITY DEFINER SET search_path = pg_catalog, :"schema", pg_temp;
ALTER FUNCTION audit_new_selections() SECURITY DEFINER SET search_path = pg_catalog, :"schema", pg_temp;
REVOKE ALL ON FUNCTION audit_append(text, text, bigint[], bigint[], json, json) FROM PUBLIC;

-- Sealing adds to the trail what it proves itself with, and works as the owner.
ALTER FUNCTION audit_seal(bigint) SECURITY DEFINER SET search_path = pg_catalog, :"schema", pg_temp;
REVOKE ALL ON FUNCTION audit_seal(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_seal(bigint) TO :"role";
