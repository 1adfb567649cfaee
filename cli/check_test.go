package cli_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What check prints when all is well.
var checked = []string{"database   answers", "queue      worked job", "completed"}

func TestCheckLetsARunningServeWorkAJob(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	s := in.serve()
	said := in.run("check").ok().out
	for _, line := range checked {
		require.Contains(t, said, line)
	}
	s.stop()
}

func TestCheckWorksItsJobWhereNoServeRuns(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	said := in.run("check").ok().out
	for _, line := range checked {
		require.Contains(t, said, line)
	}
	in.noOrphans()
}

func TestCheckNamesADatabaseThatIsNotThere(t *testing.T) {
	t.Parallel()
	in := empty(t, "DATABASE_URL=postgres://nobody:hidden-word@127.0.0.1:1/nothing", "JWT_SECRET="+secret, "PLACEOPS_LOG_LEVEL=debug")
	got := in.run("check")
	got.fails("the database does not answer", "DATABASE_URL")
	for _, word := range []string{"hidden-word", secret} {
		require.NotContains(t, got.out+got.err, word)
	}
}
