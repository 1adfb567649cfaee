package sheets

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSafeText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "Asha", "-5", "-5.25", "7.5", "a=b", "a@b.example", "O'Brien", " x", "'=1", "١"} {
		require.Equal(t, text, SafeText(text))
	}
	for _, text := range []string{
		"=1+1", "+91 98765 43210", "+5", "-", "--5", "-5-5", "-5.", "-1e5", "-2+3", "@SUM(A1)", "\tx", "\rx", "\t-5", " =1", "\n=1",
		"\u00a0=1", "\u200b=1", "\ufeff=1", "\x01=1", "＝1", "＋1", "－1", "＠x", "-5\n", "=cmd|' /C calc'!A0",
	} {
		require.Equal(t, "'"+text, SafeText(text))
		require.Equal(t, "'"+text, SafeText(SafeText(text)), "once is enough")
	}
}

func TestCSVWriter(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := NewCSVWriter(&out)
	require.NoError(t, w.Write("roll_number", "name", "email", "code"))
	require.NoError(t, w.Write("R1", `Carol "C" D'Souza, M.`, "-5", ""))
	require.NoError(t, w.Write("=1+1", "two\nlines", "a;=b", " x"))
	require.NoError(t, w.Write())
	require.Zero(t, out.Len(), "buffered")
	require.NoError(t, w.Flush())
	require.Equal(t, "\ufeffroll_number,name,email,code\r\n"+
		`R1,"Carol ""C"" D'Souza, M.",-5,`+"\r\n"+
		"\"'=1+1\",\"two\nlines\",\"a;=b\",\" x\"\r\n\r\n", out.String())
}

// broken is a disk that is full.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestCSVWriterReturnsErrors(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	w := NewCSVWriter(broken{full})
	require.NoError(t, w.Write("a"))
	require.ErrorIs(t, w.Flush(), full)
	require.ErrorIs(t, w.Write("b"), full)
}

// What is written comes back the same through any reader of CSV, except for the apostrophe.
func FuzzCSVWriter(f *testing.F) {
	f.Add("a", "b")
	f.Add("=1", "x\r\ny")
	f.Add(`"`, " ,;\t")
	f.Fuzz(func(t *testing.T, a, b string) {
		var out bytes.Buffer
		w := NewCSVWriter(&out)
		require.NoError(t, errors.Join(w.Write("first", a, b), w.Flush()))
		text, marked := strings.CutPrefix(out.String(), "\ufeff")
		require.True(t, marked)
		records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		// The reader of the standard library makes every CR LF a line feed.
		want := func(s string) string { return strings.ReplaceAll(SafeText(s), "\r\n", "\n") }
		require.Equal(t, [][]string{{"first", want(a), want(b)}}, records)
	})
}
