#!/bin/sh
# Makes the database and its two roles at the first start of compose.outside.yaml's PostgreSQL, as docs/outside-database.md says.
# The passwords come from files and are neither arguments, which others see in the list of processes, nor in the server's log.
set -eu
owner=$(cat /run/secrets/owner-password)
serve=$(cat /run/secrets/serve-password)
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<SQL
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
CREATE ROLE placeops_owner LOGIN PASSWORD '$owner';
CREATE ROLE placeops_serve LOGIN PASSWORD '$serve';
CREATE DATABASE placeops OWNER placeops_owner;
REVOKE ALL ON DATABASE placeops FROM PUBLIC;
SQL
