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
	in := empty(t, "DATABASE_URL=postgres://nobody@127.0.0.1:1/nothing", "JWT_SECRET=a secret of the tests, 32 bytes or more")
	in.run("check").fails("the database does not answer", "DATABASE_URL")
}
