package cli_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var printedAnchor = regexp.MustCompile(`anchor: (\S+)`)

func TestAuditVerifyBesideServeAndAfterIt(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	in.run("user", "add", "--email", "head@college.example", "--name", "Head", "--role", "HEAD").ok()
	s := in.serve()
	said := in.run("audit", "verify").ok().out
	require.Contains(t, said, "the audit trail is whole: ")
	anchor := printedAnchor.FindStringSubmatch(said)[1]
	in.run("user", "add", "--email", "auditor@college.example", "--name", "Auditor", "--role", "STAFF").ok()
	in.run("audit", "verify", "--anchor", anchor).ok()
	conn := s.connect()
	var operation, role string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT operation, database_role FROM audit_entries ORDER BY audit_id DESC LIMIT 1").Scan(&operation, &role))
	require.Equal(t, "user add", operation)
	require.NotEmpty(t, role)

	_, err := conn.Exec(t.Context(), `ALTER TABLE audit_entries DISABLE TRIGGER audit_append_only;
		UPDATE audit_entries SET actor_id = 1 WHERE operation = 'user add';
		ALTER TABLE audit_entries ENABLE TRIGGER audit_append_only`)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	findsIt := func() {
		got := in.run("audit", "verify")
		require.Equal(t, 1, got.code)
		require.Regexp(t, `(?m)^entry \d+ \(seal \d+\) was altered`, got.err)
		require.Contains(t, got.err, "the audit trail is not as it was written")
	}
	findsIt()
	s.stop()
	findsIt()
	in.run("audit", "verify", "--anchor", "x").fails("is no anchor")
}

func TestServeLogsTheAnchorOfTheAuditTrail(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	in.run("user", "add", "--email", "head@college.example", "--name", "Head", "--role", "HEAD").ok()
	s := in.serve()
	var anchor string
	require.Eventually(t, func() bool {
		found := regexp.MustCompile(`the audit trail is anchored.*anchor=(\S+)`).FindStringSubmatch(s.log.String())
		if found != nil {
			anchor = found[1]
		}
		return found != nil
	}, patience, poll, "%s", s.log)
	s.stop()
	in.run("audit", "verify", "--anchor", strings.Trim(anchor, `"`)).ok()
}

// Serve seals what comes, whoever makes it, and at its stop what is left; as a role without rights on the trail, too.
func TestServeSealsTheAuditTrail(t *testing.T) {
	t.Parallel()
	s := granted(t)
	serving := s.asApp().serve()
	require.Empty(t, s.exec(s.appURL, "INSERT INTO users (name, email, role) VALUES ('Head', 'head@college.example', 'HEAD')"))
	sealed := func() (entries, sealed int) {
		query1(t, s.appURL, "SELECT (SELECT max(audit_id) FROM audit_entries), (SELECT coalesce(max(last_id), 0) FROM audit_seals)")(&entries, &sealed)
		return entries, sealed
	}
	require.Eventually(t, func() bool { entries, upTo := sealed(); return entries == upTo }, patience, poll)
	require.Empty(t, s.exec(s.appURL, "UPDATE users SET name = 'Other'"))
	serving.stop()
	if entries, upTo := sealed(); entries != upTo { // only where somebody else on this server was writing all the while
		require.Contains(t, serving.log.String(), "the end of the audit trail is not sealed")
	}
}

// The role that serve works as can neither add to the trail nor alter it; what it changes is in it all the same.
func TestTheServingRoleCannotWriteTheAuditTrailItself(t *testing.T) {
	t.Parallel()
	s := granted(t)
	require.Empty(t, s.exec(s.appURL, "INSERT INTO users (name, email, role) VALUES ('Head', 'head@college.example', 'HEAD')"))
	require.Empty(t, s.exec(s.appURL, "UPDATE users SET name = 'Other'"))
	require.Empty(t, s.exec(s.appURL, "INSERT INTO drives (company_name, job_title, posted_by) VALUES ('Acme', 'Engineer', 1)"))
	for _, statement := range []string{
		"UPDATE audit_entries SET operation = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries",
		"INSERT INTO audit_entries SELECT * FROM audit_entries", "UPDATE audit_seals SET entries = 0", "DELETE FROM audit_seals",
		"INSERT INTO audit_seals SELECT * FROM audit_seals", "SELECT audit_append('user', 'changed', '{}', '{1}', NULL, NULL)",
		"SELECT nextval('audit_entries_audit_id_seq')", "ALTER TABLE users DISABLE TRIGGER audit_update", "DROP TRIGGER audit_update ON users",
		"ALTER FUNCTION audit_rows() SECURITY INVOKER", "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
		"SET session_replication_role = replica",
	} {
		require.Equal(t, insufficientPrivilege, s.exec(s.appURL, statement), "%s", statement)
	}
	conn := connect(t, s.appURL)
	var entries int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM audit_entries WHERE database_role = $1", s.app).Scan(&entries))
	require.Equal(t, 3, entries)
	s.asApp().run("audit", "verify").ok()
}

// What the caller puts in the way of the trail's names is not what is written to.
func TestTheAuditTrailIsNotLedAstray(t *testing.T) {
	t.Parallel()
	s := granted(t)
	conn := connect(t, s.appURL)
	for _, statement := range []string{
		"CREATE TEMPORARY TABLE audit_entries (LIKE public.audit_entries)", "CREATE TEMPORARY TABLE audit_seals (LIKE public.audit_seals)",
		"CREATE TEMPORARY TABLE new_rows (user_id bigint)", "SET search_path = pg_temp, public",
		"INSERT INTO public.users (name, email, role) VALUES ('Head', 'head@college.example', 'HEAD')",
	} {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err, "%s", statement)
	}
	var entries int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM public.audit_entries WHERE entity = 'user'").Scan(&entries))
	require.Equal(t, 1, entries)
	s.asApp().run("audit", "verify").ok()
}
