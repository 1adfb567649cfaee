//go:build unix

package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Open gives a command a database: the one of a serve that runs on the same
// directory, otherwise one that it starts. If another command holds the
// directory, Open waits for it, at most 30 s, then returns an InUseError.
// release stops what Open started; call it once the connections are closed.
func Open(ctx context.Context, cfg Config) (url string, release func(context.Context) error, err error) {
	cfg, err = cfg.checked(HolderCommand)
	if err != nil {
		return "", nil, err
	}
	place, err := prepareDir(cfg.Dir)
	if err != nil {
		return "", nil, err
	}
	held, other, err := waitForLock(ctx, place, cfg.Holder, func(other holder) (bool, error) {
		return other.Holder == HolderServe && answers(ctx, other.URL), nil
	})
	if err != nil {
		return "", nil, err
	}
	if held == nil {
		return other.URL, func(context.Context) error { return nil }, nil
	}
	server, err := startLocked(ctx, cfg, place, held)
	if err != nil {
		return "", nil, err
	}
	return server.URL(), server.Stop, nil
}

// answers reports whether a server accepts connections at url.
func answers(ctx context.Context, url string) bool {
	if url == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return false
	}
	_ = conn.Close(ctx)
	return true
}
