package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"
)

// giveImported gives a person the bcrypt hash of password that an earlier system made.
func (h *harness) giveImported(to string) (hash string) {
	h.t.Helper()
	made, err := bcrypt.GenerateFromPassword([]byte(password), 10)
	require.NoError(h.t, err)
	h.exec("UPDATE users SET password_hash = $2 WHERE user_id = $1", h.id(to), string(made))
	return string(made)
}

func (h *harness) hashOf(name string) (hash string) {
	h.t.Helper()
	require.NoError(h.t, h.pool.QueryRow(h.t.Context(), "SELECT password_hash FROM users WHERE user_id = $1", h.id(name)).Scan(&hash))
	return hash
}

func TestTheFirstLoginWithAnImportedPasswordRenewsItsHash(t *testing.T) {
	t.Parallel()
	h := start(t)
	imported := h.giveImported("staff")
	const email = "staff@college.example"
	h.login(email, "another").is(http.StatusUnauthorized)
	require.Equal(t, imported, h.hashOf("staff"), "who fails changes nothing")

	first := h.login(email, password).token()
	renewed := h.hashOf("staff")
	require.Contains(t, renewed, "$argon2id$")
	h.with(first, http.MethodGet, "/me", nil).is(http.StatusOK)
	second := h.login(email, password).token()
	require.Equal(t, renewed, h.hashOf("staff"), "once")
	h.with(first, http.MethodGet, "/me", nil).is(http.StatusOK)
	h.with(second, http.MethodGet, "/me", nil).is(http.StatusOK)
	h.login(email, "another").is(http.StatusUnauthorized)
	require.Equal(t, int64(1), h.count("SELECT count(*) FROM audit_entries WHERE operation = 'login' AND actor_id = $1", h.id("staff")))
}

func TestFirstLoginsAtOnceAllSucceed(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.giveImported("staff")
	other := h.another()
	processes := []*harness{h, other}
	statuses := h.together(6, func(i int) *http.Request { return processes[i%2].loginRequest("staff@college.example", password) })
	require.Equal(t, map[int]int{http.StatusOK: 6}, statuses)
}

func TestAnImportedPasswordChangedWhileItIsCheckedLetsNobodyIn(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.giveImported("staff")
	next, err := passwordHash()
	require.NoError(t, err)
	tx := h.hold("UPDATE users SET password_hash = NULL, code_hash = sha256('') WHERE user_id = $1", h.id("staff"))
	answer := h.send(h.loginRequest("staff@college.example", password))
	h.waiting(1)
	h.letGo(tx)
	answer().is(http.StatusUnauthorized)

	// Replaced by another log-in while this one was checked: the password is still right.
	h.giveImported("staff")
	tx = h.hold("UPDATE users SET password_hash = $2 WHERE user_id = $1", h.id("staff"), next)
	answer = h.send(h.loginRequest("staff@college.example", password))
	h.waiting(1)
	h.letGo(tx)
	answer().is(http.StatusOK)
	require.Equal(t, next, h.hashOf("staff"))
}

func TestAnImportedPasswordCanBeChanged(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.giveImported("head")
	h.changePassword(h.token("head"), password, "eight red umbrellas").is(http.StatusOK)
	h.login("head@college.example", "eight red umbrellas").is(http.StatusOK)
	h.login("head@college.example", password).is(http.StatusUnauthorized)
}
