package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

func TestSessionSaysWhoAndUntilWhen(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	issued := testNow.Truncate(time.Microsecond)
	claims := auth.Claims{UserID: 42, Role: auth.Head, IssuedAt: issued, ExpiresAt: issued.Add(auth.TokenLifetime)}
	later := issued.Add(time.Hour)
	text, _ := tokens.IssueSession(claims.Session(), later, auth.JobConsoleLifetime)
	session, err := tokens.ParseSession(text, later)
	require.NoError(t, err)
	require.Equal(t, auth.Session{
		UserID: 42, Role: auth.Head, Proved: claims.IssuedAt, ExpiresAt: later.Add(auth.JobConsoleLifetime),
	}, session)

	end := session.ExpiresAt
	_, err = tokens.ParseSession(text, end.Add(-time.Microsecond))
	require.NoError(t, err)
	_, err = tokens.ParseSession(text, end)
	require.ErrorIs(t, err, auth.ErrSession)

	_, session = tokens.IssueSession(claims.Session(), claims.ExpiresAt.Add(-time.Minute), auth.JobConsoleLifetime)
	require.Equal(t, claims.ExpiresAt, session.ExpiresAt, "it does not outlive its token")
}

func TestSessionAndTokenAreNotInterchangeable(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	token, err := tokens.Issue(testPrincipal, testNow)
	require.NoError(t, err)
	claims, err := tokens.Parse(token, testNow)
	require.NoError(t, err)
	text, _ := tokens.IssueSession(claims.Session(), testNow, auth.TokenLifetime)
	_, err = tokens.Parse(text, testNow)
	require.ErrorIs(t, err, auth.ErrTokenInvalid)
	other, err := auth.NewTokens([]byte(strings.Repeat("another", 8)))
	require.NoError(t, err)
	forged, _ := other.IssueSession(claims.Session(), testNow, auth.TokenLifetime)
	for _, wrong := range []string{
		"", token, forged, text + "x", "1" + text, strings.Replace(text, "COORDINATOR", "HEAD", 1), strings.Join(strings.Split(text, ".")[:4], "."), "....",
	} {
		_, err := tokens.ParseSession(wrong, testNow)
		require.ErrorIs(t, err, auth.ErrSession, wrong)
	}
}
