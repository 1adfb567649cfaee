package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain gives the tests keys to their S3 server, and stops it.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": gatewayKey, "AWS_SECRET_ACCESS_KEY": gatewaySecret, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	s3.stop()
	os.Exit(code)
}

const (
	gatewayVersion = "1.8.0"
	gatewayKey     = "placeops-test"
	gatewaySecret  = "a secret of the tests"
	startTime      = 30 * time.Second
)

// s3 is the binary's S3 server. It is a package variable because a test binary has one, and TestMain stops it.
var s3 gateway

// gateway is versitygw, a real S3 server that keeps its buckets in a folder.
type gateway struct {
	once    sync.Once
	err     error
	dir     string
	address string
	process *exec.Cmd
	exited  chan struct{}
	buckets atomic.Int64
}

func (g *gateway) start() error {
	g.once.Do(func() { g.err = g.startNow() })
	return g.err
}

func (g *gateway) startNow() error {
	program, err := gatewayProgram()
	if err != nil {
		return err
	}
	if g.dir, err = os.MkdirTemp("", "placeops-s3-test-"); err != nil {
		return err
	}
	for _, folder := range []string{"buckets", "metadata"} {
		if err := os.Mkdir(filepath.Join(g.dir, folder), 0o750); err != nil {
			return err
		}
	}
	if g.address, err = freeAddress(); err != nil {
		return err
	}
	g.process = exec.Command(program, "--quiet", "--access", gatewayKey, "--secret", gatewaySecret, "--port", g.address,
		"posix", "--sidecar", filepath.Join(g.dir, "metadata"), filepath.Join(g.dir, "buckets"))
	var output strings.Builder
	g.process.Stdout, g.process.Stderr = &output, &output
	if err := g.process.Start(); err != nil {
		return err
	}
	g.exited = make(chan struct{})
	go func() {
		_ = g.process.Wait() // how it ended says the output
		close(g.exited)
	}()
	return g.waitUntilItListens(&output)
}

func (g *gateway) waitUntilItListens(output fmt.Stringer) error {
	deadline := time.After(startTime)
	for {
		select {
		case <-g.exited:
			return fmt.Errorf("versitygw ended: %s", output)
		case <-deadline:
			return errors.New("versitygw does not listen")
		case <-time.After(10 * time.Millisecond):
		}
		if conn, err := net.Dial("tcp", g.address); err == nil {
			return conn.Close()
		}
	}
}

// gatewayProgram finds versitygw, or installs it where make does: it is a tool, and nothing that placeops needs.
func gatewayProgram() (string, error) {
	if program := os.Getenv("PLACEOPS_TEST_VERSITYGW"); program != "" {
		return program, nil
	}
	folder, err := filepath.Abs(filepath.Join("..", ".tools", "versitygw-"+gatewayVersion))
	if err != nil {
		return "", err
	}
	program := filepath.Join(folder, "versitygw")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	install := exec.Command("go", "install", "github.com/versity/versitygw/cmd/versitygw@v"+gatewayVersion)
	install.Env = append(os.Environ(), "GOBIN="+folder)
	install.Dir = os.TempDir() // outside of this module
	if output, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install versitygw: %w: %s", err, output)
	}
	return program, nil
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func (g *gateway) stop() {
	if g.exited != nil {
		_ = g.process.Process.Kill() // its folder goes with it
		<-g.exited
	}
	if g.dir != "" {
		_ = os.RemoveAll(g.dir)
	}
}

// bucketURL makes a fresh bucket.
func (g *gateway) bucketURL(t *testing.T) string {
	t.Helper()
	require.NoError(t, g.start())
	name := fmt.Sprintf("bucket-%d", g.buckets.Add(1))
	require.NoError(t, os.Mkdir(filepath.Join(g.dir, "buckets", name), 0o750))
	return g.urlOf(name)
}

func (g *gateway) urlOf(bucket string) string {
	query := url.Values{"region": {"us-east-1"}, "endpoint": {"http://" + g.address}, "use_path_style": {"true"}}
	return "s3://" + bucket + "?" + query.Encode()
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
	require.NoError(t, s3.start())
	nobody, err := freeAddress()
	require.NoError(t, err)
	for name, address := range map[string]string{
		"no such bucket":  s3.urlOf("missing"),
		"unknown setting": s3.urlOf("missing") + "&password=x",
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
