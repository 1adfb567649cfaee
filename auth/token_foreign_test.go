package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"placeops/auth"
)

const goodPayload = `{"user_id":42,"role":"HEAD","name":"A","email":"a@example.edu","iat":1796032800,"exp":1796036400,"iss":"placeops"}`

// sign makes a token of any payload, as somebody else who holds the secret might.
func sign(header, payload string) string {
	text := encode(header) + "." + encode(payload)
	mac := hmac.New(sha256.New, []byte(testSecret))
	mac.Write([]byte(text))
	return text + "." + encode(string(mac.Sum(nil)))
}

func signHS256(payload string) string {
	return sign(`{"alg":"HS256","typ":"JWT"}`, payload)
}

func encode(text string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func goodClaims() jwt.MapClaims {
	return jwt.MapClaims{
		"user_id": 42, "role": "HEAD", "name": "A", "email": "a@example.edu",
		"iat": testNow.Unix(), "exp": testNow.Unix() + 3600, "iss": "placeops",
	}
}

func TestParseTakesTokensMintedElsewhere(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	minted, err := jwt.NewWithClaims(jwt.SigningMethodHS256, goodClaims()).SignedString([]byte(testSecret))
	require.NoError(t, err)
	for name, token := range map[string]string{
		"by another library": minted,
		"integer times":      signHS256(goodPayload),
		"no typ":             sign(`{"alg":"HS256"}`, goodPayload),
		"with a key id":      sign(`{"alg":"HS256","kid":"../../etc/passwd"}`, goodPayload),
		"other claims":       signHS256(strings.Replace(goodPayload, "{", `{"sub":"42","jti":"x","scope":["a"],`, 1)),
		"not before now":     signHS256(strings.Replace(goodPayload, "{", `{"nbf":1796032800,`, 1)),
		"seven decimals":     signHS256(strings.Replace(goodPayload, `"iat":1796032800`, `"iat":1796032800.0000009`, 1)),
	} {
		claims, err := tokens.Parse(token, testNow)
		require.NoError(t, err, name)
		require.Equal(t, auth.Claims{
			UserID: 42, Role: auth.Head, Name: "A", Email: "a@example.edu",
			IssuedAt: time.Unix(1796032800, 0).UTC(), ExpiresAt: time.Unix(1796036400, 0).UTC(),
		}, claims, name)
	}
}

func TestParseRefusesPayloads(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	payloads := map[string]string{
		"null": "null", "a list": "[]", "a number": "1", "no JSON": "{", "nothing": "", "empty": "{}",
		"two values": goodPayload + goodPayload,
	}
	replacements := map[string][]string{
		`"user_id":42`:     {``, `"user_id":null`, `"user_id":"42"`, `"user_id":0`, `"user_id":-1`, `"user_id":1.5`, `"user_id":1e3`, `"user_id":42.0`, `"user_id":9223372036854775808`, `"user_id":NaN`, `"user_id":[42]`, `"user_id":true`},
		`"role":"HEAD"`:    {``, `"role":""`, `"role":null`, `"role":"ADMIN"`, `"role":"head"`, `"role":4`, `"role":["HEAD"]`},
		`"iat":1796032800`: {``, `"iat":null`, `"iat":"1796032800"`, `"iat":-1`, `"iat":1796032861`, `"iat":1e9`, `"iat":1E400`, `"iat":253402300800`, `"iat":99999999999999999999999`, `"iat":NaN`, `"iat":Infinity`, `"iat":{}`, `"iat":1796032860.123457`},
		`"exp":1796036400`: {``, `"exp":null`, `"exp":"1796036400"`, `"exp":-1`, `"exp":1e10`, `"exp":-0.5`, `"exp":253402300800`, `"exp":18446744073709551616`, `"exp":NaN`, `"exp":false`},
		`"iss":"placeops"`: {``, `"iss":""`, `"iss":"other"`, `"iss":"PlaceOps"`, `"iss":["placeops"]`, `"iss":null`},
		`"name":"A"`:       {`"name":1`, `"nbf":1796032801`, `"nbf":"soon"`},
	}
	for good, bad := range replacements {
		for _, replacement := range bad {
			payload := strings.Replace(goodPayload, good, replacement, 1)
			payload = strings.NewReplacer(",,", ",", "{,", "{", ",}", "}").Replace(payload)
			payloads[good+" → "+replacement] = payload
		}
	}
	for name, payload := range payloads {
		claims, err := tokens.Parse(signHS256(payload), testNow)
		require.ErrorIs(t, err, auth.ErrTokenInvalid, name)
		require.NotErrorIs(t, err, auth.ErrTokenExpired, name)
		require.Zero(t, claims, name)
	}
}

func TestParseTellsExpiredFromInvalid(t *testing.T) {
	t.Parallel()

	expired := strings.Replace(goodPayload, `"exp":1796036400`, `"exp":1796032800`, 1)
	_, err := newTokens(t).Parse(signHS256(expired), testNow)
	require.ErrorIs(t, err, auth.ErrTokenExpired)

	forged := signHS256(expired)
	_, err = newTokens(t).Parse(forged[:len(forged)-4]+"AAAA", testNow)
	require.ErrorIs(t, err, auth.ErrTokenInvalid, "a forged one never counts as expired")
}

func TestParseRefusesOtherAlgorithms(t *testing.T) {
	t.Parallel()

	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	keys := map[jwt.SigningMethod]any{
		jwt.SigningMethodNone:  jwt.UnsafeAllowNoneSignatureType,
		jwt.SigningMethodHS384: []byte(testSecret),
		jwt.SigningMethodHS512: []byte(testSecret),
		jwt.SigningMethodRS256: rsaKey,
		jwt.SigningMethodPS256: rsaKey,
		jwt.SigningMethodES256: ecKey,
	}
	tokens := newTokens(t)
	for method, key := range keys {
		token, err := jwt.NewWithClaims(method, goodClaims()).SignedString(key)
		require.NoError(t, err, method.Alg())
		_, err = tokens.Parse(token, testNow)
		require.ErrorIs(t, err, auth.ErrTokenInvalid, method.Alg())
	}
}

func TestParseRefusesHeaders(t *testing.T) {
	t.Parallel()

	// Each is signed as HS256, so that only the header is at fault.
	for _, header := range []string{
		`{"alg":"none"}`, `{"alg":"None"}`, `{"alg":"RS256"}`, `{"alg":"ES256"}`, `{"alg":"HS384"}`, `{"alg":"HS512"}`,
		`{"alg":"hs256"}`, `{"alg":""}`, `{"alg":null}`, `{"alg":256}`, `{"alg":["HS256"]}`, `{}`, `null`, `[]`, ``,
		`{"alg":"HS256","crit":["exp"]}`,
	} {
		_, err := newTokens(t).Parse(sign(header, goodPayload), testNow)
		require.ErrorIs(t, err, auth.ErrTokenInvalid, header)
	}
}

func TestParseRefusesTampering(t *testing.T) {
	t.Parallel()

	tokens := newTokens(t)
	good := signHS256(goodPayload)
	parts := strings.Split(good, ".")
	tampered := map[string]string{
		"empty":              "",
		"spaces":             "   ",
		"two parts":          parts[0] + "." + parts[1],
		"four parts":         good + ".x",
		"no signature":       parts[0] + "." + parts[1] + ".",
		"another payload":    parts[0] + "." + encode(strings.Replace(goodPayload, "42", "43", 1)) + "." + parts[2],
		"padded":             good + "=",
		"a space at the end": good + " ",
		"too long":           good + strings.Repeat("A", 4096),
		"too long but good":  signHS256(strings.Replace(goodPayload, `"A"`, `"`+strings.Repeat("A", 4096)+`"`, 1)),
		"a word":             "Bearer " + good,
	}
	for i := range good {
		changed := []byte(good)
		changed[i] ^= 1
		if changed[i] != '\n' && changed[i] != '\r' {
			tampered["changed at "+strings.Repeat("·", i)] = string(changed)
		}
	}
	for name, token := range tampered {
		_, err := tokens.Parse(token, testNow)
		require.ErrorIs(t, err, auth.ErrTokenInvalid, name)
	}
}

func TestParseRefusesAnotherSecret(t *testing.T) {
	t.Parallel()

	other, err := auth.NewTokens([]byte(strings.ToUpper(testSecret)))
	require.NoError(t, err)
	_, err = other.Parse(signHS256(goodPayload), testNow)
	require.ErrorIs(t, err, auth.ErrTokenInvalid)

	longer, err := auth.NewTokens([]byte(testSecret + "x"))
	require.NoError(t, err)
	_, err = longer.Parse(signHS256(goodPayload), testNow)
	require.ErrorIs(t, err, auth.ErrTokenInvalid)
}

func FuzzParseToken(f *testing.F) {
	f.Add(signHS256(goodPayload))
	f.Add(signHS256("null"))
	f.Add(sign(`{"alg":"none"}`, goodPayload))
	f.Add("..")
	f.Add(goodPayload)
	tokens := newTokens(f)
	f.Fuzz(func(t *testing.T, input string) {
		// As it is, and as a well-signed payload, which gets much further.
		for _, token := range []string{input, signHS256(input)} {
			claims, err := tokens.Parse(token, testNow)
			if err != nil {
				require.Zero(t, claims)
				continue
			}
			require.Positive(t, claims.UserID)
			require.Contains(t, auth.Roles(), claims.Role)
			require.True(t, claims.ExpiresAt.After(testNow))
			require.False(t, claims.IssuedAt.After(testNow.Add(time.Minute)))
			require.LessOrEqual(t, len(token), 4096)
		}
	})
}
