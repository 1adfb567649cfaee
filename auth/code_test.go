package auth_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"placeops/auth"
)

func TestNewCodeShapeAndVariety(t *testing.T) {
	t.Parallel()

	shape := regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$`)
	seen := make(map[string]bool)
	for range 1000 {
		code := auth.NewCode()
		require.Regexp(t, shape, code)
		require.False(t, seen[code], "the same code twice")
		seen[code] = true
	}
}

func TestNewPasswordPassesThePolicyAndIsNoCode(t *testing.T) {
	t.Parallel()

	shape := regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){4}$`)
	for range 100 {
		password := auth.NewPassword()
		require.Regexp(t, shape, password)
		require.NoError(t, auth.CheckPassword(password))
		_, isCode := auth.HashCode(password)
		require.False(t, isCode)
	}
}

func TestHashCodeForgivesHowPeopleType(t *testing.T) {
	t.Parallel()

	want, ok := auth.HashCode("0123-1ABC-0DEF-GHJ1")
	require.True(t, ok)
	require.Len(t, want, 32)
	for _, typed := range []string{
		"01231ABC0DEFGHJ1",
		"0123-1abc-0def-ghj1",
		"  0123 1ABC\t0DEF GHJ1\r\n",
		"O123-IABC-oDEF-GHJl",
		"0123–1ABC—0DEF‑GHJ1",
		"0123\u00a01ABC\u20030DEF-GHJ1",
	} {
		got, ok := auth.HashCode(typed)
		require.True(t, ok, "%q", typed)
		require.Equal(t, want, got, "%q", typed)
	}
	other, ok := auth.HashCode("0123-1ABC-0DEF-GHJ2")
	require.True(t, ok)
	require.NotEqual(t, want, other)
}

func TestHashCodeRefusesOtherShapes(t *testing.T) {
	t.Parallel()

	for name, text := range map[string]string{
		"empty":            "",
		"only dashes":      "----",
		"one short":        "0123-1ABC-0DEF-GHJ",
		"one long":         "0123-1ABC-0DEF-GHJ12",
		"a U":              "0123-1ABC-0DEF-GHJU",
		"a star":           "0123-1ABC-0DEF-GHJ*",
		"a look-alike":     "0123-1ABC-0DEF-GHJА", // Cyrillic
		"invalid UTF-8":    "0123-1ABC-0DEF-GHJ\xff",
		"a long text":      strings.Repeat("A", 1<<20),
		"fullwidth digits": "０123-1ABC-0DEF-GHJ1",
	} {
		_, ok := auth.HashCode(text)
		require.False(t, ok, name)
	}
}

func TestHashCodeOfEveryCodeInAnySpelling(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		symbols := rapid.SliceOfN(rapid.SampledFrom([]rune("0123456789ABCDEFGHJKMNPQRSTVWXYZ")), 16, 16).Draw(t, "symbols")
		want, ok := auth.HashCode(string(symbols))
		require.True(t, ok)

		var typed strings.Builder
		for _, symbol := range symbols {
			typed.WriteString(rapid.SampledFrom([]string{"", "-", " "}).Draw(t, "separator"))
			typed.WriteString(rapid.SampledFrom(spellings(symbol)).Draw(t, "spelling"))
		}
		got, ok := auth.HashCode(typed.String())
		require.True(t, ok)
		require.Equal(t, want, got)
	})
}

func spellings(symbol rune) []string {
	switch symbol {
	case '0':
		return []string{"0", "O", "o"}
	case '1':
		return []string{"1", "I", "i", "L", "l"}
	}
	return []string{string(symbol), strings.ToLower(string(symbol))}
}

func BenchmarkHashCode50000(b *testing.B) {
	code := auth.NewCode()
	for b.Loop() {
		for range 50_000 {
			auth.HashCode(code)
		}
	}
}
