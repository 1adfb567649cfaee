package auth_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

func TestPasswordsHashAndVerify(t *testing.T) {
	t.Parallel()

	passwords := auth.NewPasswords(2)
	hash, err := passwords.Hash(t.Context(), "right password")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$"), hash)

	match, err := passwords.Verify(t.Context(), &hash, "right password")
	require.NoError(t, err)
	require.True(t, match)
	for _, wrong := range []string{"", "Right password", "right password ", strings.Repeat("x", 10_000)} {
		match, err = passwords.Verify(t.Context(), &hash, wrong)
		require.NoError(t, err)
		require.False(t, match, "%.20q", wrong)
	}

	again, err := passwords.Hash(t.Context(), "right password")
	require.NoError(t, err)
	require.NotEqual(t, hash, again, "each hash has its own salt")
}

func TestPasswordsVerifyWithoutHashIsNeverTrue(t *testing.T) {
	t.Parallel()

	passwords := auth.NewPasswords(0)
	for _, pw := range []string{"", "anything"} {
		match, err := passwords.Verify(t.Context(), nil, pw)
		require.NoError(t, err)
		require.False(t, match)
	}
}

func TestPasswordsRefuseDamagedHashes(t *testing.T) {
	t.Parallel()

	const salt, key = "c29tZXNhbHRzb21lc2FsdA", "RdescudvJCsgt3ub+b+dWRWJTmaaJObGRdescudvJCs"
	passwords := auth.NewPasswords(1)
	for name, hash := range map[string]string{
		"empty":           "",
		"plain text":      "secret",
		"short bcrypt":    "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhW",
		"bcrypt of hours": "$2a$31$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"bcrypt 2x":       "$2x$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"argon2i":         "$argon2i$v=19$m=19456,t=2,p=1$" + salt + "$" + key,
		"no iterations":   "$argon2id$v=19$m=19456,t=0,p=1$" + salt + "$" + key,
		"no threads":      "$argon2id$v=19$m=19456,t=2,p=0$" + salt + "$" + key,
		"empty key":       "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$",
		"terabytes":       "$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + key,
		"endless":         "$argon2id$v=19$m=19456,t=4294967295,p=1$" + salt + "$" + key,
		"key not base64":  "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$!!!",
		"truncated":       "$argon2id$v=19$m=19456,t=2,p=1$" + salt,
		"another version": "$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + key,
	} {
		match, err := passwords.Verify(t.Context(), &hash, "secret")
		require.ErrorIs(t, err, auth.ErrHashMalformed, name)
		require.False(t, match, name)
		require.NotContains(t, err.Error(), key, name)
	}
}

func TestPasswordsAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()

	passwords := auth.NewPasswords(2)
	hash, err := passwords.Hash(t.Context(), "shared")
	require.NoError(t, err)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			match, err := passwords.Verify(t.Context(), &hash, []string{"shared", "other"}[i%2])
			if err != nil || match != (i%2 == 0) {
				t.Errorf("run %d: match %v, error %v", i, match, err)
			}
		})
	}
	group.Wait()
}

func TestPasswordsWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		passwords := auth.NewPasswords(1)
		release := passwords.Occupy(t.Context())
		defer release()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		started := time.Now()

		_, err := passwords.Verify(ctx, nil, "password")

		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 3*time.Second, time.Since(started))
	})
}

func TestPasswordsAreBusyWhenTooManyWait(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		passwords := auth.NewPasswords(1)
		release := passwords.Occupy(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for range auth.MaxWaiting {
			group.Go(func() {
				_, err := passwords.Hash(ctx, "password")
				if !errors.Is(err, context.Canceled) {
					t.Errorf("a waiting one ended with %v", err)
				}
			})
		}
		synctest.Wait()

		_, err := passwords.Hash(ctx, "password")
		require.ErrorIs(t, err, auth.ErrBusy)

		cancel()
		group.Wait()
		release()
		_, err = passwords.Hash(t.Context(), "password")
		require.NoError(t, err, "free again once the others are gone")
	})
}

func BenchmarkPasswordsHash(b *testing.B) {
	passwords := auth.NewPasswords(1)
	for b.Loop() {
		if _, err := passwords.Hash(b.Context(), "benchmark password"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPasswordsVerify(b *testing.B) {
	passwords := auth.NewPasswords(1)
	hash, err := passwords.Hash(b.Context(), "benchmark password")
	if err != nil {
		b.Fatal(err)
	}
	for name, against := range map[string]*string{"known": &hash, "unknown": nil} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := passwords.Verify(b.Context(), against, "wrong password"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
