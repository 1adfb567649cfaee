package backup

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

func TestWhatTheSurroundingsCauseIsSaidInASentence(t *testing.T) {
	t.Parallel()
	file := func(cause syscall.Errno) error { return &os.PathError{Op: "write", Path: "x", Err: cause} }
	for name, test := range map[string]struct {
		err  error
		says string
	}{
		"full disk":       {file(syscall.ENOSPC), "the disk is full: free some space"},
		"quota":           {file(syscall.EDQUOT), "the disk is full"},
		"read-only disk":  {file(syscall.EROFS), "read-only"},
		"no right":        {file(syscall.EACCES), "give it that right"},
		"database's disk": {&pgconn.PgError{Code: "53100"}, "the database's disk is full"},
		"tables in use":   {&pgconn.PgError{Code: "55P03"}, "end other programs"},
	} {
		explained := explainRestore(test.err)
		require.ErrorContains(t, explained, test.says, name)
		require.ErrorIs(t, explained, test.err, name)
	}
	other := errors.New("something else")
	require.Equal(t, other, explainRestore(other))
	require.NoError(t, explainRestore(nil))
}
