package uploads

import (
	"errors"
	"testing"
	"time"
)

// FuzzSignedLink: a link leads to its own key and to no other, until it expires and not after, and no byte of it can be
// changed.
func FuzzSignedLink(f *testing.F) {
	f.Add(linkedKey, linkTime.Unix(), uint16(9), byte(1))
	f.Add("exports/2026/11/00000000000000000000000000000000.csv", int64(0), uint16(30), byte(0x20))
	f.Add("../../etc/passwd", int64(1_800_000_000), uint16(0), byte('/'))
	f.Add("a/2026/10/0123456789abcdef0123456789abcdef.pdf\n", int64(3599), uint16(65535), byte(255))
	links := NewLinks([]byte("secret"))
	f.Fuzz(func(t *testing.T, key string, seconds int64, position uint16, bits byte) {
		now := time.Unix(seconds%(1<<33), 0)
		path := links.Path(key, now)
		got, err := links.Verify(path, now)
		if !validKey.MatchString(key) {
			if !errors.Is(err, ErrBadLink) {
				t.Fatalf("%q is no key and was let through: %q, %v", key, got, err)
			}
			return
		}
		if err != nil || got != key {
			t.Fatalf("%q leads to %q: %v", path, got, err)
		}
		if _, err := links.Verify(path, now.Add(linkLife+time.Hour)); !errors.Is(err, ErrLinkExpired) {
			t.Fatalf("%q never expires: %v", path, err)
		}
		changed := []byte(path)
		changed[int(position)%len(changed)] ^= bits
		if got, err := links.Verify(string(changed), now); string(changed) != path && !errors.Is(err, ErrBadLink) {
			t.Fatalf("%q was changed and leads to %q: %v", changed, got, err)
		}
	})
}
