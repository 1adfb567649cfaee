package uploads

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// What Verify finds wrong with a link.
var (
	// ErrBadLink: not a link of ours, or changed.
	ErrBadLink = errors.New("uploads: this link is not valid")
	// ErrLinkExpired: ours, but its time is over. Whoever may see the file gets a new one by loading the page again.
	ErrLinkExpired = errors.New("uploads: this link has expired")
)

const (
	linkPrefix = "/uploads/"
	// linkLife is how long a link works at least; the full hour above comes on top.
	linkLife  = 12 * time.Hour
	linkLabel = "placeops uploads link v1"
)

// Links signs links to files. A browser opens such a link without a header; it opens that file and no other.
type Links struct {
	key []byte
}

// NewLinks derives its own key from the installation's secret, so that a signature of one use is worthless for
// another. It panics on an empty secret, with which anybody could sign.
func NewLinks(secret []byte) *Links {
	if len(secret) == 0 {
		panic("uploads: links need a secret")
	}
	key, err := hkdf.Key(sha256.New, secret, nil, linkLabel, sha256.Size)
	if err != nil {
		panic("uploads: derive the key of links: " + err.Error())
	}
	return &Links{key: key}
}

// Path returns /uploads/<expiry>/<signature>/<key>, without query and percent sign. Within one hour it is always the
// same: the lists that hold links are polled and compared.
func (l *Links) Path(key string, now time.Time) string {
	expiry := now.Truncate(time.Hour)
	if expiry.Before(now) {
		expiry = expiry.Add(time.Hour)
	}
	text := strconv.FormatInt(expiry.Add(linkLife).Unix(), 36)
	return linkPrefix + text + "/" + l.signature(text, key) + "/" + key
}

// Verify returns the key that a link leads to, or ErrBadLink or ErrLinkExpired.
func (l *Links) Verify(path string, now time.Time) (string, error) {
	rest, ours := strings.CutPrefix(path, linkPrefix)
	parts := strings.SplitN(rest, "/", 3)
	if !ours || len(parts) != 3 || !validKey.MatchString(parts[2]) {
		return "", ErrBadLink
	}
	expiry, signature, key := parts[0], parts[1], parts[2]
	// The texts are compared, not what they decode to: one link has one spelling.
	if !hmac.Equal([]byte(signature), []byte(l.signature(expiry, key))) {
		return "", ErrBadLink
	}
	end, err := strconv.ParseInt(expiry, 36, 64)
	if err != nil {
		return "", ErrBadLink
	}
	if !now.Before(time.Unix(end, 0)) {
		return "", ErrLinkExpired
	}
	return key, nil
}

// signature covers expiry and key; the line feed between them stands in neither.
func (l *Links) signature(expiry, key string) string {
	mac := hmac.New(sha256.New, l.key)
	mac.Write([]byte(expiry + "\n" + key))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
