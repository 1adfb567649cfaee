package cli_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store/storetest"
)

// where runs a test on the program's own PostgreSQL and on an outside one.
func where(t *testing.T, test func(t *testing.T, in *install)) {
	t.Helper()
	t.Run("own database", func(t *testing.T) {
		t.Parallel()
		test(t, prepared(t))
	})
	t.Run("outside database", func(t *testing.T) {
		t.Parallel()
		test(t, bare(t, "DATABASE_URL="+storetest.URL(t), "JWT_SECRET="+secret))
	})
}

func TestMigrateGoesAllTheWayDownAndUpAgain(t *testing.T) {
	t.Parallel()
	where(t, func(t *testing.T, in *install) {
		all := in.run("migrate", "status").ok().out
		require.NotContains(t, all, "pending")
		require.Equal(t, "nothing to do\n", in.run("migrate").ok().out)

		var down []string
		for {
			said := in.run("migrate", "down").ok().out
			if said == "nothing to do\n" {
				break
			}
			down = append(down, lines(said)...)
			require.Less(t, len(down), 1000)
		}
		require.NotContains(t, in.run("migrate", "status").ok().out, "applied")

		up := lines(in.run("migrate", "up").ok().out)
		require.Equal(t, all, in.run("migrate", "status").ok().out)
		require.Equal(t, lines(all), up)
		require.Len(t, down, len(up))
		in.run("demo").ok()
	})
}

func TestMigrateRedoKeepsTheSchema(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	s := in.serve()
	before := in.run("migrate", "status").ok().out
	redone := lines(in.run("migrate", "redo").ok().out)
	require.Len(t, redone, 2)
	require.True(t, slices.ContainsFunc(redone, func(line string) bool { return strings.HasPrefix(line, "rolled back") }))
	require.Equal(t, before, in.run("migrate", "status").ok().out)
	s.get("", "/readyz").is(http.StatusOK)
	s.stop()
}
