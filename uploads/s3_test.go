package uploads

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/uploads/uploadstest"
)

// TestMain gives the tests keys to their S3 server, and stops it.
func TestMain(m *testing.M) {
	uploadstest.SetKeys()
	code := m.Run()
	if s3.server != nil {
		s3.server.Stop()
	}
	os.Exit(code)
}

// s3 is the binary's S3 server. It is a package variable because a test binary has one, and TestMain stops it.
var s3 gateway

type gateway struct {
	once   sync.Once
	err    error
	server *uploadstest.S3
}

func (g *gateway) start(t *testing.T) *uploadstest.S3 {
	t.Helper()
	g.once.Do(func() { g.server, g.err = uploadstest.StartS3() })
	require.NoError(t, g.err)
	return g.server
}

// bucketURL makes a fresh bucket.
func (g *gateway) bucketURL(t *testing.T) string {
	t.Helper()
	address, err := g.start(t).NewBucket()
	require.NoError(t, err)
	return address
}

func openBucket(t *testing.T) storeWithFiles {
	t.Helper()
	return openBucketAt(t, s3.bucketURL(t))
}

func openBucketAt(t *testing.T, address string) storeWithFiles {
	t.Helper()
	s, err := OpenURL(t.Context(), address, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return storeWithFiles{Store: s, files: s.listAll}
}

func (s *Store) listAll(t *testing.T) []string {
	t.Helper()
	var keys []string
	objects := s.bucket.List(nil)
	for {
		object, err := objects.Next(context.WithoutCancel(t.Context()))
		if errors.Is(err, io.EOF) {
			return keys
		}
		require.NoError(t, err)
		keys = append(keys, object.Key)
	}
}

func TestBucketThatCannotBeWrittenToIsNotOpened(t *testing.T) {
	t.Parallel()
	nobody, err := uploadstest.FreeAddress()
	require.NoError(t, err)
	for name, address := range map[string]string{
		"no such bucket":  s3.start(t).URL("missing"),
		"unknown setting": s3.start(t).URL("missing") + "&password=x",
		"nobody listens":  "s3://bucket?region=us-east-1&use_path_style=true&endpoint=http://" + nobody,
		"not an address":  "bucket",
		"another kind":    "gs://bucket",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := OpenURL(t.Context(), address, t.TempDir())
			require.ErrorContains(t, err, "uploads")
		})
	}
}

func TestBucketsMayBeSharedUnderAPrefix(t *testing.T) {
	t.Parallel()
	address := s3.bucketURL(t)
	one, other := openBucketAt(t, address+"&prefix=one/"), openBucketAt(t, address+"&prefix=other/")
	key, _, err := one.Save(t.Context(), JobDescription, strings.NewReader(pdf), 1<<20)
	require.NoError(t, err)
	require.Equal(t, []string{key}, one.files(t))
	require.Empty(t, other.files(t))
	require.Equal(t, []string{"one/" + key}, openBucketAt(t, address).files(t))
}

func TestFileURLIsAFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "uploads")
	s, err := OpenURL(t.Context(), "file://"+filepath.ToSlash(dir), "")
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	key, _, err := s.Save(t.Context(), StudentFile, strings.NewReader("x"), 10)
	require.NoError(t, err)
	require.Equal(t, []string{key}, filesIn(t, dir))
}

// A file of several parts is one that S3 puts together at the end.
func TestLargeFileIsWholeOrNotThere(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		s := open(t)
		const size = 20 << 20
		large := func() io.Reader { return io.LimitReader(pattern{}, size) }
		key, stored, err := s.Save(t.Context(), StudentFile, large(), size)
		require.NoError(t, err)
		require.EqualValues(t, size, stored)
		object, err := s.Open(t.Context(), key)
		require.NoError(t, err)
		_, err = object.Seek(-3, io.SeekEnd)
		require.NoError(t, err)
		end, err := io.ReadAll(object)
		require.NoError(t, err)
		require.Equal(t, "ppp", string(end))
		require.NoError(t, object.Close())

		_, _, err = s.Save(t.Context(), StudentFile, large(), size-1)
		require.ErrorIs(t, err, ErrTooLarge)
		require.Equal(t, []string{key}, s.files(t))
	})
}

type pattern struct{}

func (pattern) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'p'
	}
	return len(p), nil
}

func TestStoredWithin(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		s := open(t)
		var keys []string
		for i := range 5 {
			kind := []Kind{StudentFile, Export}[i%2]
			key, _, err := s.Save(t.Context(), kind, strings.NewReader("x"), 10)
			require.NoError(t, err)
			keys = append(keys, key)
		}
		within := func(from, to time.Duration) (found []string) {
			now := time.Now()
			require.NoError(t, s.StoredWithin(t.Context(), Period{now.Add(from), now.Add(to)}, 2, func(page []string) error {
				require.LessOrEqual(t, len(page), 2)
				found = append(found, page...)
				return nil
			}))
			return found
		}
		require.ElementsMatch(t, keys, within(-time.Hour, time.Hour))
		require.Empty(t, within(-2*time.Hour, -time.Hour))
		require.Empty(t, within(time.Hour, 2*time.Hour))
		stop := errors.New("stop")
		err := s.StoredWithin(t.Context(), Period{To: time.Now().Add(time.Hour)}, 1, func([]string) error { return stop })
		require.ErrorIs(t, err, stop)
	})
}
