package server

import (
	"context"

	"placeops/store"
)

// reading reads what decides nothing, from the replica where there is one, see store.Reader. What comes of it is put together in
// memory or in a file first: read may be called twice.
func reading[T any](ctx context.Context, s *Server, read func(db store.Source) (T, error)) (result T, err error) {
	err = s.reader.Read(ctx, func(db store.Source) error {
		result, err = read(db)
		return err
	})
	return result, err
}
