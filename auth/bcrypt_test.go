package auth_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"placeops/auth"
)

func bcryptOf(t *testing.T, password string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), 10)
	require.NoError(t, err)
	return string(hash)
}

func TestPasswordsVerifyBcrypt(t *testing.T) {
	t.Parallel()
	passwords := auth.NewPasswords(1)
	hash := bcryptOf(t, "right password")
	require.True(t, auth.IsOutdated(hash))
	for _, prefix := range []string{"$2a$", "$2b$", "$2y$"} { // the same to whoever makes them today
		same := prefix + hash[4:]
		for password, want := range map[string]bool{"right password": true, "Right password": false, "": false} {
			match, err := passwords.Verify(t.Context(), &same, password)
			require.NoError(t, err)
			require.Equal(t, want, match, "%s %q", prefix, password)
		}
	}
	own, err := passwords.Hash(t.Context(), "right password")
	require.NoError(t, err)
	require.False(t, auth.IsOutdated(own))
}

// A failure that checks a hash of each kind can never be quicker than the quickest check of one kind, however busy the machine
// is; at this cost an argon2id check alone takes a fraction of it.
func TestFailuresCostBothKindsOnceThereIsBcrypt(t *testing.T) {
	t.Parallel()
	const cost = 11
	made, err := bcrypt.GenerateFromPassword([]byte("right password"), cost)
	require.NoError(t, err)
	expecting := auth.NewPasswords(1)
	expecting.ExpectBcrypt(cost)
	own, err := expecting.Hash(t.Context(), "right password")
	require.NoError(t, err)
	quickest := func(runs int, check func()) (least time.Duration) {
		for range runs {
			began := time.Now()
			check()
			if took := time.Since(began); least == 0 || took < least {
				least = took
			}
		}
		return least
	}
	imported := quickest(3, func() { require.Error(t, bcrypt.CompareHashAndPassword(made, []byte("wrong"))) })
	for name, hash := range map[string]*string{"nobody": nil, "argon2id": &own} {
		took := quickest(1, func() {
			match, err := expecting.Verify(t.Context(), hash, "wrong")
			require.NoError(t, err)
			require.False(t, match)
		})
		require.Greater(t, took, imported/2, name)
	}
}
