package cli_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store/storetest"
)

func TestTwoServesAtOnceOnAFreshOutsideDatabase(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyURL(t)
	settings := []string{"DATABASE_URL=" + url, "JWT_SECRET=" + secret}
	one, two := bare(t, settings...), bare(t, settings...)
	first, second := one.begin("--demo"), two.begin("--demo")
	first.awaitReady()
	second.awaitReady()

	emails, password := logIns(t, first.out.String()+second.out.String())
	token := first.signIn(emails["HEAD"], password)
	second.get(token, "/me").is(http.StatusOK)
	drive := second.post(token, "/drives", map[string]any{"company_name": "Acme", "job_title": "Engineer"}).is(http.StatusCreated).int("drive_id")
	first.get(token, at("/drives/%d", drive)).is(http.StatusOK)
	first.stop()
	second.stop()

	var goose, distinct, river int
	query1(t, url, `SELECT (SELECT count(*) FROM goose_db_version), (SELECT count(DISTINCT version_id) FROM goose_db_version),
	                       (SELECT count(*) FROM river_migration)`)(&goose, &distinct, &river)
	require.Equal(t, distinct, goose, "each migration is applied once")
	require.Positive(t, river)
	require.NoDirExists(t, one.data()+"/data", "no PostgreSQL of its own")
}

func TestWithMigrateOffThePendingMigrationsAreNamed(t *testing.T) {
	t.Parallel()
	in := bare(t, "DATABASE_URL="+storetest.EmptyURL(t), "JWT_SECRET="+secret, "PLACEOPS_MIGRATE=off", "PLACEOPS_LOG_LEVEL=error")
	in.run("serve").fails("placeops migrate")
	in.run("user", "list").fails("placeops migrate")
	in.run("migrate").ok()
	in.run("user", "list").ok()
}
