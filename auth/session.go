package auth

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// JobConsoleLifetime is how long a browser is let into the job console. The web console's session lives as long as a token.
const JobConsoleLifetime = time.Hour

const sessionLabel = "placeops browser session v1"

// ErrSession means that a session is not valid, or not any more.
var ErrSession = errors.New("the session is not valid: sign in again")

// Session is what a browser's cookie says: who proved when to be somebody, and until when that counts.
type Session struct {
	UserID    int64
	Role      Role
	Proved    time.Time // when a token was, or would have been, issued; what ends that token ends the session
	ExpiresAt time.Time
}

// Session is what a token proves, said as a session does.
func (c Claims) Session() Session {
	return Session{UserID: c.UserID, Role: c.Role, Proved: c.IssuedAt, ExpiresAt: c.ExpiresAt}
}

// IssueSession returns the text of a cookie for whoever has proved to be somebody. It is signed with a key of its own: it is
// no token, and a token is no session. It does not outlive what it was issued for.
func (t *Tokens) IssueSession(proof Session, now time.Time, lifetime time.Duration) (text string, session Session) {
	session = proof
	if end := now.Add(lifetime); end.Before(session.ExpiresAt) {
		session.ExpiresAt = end
	}
	content := fmt.Sprintf("%d.%s.%d.%d", session.UserID, session.Role, session.Proved.UnixMicro(), session.ExpiresAt.UnixMicro())
	return content + "." + t.signSession(content), session
}

// ParseSession checks what IssueSession returned. The error is ErrSession.
func (t *Tokens) ParseSession(text string, now time.Time) (Session, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 5 {
		return Session{}, ErrSession
	}
	content := strings.Join(parts[:4], ".")
	if !hmac.Equal([]byte(parts[4]), []byte(t.signSession(content))) {
		return Session{}, ErrSession
	}
	userID, err1 := strconv.ParseInt(parts[0], 10, 64)
	proved, err2 := strconv.ParseInt(parts[2], 10, 64)
	expires, err3 := strconv.ParseInt(parts[3], 10, 64)
	session := Session{
		UserID: userID, Role: Role(parts[1]), Proved: time.UnixMicro(proved).UTC(), ExpiresAt: time.UnixMicro(expires).UTC(),
	}
	if errors.Join(err1, err2, err3) != nil || !now.Before(session.ExpiresAt) {
		return Session{}, ErrSession
	}
	return session, nil
}

func (t *Tokens) signSession(content string) string {
	key, err := hkdf.Key(sha256.New, t.secret, nil, sessionLabel, sha256.Size)
	if err != nil {
		panic("auth: derive the key of sessions: " + err.Error()) // only for a length that SHA-256 cannot make
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(content))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
