package uploads

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

const pdf = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"

func openTestStore(t *testing.T) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "uploads")
	s, err := Open(t.Context(), dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s, dir
}

// storeWithFiles is a store of one kind, and a look behind it.
type storeWithFiles struct {
	*Store
	files func(t *testing.T) []string // every file that is there, temporary ones too
}

// onEachStore runs a test on a folder and on a bucket of S3. Each call of open gives a fresh one.
func onEachStore(t *testing.T, test func(t *testing.T, open func(t *testing.T) storeWithFiles)) {
	t.Helper()
	for name, open := range map[string]func(t *testing.T) storeWithFiles{"folder": openFolder, "S3": openBucket} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

func openFolder(t *testing.T) storeWithFiles {
	t.Helper()
	s, dir := openTestStore(t)
	return storeWithFiles{Store: s, files: func(t *testing.T) []string {
		t.Helper()
		return filesIn(t, dir)
	}}
}

// filesIn lists every file below dir, temporary ones too.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(dir, path)
			files = append(files, filepath.ToSlash(name))
		}
		return err
	}))
	return files
}

func TestSaveAndOpen(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		s := open(t)
		content := pdf + strings.Repeat("x", 200_000)
		before := time.Now().Add(-time.Minute)

		key, size, err := s.Save(t.Context(), JobDescription, strings.NewReader(content), int64(len(content)))
		require.NoError(t, err)
		require.EqualValues(t, len(content), size)
		require.Regexp(t, `^job-descriptions/\d{4}/\d{2}/[0-9a-f]{32}\.pdf$`, key)
		require.Equal(t, []string{key}, s.files(t), "one file, without a sidecar")

		object, err := s.Open(t.Context(), key)
		require.NoError(t, err)
		defer func() { require.NoError(t, object.Close()) }()
		require.EqualValues(t, len(content), object.Size())
		require.True(t, object.ModTime().After(before))
		read, err := io.ReadAll(object)
		require.NoError(t, err)
		require.Equal(t, content, string(read))
	})
}

func TestStudentFileTakesAnyContent(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		s := open(t)
		for _, content := range []string{"", "roll no,name\n", "\x00\x01\x02"} {
			key, size, err := s.Save(t.Context(), StudentFile, strings.NewReader(content), 100)
			require.NoError(t, err)
			require.EqualValues(t, len(content), size)
			require.Regexp(t, `^student-imports/\d{4}/\d{2}/[0-9a-f]{32}\.dat$`, key)
		}
		require.Len(t, s.files(t), 3)
	})
}

var errSender = errors.New("the sender hung up")

// cancelling ends its context once some bytes have been read.
type cancelling struct {
	io.Reader
	cancel context.CancelFunc
}

func (c cancelling) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.cancel()
	return n, err
}

func requireContentError(t *testing.T, err error) {
	t.Helper()
	var content *ContentError
	require.ErrorAs(t, err, &content)
	require.Contains(t, content.Message, "PDF")
}

func TestFailedSaveLeavesNoFile(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		large := pdf + strings.Repeat("x", 500_000)
		tests := map[string]struct {
			kind   Kind
			reader func(cancel context.CancelFunc) io.Reader
			limit  int64
			check  func(t *testing.T, err error)
		}{
			"too large by one byte": {JobDescription,
				func(context.CancelFunc) io.Reader { return strings.NewReader(large) }, int64(len(large)) - 1,
				func(t *testing.T, err error) { require.ErrorIs(t, err, ErrTooLarge) }},
			"too large within the first bytes": {StudentFile,
				func(context.CancelFunc) io.Reader { return strings.NewReader("12345") }, 4,
				func(t *testing.T, err error) { require.ErrorIs(t, err, ErrTooLarge) }},
			"not a PDF": {JobDescription,
				func(context.CancelFunc) io.Reader { return strings.NewReader("<html>a page called jd.pdf</html>") }, 1 << 20,
				requireContentError},
			"empty PDF": {JobDescription,
				func(context.CancelFunc) io.Reader { return strings.NewReader("") }, 1 << 20,
				requireContentError},
			"sender fails at once": {StudentFile,
				func(context.CancelFunc) io.Reader { return iotest.ErrReader(errSender) }, 1 << 20,
				func(t *testing.T, err error) { require.ErrorIs(t, err, errSender) }},
			"sender fails halfway": {JobDescription,
				func(context.CancelFunc) io.Reader {
					return io.MultiReader(strings.NewReader(large), iotest.ErrReader(errSender))
				}, 1 << 20,
				func(t *testing.T, err error) { require.ErrorIs(t, err, errSender) }},
			"sender fails exactly at the limit": {JobDescription,
				func(context.CancelFunc) io.Reader {
					return io.MultiReader(strings.NewReader(large), iotest.ErrReader(errSender))
				}, int64(len(large)),
				func(t *testing.T, err error) { require.ErrorIs(t, err, errSender) }},
			"request is cancelled halfway": {JobDescription,
				func(cancel context.CancelFunc) io.Reader {
					return io.MultiReader(strings.NewReader(large), cancelling{strings.NewReader(large), cancel}, strings.NewReader(large))
				}, 1 << 22,
				func(t *testing.T, err error) { require.ErrorIs(t, err, context.Canceled) }},
			"request is cancelled with the last byte": {JobDescription,
				func(cancel context.CancelFunc) io.Reader {
					return cancelling{iotest.DataErrReader(strings.NewReader(pdf)), cancel}
				}, 1 << 20,
				func(t *testing.T, err error) { require.ErrorIs(t, err, context.Canceled) }},
			"unknown kind": {Kind("../x"),
				func(context.CancelFunc) io.Reader { return strings.NewReader(pdf) }, 1 << 20,
				func(t *testing.T, err error) { require.ErrorContains(t, err, "unknown kind") }},
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := open(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				key, size, err := s.Save(ctx, test.kind, test.reader(cancel), test.limit)
				require.Error(t, err)
				test.check(t, err)
				require.Empty(t, key)
				require.Zero(t, size)
				require.Empty(t, s.files(t))
			})
		}
	})
}

// panicking fails as a bug in a reader does.
type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("bug") }

func TestPanickingReaderLeavesNoFile(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		s := open(t)
		reader := io.MultiReader(strings.NewReader(pdf+strings.Repeat("x", 100_000)), panicking{})
		require.PanicsWithValue(t, "bug", func() { _, _, _ = s.Save(t.Context(), JobDescription, reader, 1<<20) })
		require.Empty(t, s.files(t))
	})
}

func TestOnlyKeysOpen(t *testing.T) {
	t.Parallel()
	s, dir := openTestStore(t)
	secret := filepath.Join(filepath.Dir(dir), "secret.pdf")
	require.NoError(t, os.WriteFile(secret, []byte(pdf), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "stray.pdf"), []byte(pdf), 0o600))
	hex := strings.Repeat("a", 32)
	for _, key := range []string{
		"", "/", ".", "stray.pdf", "../secret.pdf", "job-descriptions/../../secret.pdf",
		"job-descriptions/2026/10/../../../../secret.pdf", "job-descriptions/2026/10", "job-descriptions/2026/10/",
		"job-descriptions/2026/10/" + hex + ".pdf", "/job-descriptions/2026/10/" + hex + ".pdf",
		"job-descriptions/2026/10/" + hex + ".pdf\n", "job-descriptions/2026/10/" + hex + ".pdf.tmp",
		"job-descriptions/2026/10/" + hex, "..%2fsecret.pdf", secret,
	} {
		_, err := s.Open(t.Context(), key)
		require.ErrorIs(t, err, ErrNotFound, key)
		_, err = s.ToTempFile(t.Context(), key)
		require.ErrorIs(t, err, ErrNotFound, key)
		if !validKey.MatchString(key) {
			require.ErrorIs(t, s.Delete(t.Context(), key), ErrNotFound, key)
		}
	}
	require.Len(t, filesIn(t, dir), 1, "the stray file is still there")
	require.FileExists(t, secret)
}

func TestDelete(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		s := open(t)
		key, _, err := s.Save(t.Context(), JobDescription, strings.NewReader(pdf), 1<<20)
		require.NoError(t, err)
		require.NoError(t, s.Delete(t.Context(), key))
		require.Empty(t, s.files(t))
		require.NoError(t, s.Delete(t.Context(), key), "deleting it again")
		_, err = s.Open(t.Context(), key)
		require.ErrorIs(t, err, ErrNotFound)
	})
}

func TestServeContentRanges(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		s := open(t)
		key, _, err := s.Save(t.Context(), JobDescription, strings.NewReader(pdf), 1<<20)
		require.NoError(t, err)
		tests := map[string]struct {
			header string
			status int
			body   string
		}{
			"whole":        {"", http.StatusOK, pdf},
			"first bytes":  {"bytes=0-3", http.StatusPartialContent, pdf[:4]},
			"middle":       {"bytes=5-9", http.StatusPartialContent, pdf[5:10]},
			"last bytes":   {"bytes=-6", http.StatusPartialContent, pdf[len(pdf)-6:]},
			"beyond it":    {"bytes=9999-", http.StatusRequestedRangeNotSatisfiable, ""},
			"open-ended":   {"bytes=30-", http.StatusPartialContent, pdf[30:]},
			"not a number": {"bytes=x-", http.StatusRequestedRangeNotSatisfiable, ""},
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				object, err := s.Open(t.Context(), key)
				require.NoError(t, err)
				defer func() { require.NoError(t, object.Close()) }()
				request := httptest.NewRequest(http.MethodGet, "/", nil)
				if test.header != "" {
					request.Header.Set("Range", test.header)
				}
				recorder := httptest.NewRecorder()
				http.ServeContent(recorder, request, "jd.pdf", object.ModTime(), object)
				require.Equal(t, test.status, recorder.Code)
				if test.body != "" {
					require.Equal(t, test.body, recorder.Body.String())
				}
			})
		}
	})
}

func TestToTempFile(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		s := open(t)
		content := bytes.Repeat([]byte("0123456789"), 50_000)
		key, _, err := s.Save(t.Context(), StudentFile, bytes.NewReader(content), 1<<20)
		require.NoError(t, err)

		file, err := s.ToTempFile(t.Context(), key)
		require.NoError(t, err)
		defer func() { require.NoError(t, file.Close()) }()
		require.Equal(t, []string{key}, s.files(t), "the copy has no name")
		require.NoFileExists(t, file.Name())
		part := make([]byte, 10)
		_, err = file.ReadAt(part, 490_000)
		require.NoError(t, err)
		require.Equal(t, "0123456789", string(part))
		all, err := io.ReadAll(file)
		require.NoError(t, err)
		require.Equal(t, content, all)

		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = s.ToTempFile(cancelled, key)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		s := open(t)
		const senders = 24
		keys := make([]string, senders)
		var group sync.WaitGroup
		for i := range senders {
			group.Go(func() {
				content := pdf + fmt.Sprint(i)
				key, _, err := s.Save(t.Context(), JobDescription, strings.NewReader(content), 1<<20)
				if err != nil {
					t.Errorf("save %d: %v", i, err)
					return
				}
				file, err := s.ToTempFile(t.Context(), key)
				if err != nil {
					t.Errorf("read %d: %v", i, err)
					return
				}
				read, err := io.ReadAll(file)
				if err := errors.Join(err, file.Close()); err != nil || string(read) != content {
					t.Errorf("file %d: %q, %v", i, read, err)
				}
				keys[i] = key
			})
		}
		group.Wait()
		require.ElementsMatch(t, keys, s.files(t))
	})
}

func TestOpenRefusesWhatCannotHoldFiles(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, dir := range map[string]string{"a file": file, "below a file": filepath.Join(file, "uploads"), "nothing": ""} {
		_, err := Open(t.Context(), dir)
		require.ErrorContains(t, err, "uploads folder", name)
		require.ErrorContains(t, err, dir, name)
	}
}

func TestOpenRemovesOnlyStrandedFiles(t *testing.T) {
	t.Parallel()
	s, dir := openTestStore(t)
	key, _, err := s.Save(t.Context(), JobDescription, strings.NewReader(pdf), 1<<20)
	require.NoError(t, err)
	old := time.Now().Add(-25 * time.Hour)
	hex := strings.Repeat("b", 32)
	stranded := "job-descriptions/2026/10/" + hex + ".pdf.18f3a.tmp"
	kept := []string{"job-descriptions/2026/10/" + hex + ".pdf.18f3b.tmp", "notes.tmp", key}
	for _, name := range []string{stranded, kept[0], kept[1]} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(pdf), 0o600))
	}
	for _, name := range []string{stranded, "notes.tmp", key} {
		require.NoError(t, os.Chtimes(filepath.Join(dir, filepath.FromSlash(name)), old, old))
	}

	again, err := Open(t.Context(), dir)
	require.NoError(t, err)
	require.NoError(t, again.Close())
	require.ElementsMatch(t, kept, filesIn(t, dir))
}

func TestFilesAreNotForOtherUsers(t *testing.T) {
	t.Parallel()
	_, dir := openTestStore(t)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o007)
}
