package uploads

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"placeops/tracing"
)

// Period is a stretch of time, its end excluded.
type Period struct{ From, To time.Time }

// StoredWithin calls visit with the keys of the files that were stored within a period, at most atOnce at a time. It ends
// with the first error, its own or visit's.
func (s *Store) StoredWithin(ctx context.Context, period Period, atOnce int, visit func(keys []string) error) error {
	for _, kind := range kinds {
		if err := s.storedWithin(ctx, kind, period, atOnce, visit); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) storedWithin(ctx context.Context, kind Kind, period Period, atOnce int, visit func(keys []string) error) error {
	for next := blob.FirstPageToken; len(next) > 0; {
		files, after, err := s.listPage(ctx, kind, next)
		if err != nil {
			return fmt.Errorf("uploads: list %s: %w", kind, err)
		}
		next = after
		var keys []string
		for _, file := range files {
			if validKey.MatchString(file.Key) && !file.ModTime.Before(period.From) && file.ModTime.Before(period.To) {
				keys = append(keys, file.Key)
			}
		}
		for some := range slices.Chunk(keys, atOnce) {
			if err := visit(some); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	listedAtOnce = 1000
	// listTries bounds how often a page is listed anew. Something that is not there for so long is not a passing file.
	listTries = 1000
)

// listPage lists a page again when a name in a folder was gone before it could be looked at: an upload that has just got
// its final name, a file that was removed.
func (s *Store) listPage(ctx context.Context, kind Kind, page []byte) (files []*blob.ListObject, next []byte, err error) {
	ctx, span := tracing.Start(ctx, "uploads list")
	defer func() { tracing.End(span, err) }()
	for range listTries {
		files, next, err = s.bucket.ListPage(ctx, page, listedAtOnce, &blob.ListOptions{Prefix: string(kind) + "/"})
		if gcerrors.Code(err) != gcerrors.NotFound {
			break
		}
	}
	return files, next, err
}
