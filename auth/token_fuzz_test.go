package auth_test

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

// FuzzIssuedToken: whoever gets a token is who it says, until it expires and not after; no byte of it can be changed, also
// not of one that was just proven; and no other secret reads it.
func FuzzIssuedToken(f *testing.F) {
	f.Add(int64(42), 2, "Asha <Rao> आशा", "asha@example.edu", uint16(40), byte(1))
	f.Add(int64(0), 0, "", "", uint16(0), byte(0x20))
	f.Add(int64(1)<<62, 3, "\x00\u2028\"\\", "a\nb", uint16(65535), byte('.'))
	f.Add(int64(-1), 9, "x", "y", uint16(100), byte(255))
	tokens := newTokens(f)
	other, err := auth.NewTokens([]byte("another secret of 32 bytes or more"))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, id int64, role int, name, email string, position uint16, bits byte) {
		if !utf8.ValidString(name) || !utf8.ValidString(email) {
			return // the database has none such
		}
		person := auth.Principal{UserID: id, Role: "NOBODY", Name: name, Email: email}
		if roles := auth.Roles(); role >= 0 && role < len(roles) {
			person.Role = roles[role]
		}
		token, err := tokens.Issue(person, testNow)
		if err != nil {
			require.True(t, id <= 0 || !person.Role.Valid() || len(name)+len(email) > 500, "%v: %v", person, err)
			return
		}
		claims, err := tokens.Parse(token, testNow)
		require.NoError(t, err)
		require.Equal(t, auth.Principal{UserID: claims.UserID, Role: claims.Role, Name: claims.Name, Email: claims.Email}, person)

		_, err = tokens.Parse(token, testNow.Add(auth.TokenLifetime+time.Second))
		require.ErrorIs(t, err, auth.ErrTokenExpired)
		_, err = other.Parse(token, testNow)
		require.ErrorIs(t, err, auth.ErrTokenInvalid)
		changed := []byte(token)
		changed[int(position)%len(changed)] ^= bits
		if string(changed) != token {
			_, err = tokens.Parse(string(changed), testNow)
			require.ErrorIs(t, err, auth.ErrTokenInvalid, "%q", changed)
		}
	})
}
