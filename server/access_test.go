package server_test

import (
	"maps"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"placeops/server"
)

// behindProxy makes the server believe the test about the client's address.
func behindProxy(deps *server.Deps) {
	deps.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

// loginFrom is login from another address, for a server behindProxy.
func (h *harness) loginFrom(address, email, password string) *reply {
	h.t.Helper()
	request := h.loginRequest(email, password)
	request.Header.Set("X-Forwarded-For", address)
	return h.do(request)
}

// claims are those of the contract and no other, as somebody else who holds the secret would write them.
func (h *harness) claims(as string) jwt.MapClaims {
	h.t.Helper()
	person := h.people[as]
	now := time.Now().Unix()
	return jwt.MapClaims{
		"user_id": person.UserID, "role": string(person.Role), "name": person.Name, "email": person.Email,
		"iat": now, "exp": now + 3600, "iss": "placeops",
	}
}

func mint(t *testing.T, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	require.NoError(t, err)
	return token
}

func TestTokenMintedWithTheSecretWorks(t *testing.T) {
	t.Parallel()
	h := start(t)
	for as := range h.people {
		token := mint(t, jwt.SigningMethodHS256, []byte(secret), h.claims(as))
		require.Equal(t, h.id(as), h.with(token, http.MethodGet, "/me", nil).is(http.StatusOK).int("user_id"))
		require.Equal(t, h.id(as), h.with(token, http.MethodGet, "/api/me", nil).is(http.StatusOK).int("user_id"))
	}
}

func TestBadTokensAreRefused(t *testing.T) {
	t.Parallel()
	h := start(t)
	but := func(change jwt.MapClaims) jwt.MapClaims {
		claims := h.claims("head")
		maps.Copy(claims, change)
		return claims
	}
	good := but(nil)
	key := []byte(secret)
	hs256 := jwt.SigningMethodHS256
	past := time.Now().Unix() - 10
	for name, header := range map[string]string{
		"none":              "",
		"another scheme":    "Basic " + mint(t, hs256, key, good),
		"only the scheme":   "Bearer",
		"no token":          "Bearer x.y.z",
		"another secret":    "Bearer " + mint(t, hs256, []byte(secret+"!"), good),
		"no algorithm":      "Bearer " + mint(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good),
		"another algorithm": "Bearer " + mint(t, jwt.SigningMethodHS512, key, good),
		"expired":           "Bearer " + mint(t, hs256, key, but(jwt.MapClaims{"iat": past - 100, "exp": past})),
		"another issuer":    "Bearer " + mint(t, hs256, key, but(jwt.MapClaims{"iss": "elsewhere"})),
		"another role":      "Bearer " + mint(t, hs256, key, but(jwt.MapClaims{"role": "STAFF"})),
		"a role too high":   "Bearer " + mint(t, hs256, key, but(jwt.MapClaims{"user_id": h.id("student")})),
		"no such person":    "Bearer " + mint(t, hs256, key, but(jwt.MapClaims{"user_id": 1 << 40})),
		"a text for an id":  "Bearer " + mint(t, hs256, key, but(jwt.MapClaims{"user_id": "1"})),
	} {
		request := h.request("", http.MethodGet, "/me", nil)
		request.Header.Set("Authorization", header)
		answer := h.do(request)
		require.Equal(t, http.StatusUnauthorized, answer.status, "%s: %s", name, answer.body)
		require.Contains(t, answer.header.Get("WWW-Authenticate"), "Bearer", name)
		require.Equal(t, "application/problem+json", answer.header.Get("Content-Type"), name)
	}
}

// withinFive is how soon every process must know of a change; what a slow machine adds comes on top in tests.
const withinFive = 5 * time.Second

func TestTokensEndWithWhatTheyWereIssuedFor(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(h *harness, token string){
		"deactivated": func(h *harness, _ string) {
			h.patch("head", at("/users/%d", h.id("coordinator")), map[string]any{"active": false}).is(http.StatusOK)
		},
		"another role": func(h *harness, _ string) {
			h.patch("head", at("/users/%d", h.id("coordinator")), map[string]any{"role": "STAFF"}).is(http.StatusOK)
		},
		"deactivated and back": func(h *harness, _ string) {
			for _, active := range []bool{false, true} {
				h.patch("head", at("/users/%d", h.id("coordinator")), map[string]any{"active": active}).is(http.StatusOK)
			}
		},
		"another role and back": func(h *harness, _ string) {
			for _, role := range []string{"HEAD", "COORDINATOR"} {
				h.patch("head", at("/users/%d", h.id("coordinator")), map[string]any{"role": role}).is(http.StatusOK)
			}
		},
		"a new code": func(h *harness, _ string) { h.giveCode("coordinator") },
		"a new password": func(h *harness, token string) {
			h.changePassword(token, password, "eight red umbrellas").is(http.StatusOK)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t)
			other := h.another()
			h.givePassword("coordinator")
			token := h.login("coordinator@college.example", password).token()
			for _, process := range []*harness{h, other} { // both know the person by now
				process.with(token, http.MethodGet, "/me", nil).is(http.StatusOK)
			}
			end(h, token)
			ended := time.Now()
			h.with(token, http.MethodGet, "/me", nil).is(http.StatusUnauthorized)
			require.Eventually(t, func() bool {
				return other.with(token, http.MethodGet, "/me", nil).status == http.StatusUnauthorized
			}, withinFive, 20*time.Millisecond)
			require.Less(t, time.Since(ended), withinFive)
		})
	}
}

func TestChangesThatAreNoReasonKeepTokens(t *testing.T) {
	t.Parallel()
	h := start(t)
	token := h.token("staff")
	h.patch("head", at("/users/%d", h.id("staff")), map[string]any{"name": "Another Name", "phone": "1", "role": "STAFF", "active": true}).is(http.StatusOK)
	require.Equal(t, "Another Name", h.with(token, http.MethodGet, "/me", nil).is(http.StatusOK).value("name"))
}
