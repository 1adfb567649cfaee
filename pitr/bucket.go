package pitr

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/s3blob" // answers to s3:// in blob.OpenBucket
	"gocloud.dev/gcerrors"
)

// bucket is a place in S3. It is opened when it is first needed.
type bucket struct {
	address string
	mu      sync.Mutex
	opened  *blob.Bucket
}

// writtenAt is the metadata that holds the time of a thing.
const writtenAt = "written"

func (b *bucket) open(ctx context.Context) (*blob.Bucket, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.opened != nil {
		return b.opened, nil
	}
	opened, err := blob.OpenBucket(context.WithoutCancel(ctx), b.address)
	b.opened = opened
	return opened, err
}

// put sends parts of bounded size. Closing the writer under a cancelled context throws away what was sent.
func (b *bucket) put(ctx context.Context, name string, at time.Time, write func(io.Writer) error) error {
	opened, err := b.open(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	options := &blob.WriterOptions{DisableContentTypeDetection: true, MaxConcurrency: 1}
	if !at.IsZero() {
		options.Metadata = map[string]string{writtenAt: at.UTC().Format(time.RFC3339Nano)}
	}
	writer, err := opened.NewWriter(ctx, name, options)
	if err != nil {
		return err
	}
	if err := write(writer); err != nil {
		cancel()
		_ = writer.Close()
		return err
	}
	return writer.Close()
}

func (b *bucket) get(ctx context.Context, name string) (io.ReadCloser, error) {
	opened, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	reader, err := opened.NewReader(ctx, name, nil)
	return reader, missing(err)
}

func missing(err error) error {
	if gcerrors.Code(err) == gcerrors.NotFound {
		return errMissing
	}
	return err
}

func (b *bucket) time(ctx context.Context, name string) (time.Time, error) {
	opened, err := b.open(ctx)
	if err != nil {
		return time.Time{}, err
	}
	about, err := opened.Attributes(ctx, name)
	if err != nil {
		return time.Time{}, missing(err)
	}
	if written, err := time.Parse(time.RFC3339Nano, about.Metadata[writtenAt]); err == nil {
		return written, nil
	}
	return about.ModTime, nil
}

func (b *bucket) list(ctx context.Context, prefix string) ([]entry, error) {
	opened, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	var found []entry
	for things := opened.List(&blob.ListOptions{Prefix: prefix}); ; {
		thing, err := things.Next(ctx)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		found = append(found, entry{name: thing.Key, size: thing.Size, at: thing.ModTime})
	}
}

func (b *bucket) remove(ctx context.Context, name string) error {
	opened, err := b.open(ctx)
	if err != nil {
		return err
	}
	if err := opened.Delete(ctx, name); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return err
	}
	return nil
}

func (b *bucket) tidy(context.Context, time.Time) error { return nil } // parts that were never put together are the bucket's business
