package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/store/dbsqlc"
)

// DBTX is what a store function needs of a database: a pool or a transaction.
type DBTX = dbsqlc.DBTX

// PoolOptions are the few settings of the connection pool that differ between a server, a command and a test.
type PoolOptions struct {
	MaxConns int32           // 0: pgx's default
	Name     string          // application_name, seen in pg_stat_activity
	Tracer   pgx.QueryTracer // is told of every statement; nil: nobody is
	// Pooled is for a pooler, such as PgBouncer, that gives each transaction another session: no statement is prepared, for it
	// would stay in a session. Each is described once and then planned each time.
	Pooled bool
	// ReadOnly is for a replica: what wants to write is refused, whatever is behind the address.
	ReadOnly bool
}

// OpenPool returns a pool on the database at url. It connects lazily, so a database that is down shows at first use.
// Timestamps come back in UTC.
func OpenPool(ctx context.Context, url string, options PoolOptions) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	if options.MaxConns > 0 {
		cfg.MaxConns = options.MaxConns
	}
	if options.Name != "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = options.Name
	}
	cfg.ConnConfig.Tracer = options.Tracer
	if options.Pooled {
		cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	if options.ReadOnly && !options.Pooled { // a pooler refuses settings that it does not know
		cfg.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	}
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.AfterConnect = useUTC
	return pgxpool.NewWithConfig(ctx, cfg)
}

func useUTC(_ context.Context, conn *pgx.Conn) error {
	types := conn.TypeMap()
	utc := &pgtype.Type{
		Name:  "timestamptz",
		OID:   pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	}
	types.RegisterType(utc)
	return nil
}

// Beginner begins transactions: a pool, or a connection.
type Beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// rollbackTimeout bounds the rollback of a request that has gone away; the connection is closed when it runs out.
const rollbackTimeout = 5 * time.Second

// InTx runs fn in one transaction: committed when fn returns nil, rolled back otherwise (also when fn panics or ctx ends).
// Who acts in it is what ctx says, see WithActing. An error of the commit itself means that the outcome is unknown or nothing was kept; it is returned as it is.
func InTx(ctx context.Context, db Beginner, fn func(tx pgx.Tx) error) error {
	tx, err := begin(ctx, db)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
		defer cancel()
		_ = tx.Rollback(ctx) // after a commit this does nothing
	}()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// DatabaseSize is how many bytes the database's files take.
func DatabaseSize(ctx context.Context, db DBTX) (int64, error) { return queries(db).DatabaseSize(ctx) }

// DatabaseStart is when the server was started, by its own clock.
func DatabaseStart(ctx context.Context, db DBTX) (time.Time, error) {
	return queries(db).DatabaseStart(ctx)
}

func queries(db DBTX) *dbsqlc.Queries { return dbsqlc.New(db) }

// one turns "no row" into a NotFound error that names what was looked for.
func one[T any](row T, err error, what string) (T, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return row, Errorf(NotFound, "%s not found", what)
	}
	return row, constraintError(err)
}

// Matching is the ILIKE pattern for "contains text", with the pattern characters in text taken literally. Nil for "".
func Matching(text string) *string {
	if text == "" {
		return nil
	}
	escaped := make([]rune, 0, len(text)+2)
	for _, r := range text {
		if r == '%' || r == '_' || r == '\\' {
			escaped = append(escaped, '\\')
		}
		escaped = append(escaped, r)
	}
	pattern := "%" + string(escaped) + "%"
	return &pattern
}
