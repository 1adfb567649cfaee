package auth_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

func TestCheckPasswordAccepts(t *testing.T) {
	t.Parallel()

	for name, pw := range map[string]string{
		"8 characters":             "k4#vT9!q",
		"128 characters":           strings.Repeat("ab3!", 32),
		"8 characters in 24 bytes": "कखगघङचछज",
		"128 of four bytes each":   strings.Repeat("🎓", 128),
		"contains a common one":    "my password is long",
		"several words":            "correct horse battery",
		"a common one and a word":  "password of asha",
		"spaces at the ends":       " zq8w kd ",
	} {
		require.NoError(t, auth.CheckPassword(pw), name)
	}
}

func TestCheckPasswordRefuses(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ password, message string }{
		"empty":               {"", "8 to 128"},
		"7 characters":        {"k4#vT9!", "8 to 128"},
		"7 in 21 bytes":       {"कखगघङचछ", "8 to 128"},
		"129 characters":      {strings.Repeat("ab3!", 32) + "x", "8 to 128"},
		"common":              {"password1", "most used"},
		"common, other case":  {"TrustNo1", "most used"},
		"common digits":       {"1234567890", "most used"},
		"common and digits":   {"Password@123", "most used"},
		"common and a year":   {"welcome2026", "most used"},
		"keyboard row":        {"qwertyuiop", "most used"},
		"one character":       {"aaaaaaaa", "most used"},
		"a word":              {"Beautiful", "single word"},
		"a name":              {"elizabeth", "single word"},
		"not UTF-8":           {"k4#vT9!q\xff", "UTF-8"},
		"UTF-8 cut in pieces": {"k4#vT9!q\xe0\xa4", "UTF-8"},
	} {
		err := auth.CheckPassword(test.password)
		var policy *auth.PolicyError
		require.ErrorAs(t, err, &policy, name)
		require.Contains(t, policy.Message, test.message, name)
		require.Equal(t, policy.Message, err.Error())
		if len(test.password) > 0 {
			require.NotContains(t, policy.Message, test.password, "the message does not repeat the password")
		}
	}
}
