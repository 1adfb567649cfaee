package uploads

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"gocloud.dev/blob"

	"placeops/tracing"
)

// ErrTooLarge is returned by Save when the reader holds more than the allowed bytes.
var ErrTooLarge = errors.New("uploads: the file is too large")

// ContentError says that a file is not of the kind that it should be. Its message may be shown to the sender.
type ContentError struct {
	Message string
}

// Error returns the public message.
func (e *ContentError) Error() string { return e.Message }

// headBytes is how much of a file is looked at to know its kind.
const headBytes = 3072

// Save stores what r holds, at most limit bytes, and returns the key to find it by. It streams. After an error (too
// large, not a file of this kind, of the reader, of the disk, or the context's end) no file is left behind.
func (s *Store) Save(ctx context.Context, kind Kind, r io.Reader, limit int64) (key string, size int64, err error) {
	if key, err = newKey(kind, time.Now()); err != nil {
		return "", 0, err
	}
	content := bufio.NewReaderSize(contextReader{ctx, r}, headBytes)
	if err := checkContent(kind, content); err != nil {
		return "", 0, err
	}
	if size, err = s.write(ctx, key, content, limit); err != nil {
		return "", 0, err
	}
	return key, size, nil
}

// Put stores what r holds under a key that a file had in another store, or has here, as a restore does. Like Save it
// streams, and after an error no part of the file is there.
func (s *Store) Put(ctx context.Context, key string, r io.Reader) error {
	if !validKey.MatchString(key) {
		return ErrNotFound
	}
	_, err := s.write(ctx, key, contextReader{ctx, r}, math.MaxInt64)
	return err
}

// checkContent judges by the first bytes, never by a name.
func checkContent(kind Kind, content *bufio.Reader) error {
	head, err := content.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("uploads: read: %w", err)
	}
	if kind == JobDescription && !startsAsPDF(head) {
		return &ContentError{Message: "This is not a PDF. Save the job description as PDF and send that."}
	}
	return nil
}

// startsAsPDF wants the mark of a PDF at the very beginning, though viewers also find it further down: a file that begins as
// something else, such as a web page or a picture, is that as well.
func startsAsPDF(head []byte) bool {
	start := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(start, []byte("%PDF-"))
}

// write is the only place where a file comes to be. Closing the writer under a cancelled context throws away what
// was written; this happens unless everything has arrived, also when the reader panics.
func (s *Store) write(ctx context.Context, key string, content io.Reader, limit int64) (size int64, err error) {
	ctx, span := tracing.Start(ctx, "uploads write")
	defer func() { tracing.End(span, err) }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var file *os.File
	options := &blob.WriterOptions{
		DisableContentTypeDetection: true,
		BeforeWrite: func(as func(any) bool) error {
			as(&file)
			return nil
		},
	}
	writer, err := s.bucket.NewWriter(ctx, key, options)
	if err != nil {
		return 0, fmt.Errorf("uploads: write %s: %w", key, err)
	}
	complete := false
	defer func() {
		if !complete {
			cancel()
			_ = writer.Close()
		}
	}()
	if size, err = io.Copy(writer, io.LimitReader(content, limit)); err != nil {
		return 0, fmt.Errorf("uploads: write %s: %w", key, err)
	}
	if err := expectEnd(content); err != nil {
		return 0, err
	}
	if err := onDisk(file); err != nil {
		return 0, fmt.Errorf("uploads: write %s: %w", key, err)
	}
	complete = true
	if err := writer.Close(); err != nil {
		return 0, fmt.Errorf("uploads: write %s: %w", key, err)
	}
	return size, nil
}

// expectEnd makes sure that nothing is left in content.
func expectEnd(content io.Reader) error {
	n, err := io.ReadFull(content, make([]byte, 1))
	switch {
	case n > 0:
		return ErrTooLarge
	case errors.Is(err, io.EOF):
		return nil
	}
	return fmt.Errorf("uploads: read: %w", err)
}

// onDisk makes a folder's file survive a power cut: its key is about to be committed to the database. A bucket that
// is no folder has no file and sees to that itself.
func onDisk(file *os.File) error {
	if file == nil {
		return nil
	}
	return file.Sync()
}

// contextReader ends with the context, so that a slow sender cannot outlive the request.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
