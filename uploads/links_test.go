package uploads

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const linkedKey = "job-descriptions/2026/10/0123456789abcdef0123456789abcdef.pdf"

var linkTime = time.Date(2026, 10, 5, 14, 20, 0, 0, time.UTC)

func TestLinkLeadsToItsFile(t *testing.T) {
	t.Parallel()
	links := NewLinks([]byte("a secret of the installation"))
	path := links.Path(linkedKey, linkTime)
	require.True(t, strings.HasPrefix(path, "/uploads/"))
	require.NotContains(t, path, "%")
	require.NotContains(t, path, "?")

	key, err := links.Verify(path, linkTime)
	require.NoError(t, err)
	require.Equal(t, linkedKey, key)
}

func TestLinkIsTheSameWithinTheHour(t *testing.T) {
	t.Parallel()
	links := NewLinks([]byte("secret"))
	first := links.Path(linkedKey, linkTime)
	require.Equal(t, first, links.Path(linkedKey, time.Date(2026, 10, 5, 14, 0, 0, 1, time.UTC)))
	require.Equal(t, first, links.Path(linkedKey, time.Date(2026, 10, 5, 15, 0, 0, 0, time.UTC)))
	require.NotEqual(t, first, links.Path(linkedKey, time.Date(2026, 10, 5, 15, 0, 0, 1, time.UTC)))
}

func TestLinkExpires(t *testing.T) {
	t.Parallel()
	links := NewLinks([]byte("secret"))
	path := links.Path(linkedKey, linkTime)
	end := time.Date(2026, 10, 6, 3, 0, 0, 0, time.UTC) // 15:00 and 12 hours
	_, err := links.Verify(path, end.Add(-time.Second))
	require.NoError(t, err)
	_, err = links.Verify(path, end)
	require.ErrorIs(t, err, ErrLinkExpired)
}

func TestChangedLinkIsRefused(t *testing.T) {
	t.Parallel()
	links := NewLinks([]byte("secret"))
	path := links.Path(linkedKey, linkTime)
	parts := strings.SplitN(strings.TrimPrefix(path, "/uploads/"), "/", 3)
	otherKey := strings.Replace(linkedKey, "0123", "0124", 1)
	later := links.Path(linkedKey, linkTime.Add(48*time.Hour))
	laterParts := strings.SplitN(strings.TrimPrefix(later, "/uploads/"), "/", 3)
	tests := map[string]string{
		"other key":               "/uploads/" + parts[0] + "/" + parts[1] + "/" + otherKey,
		"later expiry":            "/uploads/" + laterParts[0] + "/" + parts[1] + "/" + parts[2],
		"expiry in capitals":      "/uploads/" + strings.ToUpper(parts[0]) + "/" + parts[1] + "/" + parts[2],
		"expiry with a zero":      "/uploads/0" + parts[0] + "/" + parts[1] + "/" + parts[2],
		"no signature":            "/uploads/" + parts[0] + "//" + parts[2],
		"shorter signature":       "/uploads/" + parts[0] + "/" + parts[1][1:] + "/" + parts[2],
		"padded signature":        "/uploads/" + parts[0] + "/" + parts[1] + "=/" + parts[2],
		"no expiry":               "/uploads//" + parts[1] + "/" + parts[2],
		"without the prefix":      strings.TrimPrefix(path, "/uploads"),
		"other prefix":            "/api" + path,
		"traversal":               "/uploads/" + parts[0] + "/" + parts[1] + "/../../secret",
		"more behind the key":     path + "/x",
		"empty":                   "",
		"prefix alone":            "/uploads/",
		"signed by somebody else": NewLinks([]byte("another secret")).Path(linkedKey, linkTime),
		"signed, but not a key":   links.Path("../secret.pdf", linkTime),
	}
	for name, changed := range tests {
		_, err := links.Verify(changed, linkTime)
		require.ErrorIs(t, err, ErrBadLink, name)
	}
}

// The key is derived: the secret itself, with which tokens are signed, must not sign a link.
func TestLinksDeriveTheirKey(t *testing.T) {
	t.Parallel()
	secret := []byte("secret")
	require.NotEqual(t, secret, NewLinks(secret).key)
	require.Len(t, NewLinks(secret).key, 32)
	raw := (&Links{key: secret}).Path(linkedKey, linkTime)
	_, err := NewLinks(secret).Verify(raw, linkTime)
	require.ErrorIs(t, err, ErrBadLink)
	require.Panics(t, func() { NewLinks(nil) })
}

func FuzzVerifyLink(f *testing.F) {
	links := NewLinks([]byte("secret"))
	genuine := links.Path(linkedKey, linkTime)
	f.Add(genuine)
	f.Add("/uploads/a/b/c")
	f.Add("/uploads/" + strings.Repeat("z", 40) + "/x/" + linkedKey)
	f.Fuzz(func(t *testing.T, path string) {
		key, err := links.Verify(path, linkTime)
		if (err == nil) != (path == genuine) {
			t.Fatalf("%q: key %q, error %v", path, key, err)
		}
	})
}
