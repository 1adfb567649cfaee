package auth_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"placeops/auth"
)

const testSecret = "0123456789abcdef0123456789abcdef"

var (
	testNow       = time.Date(2026, 11, 30, 10, 0, 0, 123456789, time.UTC)
	testPrincipal = auth.Principal{UserID: 42, Role: auth.Coordinator, Name: "Asha <Rao> आशा", Email: "asha@example.edu"}
)

func newTokens(t testing.TB) *auth.Tokens {
	t.Helper()
	tokens, err := auth.NewTokens([]byte(testSecret))
	require.NoError(t, err)
	return tokens
}

func TestNewTokensNeedsALongSecret(t *testing.T) {
	t.Parallel()

	for _, length := range []int{0, 1, 31} {
		_, err := auth.NewTokens(bytes.Repeat([]byte("s"), length))
		require.ErrorContains(t, err, "at least 32")
	}
}

func TestTokensKeepTheirOwnCopyOfTheSecret(t *testing.T) {
	t.Parallel()

	secret := []byte(testSecret)
	tokens, err := auth.NewTokens(secret)
	require.NoError(t, err)
	token, err := tokens.Issue(testPrincipal, testNow)
	require.NoError(t, err)
	clear(secret)
	_, err = tokens.Parse(token, testNow)
	require.NoError(t, err)
}

func TestTokensNeverPrintTheSecret(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("made", "tokens", tokens)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("made", "tokens", tokens)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&log, verb, tokens)
	}
	require.NotContains(t, log.String(), testSecret)
	require.NotContains(t, log.String(), "48 49 50") // its first bytes in decimals
	require.NotContains(t, log.String(), "303132")   // and in hexadecimals
}

func TestIssueAndParse(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	token, err := tokens.Issue(testPrincipal, testNow)
	require.NoError(t, err)
	claims, err := tokens.Parse(token, testNow)
	require.NoError(t, err)
	issued := testNow.Truncate(time.Microsecond)
	require.Equal(t, auth.Claims{
		UserID: 42, Role: auth.Coordinator, Name: testPrincipal.Name, Email: testPrincipal.Email,
		IssuedAt: issued, ExpiresAt: issued.Add(8 * time.Hour),
	}, claims)
}

func TestIssueWritesTheClaimsOfTheContract(t *testing.T) {
	t.Parallel()

	token, err := newTokens(t).Issue(testPrincipal, testNow)
	require.NoError(t, err)
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	require.JSONEq(t, `{"alg":"HS256","typ":"JWT"}`, decodeSegment(t, parts[0]))
	payload := decodeSegment(t, parts[1])
	require.Contains(t, payload, `"iat":1796032800.123456`)
	require.Contains(t, payload, `"exp":1796061600.123456`)
	var claims map[string]any
	require.NoError(t, json.Unmarshal([]byte(payload), &claims))
	names := make([]string, 0, len(claims))
	for name := range claims {
		names = append(names, name)
	}
	require.ElementsMatch(t, []string{"user_id", "role", "name", "email", "iat", "exp", "iss"}, names)
	require.Equal(t, "placeops", claims["iss"])
}

func decodeSegment(t *testing.T, segment string) string {
	t.Helper()
	text, err := jwt.NewParser().DecodeSegment(segment)
	require.NoError(t, err)
	return string(text)
}

func TestIssueRefusesWhatParseWouldRefuse(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	for name, change := range map[string]func(*auth.Principal){
		"no user":       func(p *auth.Principal) { p.UserID = 0 },
		"negative user": func(p *auth.Principal) { p.UserID = -1 },
		"no role":       func(p *auth.Principal) { p.Role = "" },
		"unknown role":  func(p *auth.Principal) { p.Role = "ADMIN" },
		"endless name":  func(p *auth.Principal) { p.Name = strings.Repeat("x", 5000) },
	} {
		p := testPrincipal
		change(&p)
		_, err := tokens.Issue(p, testNow)
		require.Error(t, err, name)
	}
	_, err := tokens.Issue(testPrincipal, time.Time{})
	require.Error(t, err, "the year 1")
}

func TestIssueTakesTheLongestNameAndMail(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	p := testPrincipal
	p.Name = strings.Repeat("<", 200) // six bytes each in JSON
	p.Email = strings.Repeat("e", 254)
	token, err := tokens.Issue(p, testNow)
	require.NoError(t, err)
	_, err = tokens.Parse(token, testNow)
	require.NoError(t, err)
}

func TestIssuedAtIsExactToTheMicrosecond(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(0, 250_000_000_000*1_000_000).Draw(t, "microseconds since 1970")
		issued := time.UnixMicro(micros)
		token, err := tokens.Issue(testPrincipal, issued)
		require.NoError(t, err)
		claims, err := tokens.Parse(token, issued)
		require.NoError(t, err)
		require.Equal(t, micros, claims.IssuedAt.UnixMicro())
	})
}

func TestTokenExpires(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	token, err := tokens.Issue(testPrincipal, testNow)
	require.NoError(t, err)
	end := testNow.Truncate(time.Microsecond).Add(auth.TokenLifetime)

	_, err = tokens.Parse(token, end.Add(-time.Nanosecond))
	require.NoError(t, err)
	for _, late := range []time.Time{end, end.Add(time.Hour)} {
		_, err = tokens.Parse(token, late)
		require.ErrorIs(t, err, auth.ErrTokenExpired)
		require.NotErrorIs(t, err, auth.ErrTokenInvalid)
	}
}

func TestTokenFromAClockThatIsAhead(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	now := testNow.Truncate(time.Microsecond)
	token, err := tokens.Issue(testPrincipal, now.Add(time.Minute))
	require.NoError(t, err)

	_, err = tokens.Parse(token, now)
	require.NoError(t, err, "a minute ahead is let pass")
	_, err = tokens.Parse(token, now.Add(-time.Microsecond))
	require.ErrorIs(t, err, auth.ErrTokenInvalid)
}

// A token that has been read before is known, but no longer than it is good, and nothing like it is.
func TestAKnownTokenIsStillJudged(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	token, err := tokens.Issue(testPrincipal, testNow)
	require.NoError(t, err)
	first, err := tokens.Parse(token, testNow)
	require.NoError(t, err)
	again, err := tokens.Parse(token, testNow.Add(auth.TokenLifetime-time.Second))
	require.NoError(t, err)
	require.Equal(t, first, again)

	_, err = tokens.Parse(token, testNow.Add(auth.TokenLifetime))
	require.ErrorIs(t, err, auth.ErrTokenExpired)
	_, err = tokens.Parse(token, testNow.Add(-time.Hour))
	require.ErrorIs(t, err, auth.ErrTokenInvalid, "from the future")
	for _, changed := range []string{token + "A", token[:len(token)-1], strings.ToUpper(token)} {
		_, err = tokens.Parse(changed, testNow)
		require.ErrorIs(t, err, auth.ErrTokenInvalid)
	}
}
