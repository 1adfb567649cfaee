package store

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// BehindPooler tells whether something stands between placeops and the server: the session then has another number than the one
// that was promised when connecting.
func BehindPooler(ctx context.Context, pool *pgxpool.Pool) (found bool, err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release()
	var pid uint32
	err = conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid)
	return err == nil && pid != conn.Conn().PgConn().PID(), err
}
