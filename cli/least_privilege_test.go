package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"placeops/store/storetest"
)

// split is an outside database whose tables belong to one role, while placeops serves as another.
type split struct {
	t                *testing.T
	superURL         string
	owner, app       string // roles
	ownerURL, appURL string
}

func splitDatabase(t *testing.T) *split {
	t.Helper()
	s := &split{t: t, superURL: storetest.EmptyURL(t)}
	at, err := url.Parse(s.superURL)
	require.NoError(t, err)
	name := at.Path[1:]
	s.owner, s.app = name+"_owner", name+"_app"
	s.ownerURL, s.appURL = as(*at, s.owner), as(*at, s.app)
	super := connect(t, s.superURL)
	for _, statement := range []string{
		"CREATE ROLE " + s.owner + " LOGIN", "CREATE ROLE " + s.app + " LOGIN",
		fmt.Sprintf("ALTER DATABASE %s OWNER TO %s", name, s.owner),
		fmt.Sprintf("REVOKE ALL ON DATABASE %s FROM PUBLIC", name), // as careful operators do
	} {
		_, err := super.Exec(t.Context(), statement)
		require.NoError(t, err, "%s", statement)
	}
	return s
}

func as(at url.URL, role string) string {
	at.User = url.User(role)
	return at.String()
}

func (s *split) asOwner() *install {
	return bare(s.t, "DATABASE_URL="+s.ownerURL, "JWT_SECRET="+secret)
}

func (s *split) asApp() *install {
	return bare(s.t, "DATABASE_URL="+s.appURL, "JWT_SECRET="+secret, "PLACEOPS_MIGRATE=off", "PLACEOPS_LOG_LEVEL=warn")
}

// granted is splitDatabase, migrated and granted.
func granted(t *testing.T) *split {
	t.Helper()
	s := splitDatabase(t)
	require.Contains(t, s.asOwner().run("migrate", "--grant-to", s.app).ok().out, "granted to   "+s.app)
	return s
}

// exec runs a statement at a URL and returns the SQLSTATE of its failure.
func (s *split) exec(url, statement string) (code string) {
	s.t.Helper()
	conn := connect(s.t, url)
	_, err := conn.Exec(s.t.Context(), statement)
	require.NoError(s.t, conn.Close(s.t.Context()))
	if err == nil {
		return ""
	}
	var pg *pgconn.PgError
	require.ErrorAs(s.t, err, &pg)
	return pg.Code
}

const insufficientPrivilege = "42501"

// What the role of serve may not do, each tried on a database on which it can do its work.
func TestTheServingRoleMayNotChangeTheSchemaOrItself(t *testing.T) {
	t.Parallel()
	s := granted(t)
	for _, statement := range []string{
		"CREATE TABLE mine (n int)", "CREATE TABLE public.mine (n int)", "CREATE SCHEMA mine", "CREATE VIEW mine AS SELECT 1",
		"CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE EXTENSION pgcrypto",
		"CREATE ROLE mine", "ALTER ROLE " + s.app + " CREATEROLE", "SET ROLE " + s.owner,
		"CREATE INDEX ON users (name)", "CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
		"ALTER TABLE users ADD COLUMN mine int", "ALTER TABLE users DISABLE TRIGGER ALL", "DROP TABLE login_failures", "TRUNCATE login_failures",
		"DROP MATERIALIZED VIEW analytics_drives", "REFRESH MATERIALIZED VIEW analytics_drives", "DROP FUNCTION placeops_refresh_analytics()",
		"ALTER FUNCTION placeops_refresh_analytics() RESET ALL", "CREATE OR REPLACE FUNCTION placeops_refresh_analytics() RETURNS void LANGUAGE sql AS ''",
		"SELECT placeops_analyze('drives')", "SELECT setval('users_user_id_seq', 1)",
		"DELETE FROM users", "DELETE FROM students", "DELETE FROM notices", "DELETE FROM mail_deliveries",
		"UPDATE registrations SET registered_at = now()", "UPDATE finished_drives SET total_present = 0", "DELETE FROM finished_drives",
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)", "UPDATE goose_db_version SET version_id = 0",
		"DELETE FROM goose_db_version", "INSERT INTO river_migration (line, version) VALUES ('main', 99)", "UPDATE river_migration SET version = 1",
		"DELETE FROM river_migration", "ALTER TABLE river_job DISABLE TRIGGER ALL", "COPY users TO PROGRAM 'cat'",
	} {
		require.Equal(t, insufficientPrivilege, s.exec(s.appURL, statement), "%s", statement)
	}
	s.asApp().run("migrate", "down").fails("must be owner", "placeops migrate --grant-to")
}

// The owner's functions run as the owner: what the caller puts in the way of their names must not be what they work on.
func TestTheOwnersFunctionsDoNotWorkOnWhatTheirCallerPutsInTheWay(t *testing.T) {
	t.Parallel()
	s := granted(t)
	conn := connect(t, s.appURL)
	for _, statement := range []string{
		"CREATE TEMPORARY TABLE users (n int)", "CREATE TEMPORARY VIEW analytics_drives AS SELECT 1 AS drive_id",
		"SET search_path = pg_temp, public", "SELECT placeops_analyze('users')", "SELECT placeops_refresh_analytics()",
	} {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err, "%s", statement)
	}
}

// One right after the other is taken away, so that a line of the grants that nobody asks about would show.
func TestAMissingGrantIsNamedWithItsRemedy(t *testing.T) {
	t.Parallel()
	s := granted(t)
	app, owner := s.asApp(), s.asOwner()
	app.run("check").ok()
	require.Empty(t, s.exec(s.superURL, fmt.Sprintf("REVOKE UPDATE ON drives FROM %[1]s; REVOKE EXECUTE ON FUNCTION placeops_analyze(text) FROM %[1]s", s.app)))
	for _, command := range []string{"check", "serve"} {
		app.run(command).fails("UPDATE on table drives", "EXECUTE on function placeops_analyze(text)", "placeops migrate --grant-to "+s.app)
	}
	owner.run("check").ok()
	owner.run("migrate", "--grant-to", s.app).ok()
	app.run("check").ok()

	require.Empty(t, s.exec(s.superURL, fmt.Sprintf("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %s", s.app)))
	app.run("check").fails("placeops migrate --grant-to")
	require.Empty(t, s.exec(s.superURL, fmt.Sprintf("GRANT ALL ON ALL TABLES IN SCHEMA public TO %s", s.app)))
	owner.run("migrate", "--grant-to", s.app).ok()
	require.Equal(t, insufficientPrivilege, s.exec(s.appURL, "DELETE FROM users"), "what is too much is taken back")
}

func TestGrantsGoToARoleThatCanBeGivenLess(t *testing.T) {
	t.Parallel()
	s := splitDatabase(t)
	owner := s.asOwner()
	owner.run("migrate").ok()
	owner.run("migrate", "down", "--grant-to", s.app).fails("--grant-to goes with")
	for role, saying := range map[string]string{"nobody here": "there is no role", s.owner: "choose one that is neither"} {
		refused := owner.run("migrate", "--grant-to", role)
		require.Equal(t, 1, refused.code)
		require.Contains(t, refused.err, saying)
	}
	s.asApp().run("check").fails("the database does not answer")
	owner.run("migrate", "--grant-to", s.app).ok()
	s.asApp().run("check").ok()
}

func TestTheOwnerRestoresADatabaseOfTwoRolesAndGrantsAgain(t *testing.T) {
	t.Parallel()
	from, to := granted(t), granted(t)
	require.Empty(t, from.exec(from.appURL, "INSERT INTO users (name, email, role) VALUES ('Head', 'head@college.example', 'HEAD')"))
	saved := from.asOwner()
	saved.run("backup", archive).done()
	owner, app := to.asOwner(), to.asApp()
	owner.run("restore", filepath.Join(saved.dir, archive)).done()
	app.run("check").fails("placeops migrate --grant-to")
	owner.run("migrate", "--grant-to", to.app).ok()
	app.run("check").ok()
	require.Contains(t, app.run("user", "list").ok().out, "head@college.example")
}

// A migration that makes a table or sequence must say in sql/grants/role.sql what serve may do with it.
func TestEveryTableAndSequenceIsInTheGrants(t *testing.T) {
	t.Parallel()
	s := granted(t)
	var forgotten []string
	query1(t, s.appURL, `
SELECT COALESCE(array_agg(relname::text ORDER BY 1), '{}') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p') AND NOT has_table_privilege(oid, 'SELECT')`)(&forgotten)
	require.Empty(t, forgotten)
	query1(t, s.appURL, `
SELECT COALESCE(array_agg(c.relname::text ORDER BY 1), '{}') FROM pg_class c
JOIN pg_depend d ON d.objid = c.oid AND d.deptype = 'a' AND d.refclassid = 'pg_class'::regclass -- a serial's; identities need none
WHERE CASE c.relkind WHEN 'S' THEN NOT has_sequence_privilege(c.oid, 'USAGE') END`)(&forgotten)
	require.Empty(t, forgotten)
}

// Everything that serve does beside its tables is in it: jobs, the queue's leader, LISTEN, the planner, metrics.
func TestTheMainJobIsDoneByARoleWithoutDDL(t *testing.T) {
	t.Parallel()
	db := granted(t)
	in := db.asApp()
	s := in.serve("--demo")
	emails, password := logIns(t, s.out.String())
	head := s.signIn(emails["HEAD"], password)
	done := func(job int64) {
		require.Eventually(t, func() bool {
			return s.get(head, at("/jobs/%d", job)).is(http.StatusOK).field("state") == "completed"
		}, patience, poll, "job %d; serve said %s", job, s.log)
	}

	imported := s.upload(head, "/students/import", "file", "students.csv", "Roll No,Name,Email,Branch,Batch,CGPA\nX1,Asha,asha@college.example,CSE,2027,9\n")
	done(imported.is(http.StatusAccepted).int("job_id"))
	codes := s.get(head, at("/jobs/%d/download", imported.int("job_id"))).is(http.StatusOK)
	code := regexp.MustCompile(`[A-Z0-9]{4}(-[A-Z0-9]{4}){3}`).FindString(string(codes.body))
	asha := s.signIn("asha@college.example", code)
	asha = s.post(asha, "/auth/change-password", map[string]string{"old_password": code, "new_password": "a good long password"}).is(http.StatusOK).text("token")

	drive := s.post(head, "/drives", map[string]any{"company_name": "Acme", "job_title": "Engineer"}).is(http.StatusCreated).int("drive_id")
	done(s.post(head, at("/drives/%d/publish", drive), nil).is(http.StatusOK).int("job_id"))
	student := s.post(asha, "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated).int("student_id")
	export := s.post(head, at("/registrations/%d/export", drive), nil).is(http.StatusAccepted).int("job_id")
	done(export)
	require.Contains(t, string(s.get(head, at("/jobs/%d/download", export)).is(http.StatusOK).body), "asha@college.example")
	s.post(head, at("/drives/%d/stop-registrations", drive), nil).is(http.StatusOK)
	mark := map[string]any{"student_id": student, "status": "present"}
	s.post(head, at("/attendance/%d/mark", drive), mark).is(http.StatusOK)
	s.call(head, http.MethodDelete, at("/attendance/%d/mark/%d", drive, student), nil).is(http.StatusNoContent)
	s.post(head, at("/attendance/%d/mark", drive), mark).is(http.StatusOK)
	s.post(head, at("/attendance/%d/publish", drive), nil).is(http.StatusOK)
	before := s.get(head, "/analytics/summary").is(http.StatusOK).text("refreshed_at")
	done(s.post(head, "/analytics/refresh", nil).is(http.StatusAccepted).int("job_id"))
	require.NotEqual(t, before, s.get(head, "/analytics/summary").is(http.StatusOK).text("refreshed_at"))
	require.Contains(t, string(s.get(head, "/metrics").is(http.StatusOK).body), "placeops_")
	s.get("", "/readyz").is(http.StatusOK)
	gone := s.post(head, "/drives", map[string]any{"company_name": "Gone", "job_title": "Engineer"}).is(http.StatusCreated).int("drive_id")
	require.Less(t, s.call(head, http.MethodDelete, at("/drives/%d", gone), nil).status, http.StatusMultipleChoices)

	require.Contains(t, in.run("check").ok().out, "queue      worked job")
	var leaders, listeners, registered int
	query1(t, db.superURL, `SELECT (SELECT count(*) FROM river_leader),
		(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'),
		(SELECT count(*) FROM analytics_drives d
			JOIN analytics_selections s ON s.drive_id = d.drive_id AND s.selected > 0
			JOIN analytics_branches b ON b.created_at = d.created_at AND b.stage = 'present' AND b.students = 1
			JOIN analytics_registrations r ON r.quarter > now() - interval '1 hour'
			WHERE d.company_name = 'Acme' AND d.registrations = 1)`)(&leaders, &listeners, &registered)
	require.Equal(t, 1, leaders)
	require.Positive(t, listeners)
	require.Equal(t, 1, registered)
	s.stop()
	require.NotContains(t, s.log.String(), "permission denied")
	require.NotContains(t, s.log.String(), "level=ERROR")
}

// upload sends a file in a form.
func (s *serving) upload(token, path, field, name, content string) *answer {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(field, name)
	require.NoError(s.t, err)
	_, err = io.WriteString(part, content)
	require.NoError(s.t, err)
	require.NoError(s.t, form.Close())
	request := s.request(token, http.MethodPost, path, nil)
	request.Body, request.ContentLength = io.NopCloser(&body), int64(body.Len())
	request.Header.Set("Content-Type", form.FormDataContentType())
	response, err := client.Do(request)
	require.NoError(s.t, err)
	defer func() { require.NoError(s.t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return &answer{t: s.t, what: "POST " + path, status: response.StatusCode, body: text}
}

// text returns one field of the JSON body, a string.
func (a *answer) text(name string) string {
	a.t.Helper()
	text, ok := a.field(name).(string)
	require.True(a.t, ok, "%s: %s", a.what, a.body)
	return text
}
