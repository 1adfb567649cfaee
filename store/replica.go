package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Source is what a long read needs of a database: a pool, or one connection of it.
type Source interface {
	DBTX
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
}

// Reader reads what decides nothing: long lists, files, figures. With a replica it reads there, but never less than what had been
// committed when it was asked: it asks the primary how far its log is, and waits a moment until the replica has gone as far. So
// whoever has just changed something sees it, through whichever process. A replica that is away or behind is done without.
type Reader struct {
	primary, replica *pgxpool.Pool
	logger           *slog.Logger

	avoidUntil  atomic.Int64 // nanoseconds
	unusable    atomic.Bool  // since the last try
	fromPrimary atomic.Int64
	fromReplica atomic.Int64
}

const (
	// replicaConnect bounds how long a read waits for a connection to the replica and its answer.
	replicaConnect = 500 * time.Millisecond
	// catchUp bounds how long it waits for what the primary has committed. A replica on the same network is there within milliseconds.
	catchUp = 60 * time.Millisecond
	// avoidReplica is how long a replica that was away or behind is not asked again.
	avoidReplica = time.Second
)

// NewReader returns a Reader; replica may be nil.
func NewReader(primary, replica *pgxpool.Pool, logger *slog.Logger) *Reader {
	return &Reader{primary: primary, replica: replica, logger: logger}
}

// Reads counts what was read, and tells whether there is a replica and it could be used at the last try.
func (r *Reader) Reads() (fromPrimary, fromReplica int64, usable bool) {
	return r.fromPrimary.Load(), r.fromReplica.Load(), r.replica != nil && !r.unusable.Load()
}

// Read calls read with where to read from. When the replica fails in the middle, read is called again with the primary, so nobody
// may see what the first call has read. It holds a connection, so it must not wait for people.
func (r *Reader) Read(ctx context.Context, read func(Source) error) error {
	if r.replica != nil && time.Now().UnixNano() >= r.avoidUntil.Load() {
		err := r.fromReplicaAsOfNow(ctx, read)
		var why *unusableError
		if !errors.As(err, &why) {
			return err
		}
		if ctx.Err() != nil {
			return err
		}
		r.avoid(ctx, why)
	}
	r.fromPrimary.Add(1)
	return read(r.primary)
}

// unusableError is why the replica cannot be read from.
type unusableError struct{ cause error }

func (e *unusableError) Error() string { return "replica: " + e.cause.Error() }
func (e *unusableError) Unwrap() error { return e.cause }

func (r *Reader) avoid(ctx context.Context, why error) {
	r.avoidUntil.Store(time.Now().Add(avoidReplica).UnixNano())
	if !r.unusable.Swap(true) {
		r.logger.WarnContext(ctx, "the replica cannot be read from; long lists are read from the primary", "error", why)
	}
}

// fromReplicaAsOfNow reads from the replica what has been committed by now, or fails with an unusableError.
func (r *Reader) fromReplicaAsOfNow(ctx context.Context, read func(Source) error) error {
	now, err := positionOf(ctx, r.primary)
	var failed *pgconn.PgError
	if errors.As(err, &failed) && failed.Code == notInPrerequisiteState {
		return &Error{Kind: Unavailable, Message: "the database is changing its leader; try again in a few seconds", RetryAfter: 2 * time.Second}
	}
	if err != nil {
		return err
	}
	conn, err := r.caughtUp(ctx, now, catchUp)
	if err != nil {
		return &unusableError{err}
	}
	defer conn.Release()
	if r.unusable.Swap(false) {
		r.logger.InfoContext(ctx, "the replica is read from again")
	}
	err = read(conn)
	if err != nil && (conn.Conn().IsClosed() || errors.As(err, &failed)) { // gone, or the read stood in the way of what it replays
		return &unusableError{err}
	}
	r.fromReplica.Add(1)
	return err
}

// position is a place in the log of a primary. Places of different timelines cannot be compared: after a failover a replica may
// hold what the new primary never had.
type position struct {
	lsn      string
	timeline int64
}

// Where commits do not wait for the log, what others see need not be written yet; a replica then waits for what is.
const positionSQL = `
SELECT (CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END)::text,
       ('x' || lpad(substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8), 16, '0'))::bit(64)::bigint`

func positionOf(ctx context.Context, primary DBTX) (p position, err error) {
	err = primary.QueryRow(ctx, positionSQL).Scan(&p.lsn, &p.timeline)
	return p, err
}

// The timeline is the one of the last restart point or of what was flushed since: after a failover it may take a while to follow,
// and the primary is read meanwhile.
const reachedSQL = `
SELECT COALESCE(pg_last_wal_replay_lsn() >= $1::text::pg_lsn, false), COALESCE(pg_last_wal_replay_lsn()::text, ''),
       (SELECT min_recovery_end_timeline FROM pg_control_recovery())::bigint`

// caughtUp returns a connection to the replica, on which everything up to a position can be seen.
func (r *Reader) caughtUp(ctx context.Context, target position, within time.Duration) (*pgxpool.Conn, error) {
	connecting, cancel := context.WithTimeout(ctx, max(replicaConnect, within))
	defer cancel()
	conn, err := r.replica.Acquire(connecting)
	if err != nil {
		return nil, err
	}
	var at position
	deadline := time.Now().Add(within)
	for pause := time.Millisecond; ; pause *= 2 {
		var reached bool
		if err := conn.QueryRow(connecting, reachedSQL, target.lsn).Scan(&reached, &at.lsn, &at.timeline); err != nil {
			conn.Release()
			return nil, err
		}
		if reached && at.timeline == target.timeline {
			return conn, nil
		}
		if time.Now().Add(pause).After(deadline) {
			break
		}
		select {
		case <-connecting.Done():
		case <-time.After(pause):
		}
	}
	if at.lsn == "" || at.timeline == 0 { // it never followed anybody, or leads now: another connection may find one that follows
		_ = conn.Conn().Close(context.WithoutCancel(ctx))
		conn.Release()
		return nil, errors.New("the server of DATABASE_REPLICA_URL follows nobody")
	}
	conn.Release()
	return nil, fmt.Errorf("it is behind: at %s of timeline %d, the primary at %s of timeline %d", at.lsn, at.timeline, target.lsn, target.timeline)
}

// CatchesUp is nil when the replica has, within a time, all that is committed now.
func (r *Reader) CatchesUp(ctx context.Context, within time.Duration) error {
	now, err := positionOf(ctx, r.primary)
	if err != nil {
		return err
	}
	conn, err := r.caughtUp(ctx, now, within)
	if err != nil {
		return err
	}
	conn.Release()
	return nil
}
