package cli_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// beside runs a test of commands with a running serve, and without one: signIn then starts one.
func beside(t *testing.T, test func(t *testing.T, in *install, server func() *serving)) {
	t.Helper()
	t.Run("beside a serve", func(t *testing.T) {
		t.Parallel()
		in := prepared(t)
		s := in.serve()
		test(t, in, func() *serving { return s })
	})
	t.Run("without a serve", func(t *testing.T) {
		t.Parallel()
		in := prepared(t)
		test(t, in, func() *serving { return in.serve() })
	})
}

func TestAPersonWhoWasAddedCanSignIn(t *testing.T) {
	t.Parallel()
	beside(t, func(t *testing.T, in *install, server func() *serving) {
		add := func(email string) []string {
			return []string{"user", "add", "--email", email, "--name", "N", "--role", "head"}
		}
		made := in.run(add("made@college.example")...).ok()
		in.runWith("from stdin 2026\n", nil, append(add("stdin@college.example"), "--password-stdin")...).ok()
		environment := in.runWith("", []string{"PLACEOPS_PASSWORD=from-environment-2026"}, add("env@college.example")...).ok()
		require.NotContains(t, environment.out, "password", "a given one is not shown")
		_, password, found := strings.Cut(made.out, "password: ")
		require.True(t, found, made.out)

		s := server()
		for email, password := range map[string]string{
			"made@college.example": strings.TrimSpace(password), "stdin@college.example": "from stdin 2026", "env@college.example": "from-environment-2026",
		} {
			require.Equal(t, "HEAD", s.get(s.signIn(email, password), "/me").is(http.StatusOK).field("role"))
		}
		list := in.run("user", "list").ok().out
		require.NotContains(t, list, strings.TrimSpace(password), "it is printed once")
		require.Len(t, lines(list), 4)
		require.Len(t, lines(in.run("user", "list", "--role", "STAFF").ok().out), 1)
	})
}

func TestDeactivatingAndResettingSignAPersonOut(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	s := in.serve()
	for _, email := range []string{"one@college.example", "two@college.example"} {
		in.runWith("a password of 2026\n", nil, "user", "add", "--email", email, "--name", "N", "--role", "HEAD", "--password-stdin").ok()
	}
	token := s.signIn("one@college.example", "a password of 2026")
	in.runWith("another password\n", nil, "user", "reset-password", "--email", "ONE@college.example", "--password-stdin").ok()
	s.signedOut(token)
	token = s.signIn("one@college.example", "another password")

	in.run("user", "deactivate", "--email", "one@college.example").ok()
	s.signedOut(token)
	s.post("", "/auth/login", map[string]string{"email": "one@college.example", "password": "another password"}).is(http.StatusUnauthorized)
	require.Contains(t, in.run("user", "list").ok().out, "inactive")

	in.run("user", "deactivate", "--email", "two@college.example").fails("last active head")
	s.signIn("two@college.example", "a password of 2026")
}

// signedOut waits until a token is refused, which may take 5 s.
func (s *serving) signedOut(token string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return s.get(token, "/me").status == http.StatusUnauthorized }, soon, poll)
}

func TestAccountsThatCannotBe(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	in.serve()
	in.run("user", "add", "--email", "head@college.example", "--name", "H", "--role", "HEAD").ok()
	add := func(email, name, role string) []string {
		return []string{"user", "add", "--email", email, "--name", name, "--role", role}
	}
	for name, test := range map[string]struct {
		stdin string
		args  []string
		says  string
	}{
		"no such role":       {args: add("a@college.example", "A", "DEAN"), says: "DEAN"},
		"a student":          {args: add("a@college.example", "A", "STUDENT"), says: "roll number"},
		"an e-mail twice":    {args: add("HEAD@college.example", "A", "STAFF"), says: "e-mail"},
		"no e-mail":          {args: add("nobody", "A", "STAFF"), says: "e-mail"},
		"no name":            {args: add("a@college.example", " ", "STAFF"), says: "--name"},
		"a common password":  {stdin: "12345678\n", args: append(add("a@college.example", "A", "STAFF"), "--password-stdin"), says: "most used"},
		"a short password":   {stdin: "short\n", args: append(add("a@college.example", "A", "STAFF"), "--password-stdin"), says: "8"},
		"an empty password":  {args: append(add("a@college.example", "A", "STAFF"), "--password-stdin"), says: "8"},
		"a missing flag":     {args: []string{"user", "add", "--name", "A", "--role", "STAFF"}, says: "email"},
		"nobody to reset":    {args: []string{"user", "reset-password", "--email", "no@college.example"}, says: "no@college.example"},
		"nobody to end":      {args: []string{"user", "deactivate", "--email", "no@college.example"}, says: "no@college.example"},
		"a role to list":     {args: []string{"user", "list", "--role", "DEAN"}, says: "DEAN"},
		"an unknown command": {args: []string{"user", "remove"}, says: "remove"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := &install{t: t, dir: in.dir, env: in.env}
			in.runWith(test.stdin, nil, test.args...).fails(test.says)
		})
	}
}
