package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gocloud.dev/blob"
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
	var keys []string
	files := s.bucket.List(&blob.ListOptions{Prefix: string(kind) + "/"})
	for {
		file, err := files.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("uploads: list %s: %w", kind, err)
		}
		if !validKey.MatchString(file.Key) || file.ModTime.Before(period.From) || !file.ModTime.Before(period.To) {
			continue
		}
		if keys = append(keys, file.Key); len(keys) == atOnce {
			if err := visit(keys); err != nil {
				return err
			}
			keys = nil
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return visit(keys)
}
