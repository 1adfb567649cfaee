//go:build unix

package postgres

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// relayed returns what the relay makes of PostgreSQL's output, without times.
func relayed(output string) string {
	var text bytes.Buffer
	noTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	handler := slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: noTime})
	(&logRelay{logger: slog.New(handler)}).follow(strings.NewReader(output))
	return text.String()
}

func TestLogLinesBecomeRecords(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ line, want string }{
		"log":     {"7 00000 LOG:  ready", "level=INFO msg=ready pid=7\n"},
		"warning": {"7 01000 WARNING:  hm", "level=WARN msg=hm pid=7 sqlstate=01000\n"},
		"a statement's error": {
			"7 22012 ERROR:  division by zero\n7 22012 STATEMENT:  SELECT 1\n\t/ 0",
			"level=WARN msg=\"division by zero\" pid=7 sqlstate=22012 statement=\"SELECT 1\\n/ 0\"\n",
		},
		"a constraint":       {"7 23505 ERROR:  duplicate key", "level=DEBUG msg=\"duplicate key\" pid=7 sqlstate=23505\n"},
		"a start":            {"7 00000 LOG:  database system is ready to accept connections", "level=DEBUG msg=\"database system is ready to accept connections\" pid=7\n"},
		"a client that went": {"7 08006 FATAL:  connection to client lost", "level=DEBUG msg=\"connection to client lost\" pid=7 sqlstate=08006\n"},
		"a shutdown":         {"7 57P01 FATAL:  terminating", "level=DEBUG msg=terminating pid=7 sqlstate=57P01\n"},
		"fatal":              {"7 F0000 FATAL:  no", "level=ERROR msg=no pid=7 sqlstate=F0000\n"},
		"panic":              {"7 53100 PANIC:  full", "level=ERROR msg=full pid=7 sqlstate=53100\n"},
		"detail and hint":    {"7 00000 LOG:  a\n7 00000 DETAIL:  b\n7 00000 HINT:  c", "level=INFO msg=a pid=7 detail=b hint=c\n"},
		"two processes":      {"7 00000 LOG:  a\n8 00000 LOG:  b", "level=INFO msg=a pid=7\nlevel=INFO msg=b pid=8\n"},
		"no prefix":          {"cannot open shared object", "level=INFO msg=\"cannot open shared object\"\n"},
		"a stray follow-up":  {"7 00000 HINT:  c", "level=INFO msg=c pid=7\n"},
	} {
		require.Equal(t, test.want, relayed(test.line+"\n"), name)
	}
}

func TestHugeStatementsAreClipped(t *testing.T) {
	t.Parallel()
	require.Less(t, len(relayed("7 22012 ERROR:  x\n7 22012 STATEMENT:  "+strings.Repeat("ä", 1<<20)+"\n")), 2*maxField)
}

func TestTheLastLinesAreKept(t *testing.T) {
	t.Parallel()
	relay := &logRelay{logger: slog.New(slog.DiscardHandler)}
	var output strings.Builder
	for i := range 100 {
		fmt.Fprintf(&output, "7 00000 LOG:  line %d\n", i)
	}
	relay.follow(strings.NewReader(output.String()))
	require.Equal(t, tailLines, strings.Count(relay.lastWords(), "\n")+1)
	require.True(t, strings.HasSuffix(relay.lastWords(), "line 99"))
}

func TestErrorsOfTheDirectoryAreExplained(t *testing.T) {
	t.Parallel()
	place := layout{dir: "/srv/placeops"}
	for name, test := range map[string]struct {
		err    error
		output string
		want   string
	}{
		"full disk":          {&os.PathError{Op: "write", Err: syscall.ENOSPC}, "", "is full"},
		"quota":              {syscall.EDQUOT, "", "is full"},
		"full for initdb":    {errors.New("exit 1"), "could not write: No space left on device", "is full"},
		"read-only":          {syscall.EROFS, "", "read-only"},
		"no right":           {&os.PathError{Op: "open", Err: syscall.EACCES}, "", "may not write"},
		"a file in between":  {syscall.ENOTDIR, "", "not a directory"},
		"limit on the files": {errors.New("exit 1"), "File too large", "ulimit -f"},
	} {
		got := place.explain(test.err, test.output)
		require.ErrorContains(t, got, test.want, name)
		require.ErrorContains(t, got, "/srv/placeops", name)
		require.ErrorContains(t, got, "PLACEOPS_DATA_DIR", name)
		require.ErrorIs(t, got, test.err, name)
	}
	other := errors.New("something else")
	require.Equal(t, other, place.explain(other, "something else"))
	require.NoError(t, place.explain(nil, ""))
}
