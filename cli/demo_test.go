package cli_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The line that names the demo's password.
var demoPassword = regexp.MustCompile(`password: (\S+)\)`)

// logIns are the e-mail addresses that a demo printed, by role, and their password.
func logIns(t *testing.T, printed string) (emails map[string]string, password string) {
	t.Helper()
	found := demoPassword.FindStringSubmatch(printed)
	require.NotNil(t, found, printed)
	emails = map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\s+([A-Z]+)\s+(\S+@\S+)$`).FindAllStringSubmatch(printed, -1) {
		emails[m[1]] = m[2]
	}
	return emails, found[1]
}

func TestTheFourLogInsOfTheDemoWork(t *testing.T) {
	t.Parallel()
	s := prepared(t).serve("--demo")
	emails, password := logIns(t, s.out.String())
	require.Len(t, emails, 4)
	for role, email := range emails {
		got := s.get(s.signIn(email, password), "/me").is(http.StatusOK)
		require.Equal(t, role, got.field("role"))
	}
	var drives []struct {
		Status string `json:"status"`
	}
	s.get(s.signIn(emails["HEAD"], password), "/drives").is(http.StatusOK).into(&drives)
	states := map[string]bool{}
	for _, drive := range drives {
		states[drive.Status] = true
	}
	require.Contains(t, states, "pending")
	require.Contains(t, states, "posted")
	require.Contains(t, states, "attending")
	require.Contains(t, states, "cancelled")
	require.Contains(t, states, "finished")

	var figures struct {
		Drives        int `json:"total_drives"`
		Registrations int `json:"registrations"`
	}
	s.get(s.signIn(emails["HEAD"], password), "/analytics/summary").is(http.StatusOK).into(&figures)
	require.Equal(t, len(drives)-1, figures.Drives, "all but the cancelled one are in the figures from the beginning")
	require.Positive(t, figures.Registrations)

	var told struct {
		Items []struct {
			Message string `json:"message"`
		} `json:"items"`
	}
	s.get(s.signIn(emails["STAFF"], password), "/notifications/mine").is(http.StatusOK).into(&told)
	require.Contains(t, told.Items, struct {
		Message string `json:"message"`
	}{"Northwind Analytics (Data Analyst) is open for registrations."}, "an open drive is told of as open")
	s.stop()
}

func TestADemoThatIsThereStaysAsItIs(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	first := in.run("demo").ok()
	users := in.run("user", "list").ok().out
	again := in.run("demo").ok()
	require.Equal(t, first.out, again.out, "it prints the log-ins again")

	s := in.serve("--demo")
	require.Contains(t, s.out.String(), first.out)
	require.Equal(t, users, in.run("user", "list").ok().out)
	require.Equal(t, first.out, in.run("demo").ok().out, "also beside a running serve")
	s.stop()
}

func TestTheDemoKeepsOutOfOtherData(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	in.run("user", "add", "--email", "head@college.example", "--name", "H", "--role", "HEAD").ok()
	in.run("demo").fails("holds other data", "PLACEOPS_DATA_DIR")

	s := in.serve("--demo")
	s.get("", "/readyz").is(http.StatusOK)
	require.Contains(t, s.out.String(), "No demo college was made")
	require.NotRegexp(t, demoPassword, s.out.String())
	require.Len(t, lines(in.run("user", "list").ok().out), 2)
	s.stop()
}
