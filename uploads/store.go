package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"placeops/tracing"
)

// ErrNotFound is returned for a key that no file has, and for anything that is not a key.
var ErrNotFound = errors.New("uploads: no such file")

// Store keeps files in a bucket. It may be used by many goroutines.
type Store struct {
	bucket *blob.Bucket
	// tempDir is where ToTempFile puts its copies: a folder known to be writable, which /tmp of a container may not be.
	tempDir string
}

// Object is an open file, fit for http.ServeContent.
type Object struct {
	reader *blob.Reader
}

// Open opens a file for reading. The context must live until the object is closed. A key that does not exist, or is
// none, is ErrNotFound.
func (s *Store) Open(ctx context.Context, key string) (*Object, error) {
	if !validKey.MatchString(key) {
		return nil, ErrNotFound
	}
	spanned, span := tracing.Start(ctx, "uploads open")
	reader, err := s.bucket.NewReader(spanned, key, nil)
	tracing.End(span, err)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("uploads: open %s: %w", key, err)
	}
	return &Object{reader: reader}, nil
}

// Delete removes a file. One that is already gone is no error; what is not a key is ErrNotFound.
func (s *Store) Delete(ctx context.Context, key string) error {
	if !validKey.MatchString(key) {
		return ErrNotFound
	}
	ctx, span := tracing.Start(ctx, "uploads delete")
	err := s.bucket.Delete(ctx, key)
	tracing.End(span, err)
	if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("uploads: delete %s: %w", key, err)
	}
	return nil
}

// ToTempFile copies a file to an unnamed one on this machine, for readers that jump about in it. It stands at its
// beginning; closing it frees its space.
func (s *Store) ToTempFile(ctx context.Context, key string) (*os.File, error) {
	object, err := s.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = object.Close() }()
	ctx, span := tracing.Start(ctx, "uploads fetch")
	defer span.End()
	file, err := unnamedFile(s.tempDir)
	if err != nil {
		return nil, fmt.Errorf("uploads: temporary file: %w", err)
	}
	if err := copyToStart(ctx, file, object); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("uploads: copy %s: %w", key, err)
	}
	return file, nil
}

// unnamedFile is gone with the process, however that ends.
func unnamedFile(dir string) (*os.File, error) {
	file, err := os.CreateTemp(dir, "placeops-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

func copyToStart(ctx context.Context, to *os.File, from io.Reader) error {
	if _, err := io.Copy(to, contextReader{ctx, from}); err != nil {
		return err
	}
	_, err := to.Seek(0, io.SeekStart)
	return err
}

// Close ends the use of the store. Objects still open stay readable.
func (s *Store) Close() error { return s.bucket.Close() }

// Size is the length in bytes.
func (o *Object) Size() int64 { return o.reader.Size() }

// ModTime is when the file was stored.
func (o *Object) ModTime() time.Time { return o.reader.ModTime() }

// Read reads on from the current position.
func (o *Object) Read(p []byte) (int, error) { return o.reader.Read(p) }

// Seek moves the position. Beyond the end it stays at the end.
func (o *Object) Seek(offset int64, whence int) (int64, error) { return o.reader.Seek(offset, whence) }

// Close must be called once the object is no longer needed.
func (o *Object) Close() error { return o.reader.Close() }
