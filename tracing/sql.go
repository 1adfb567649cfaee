package tracing

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// SQL returns what traces the statements of a pool; nil while tracing is off, so that a pool has no tracer at all.
func (t *Tracing) SQL() pgx.QueryTracer {
	if t == nil {
		return nil
	}
	return statements{t.tracer}
}

// statements makes a span of each statement that belongs to something traced. What the job queue does by itself, all the time,
// belongs to nothing.
type statements struct{ tracer trace.Tracer }

var aboutSQL = trace.WithAttributes(attribute.String("db.system.name", "postgresql"))

func (s statements) start(ctx context.Context, name string) context.Context {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return ctx
	}
	ctx, _ = s.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), aboutSQL)
	return ctx
}

// end ends what start began with the same ctx: where it began nothing, what is there records nothing.
func (statements) end(ctx context.Context, tag pgconn.CommandTag, err error) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		span.SetAttributes(attribute.String("db.response.status_code", refused.Code))
	}
	if err == nil && tag.RowsAffected() > 0 {
		span.SetAttributes(attribute.Int64("db.response.returned_rows", tag.RowsAffected()))
	}
	End(span, err)
}

// TraceQueryStart implements pgx.QueryTracer.
func (s statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return s.start(ctx, StatementName(data.SQL))
}

// TraceQueryEnd implements pgx.QueryTracer.
func (s statements) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	s.end(ctx, data.CommandTag, data.Err)
}

// TraceBatchStart implements pgx.BatchTracer.
func (s statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return s.start(ctx, "batch")
}

// TraceBatchQuery implements pgx.BatchTracer.
func (statements) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements pgx.BatchTracer.
func (s statements) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchEndData) {
	s.end(ctx, pgconn.CommandTag{}, data.Err)
}

// TraceCopyFromStart implements pgx.CopyFromTracer.
func (s statements) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceCopyFromStartData) context.Context {
	return s.start(ctx, "COPY "+data.TableName[len(data.TableName)-1])
}

// TraceCopyFromEnd implements pgx.CopyFromTracer.
func (s statements) TraceCopyFromEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceCopyFromEndData) {
	s.end(ctx, data.CommandTag, data.Err)
}

// waitWorthTelling is when waiting for a connection is a span of its own.
const waitWorthTelling = time.Millisecond

type acquireKey struct{}

// TraceAcquireStart implements pgxpool.AcquireTracer.
func (statements) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return ctx
	}
	return context.WithValue(ctx, acquireKey{}, time.Now())
}

// TraceAcquireEnd implements pgxpool.AcquireTracer.
func (s statements) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, data pgxpool.TraceAcquireEndData) {
	began, ok := ctx.Value(acquireKey{}).(time.Time)
	if !ok || time.Since(began) < waitWorthTelling {
		return
	}
	_, span := s.tracer.Start(ctx, "wait for a connection", trace.WithTimestamp(began))
	End(span, data.Err)
}

// verbs are the words that a statement without a name of its own goes by.
var verbs = map[string]bool{
	"ANALYZE": true, "BEGIN": true, "COMMIT": true, "COPY": true, "DECLARE": true, "DELETE": true, "FETCH": true, "INSERT": true, "LISTEN": true,
	"LOCK": true, "MERGE": true, "NOTIFY": true, "REFRESH": true, "RELEASE": true, "ROLLBACK": true, "SAVEPOINT": true, "SELECT": true,
	"SET": true, "UPDATE": true, "UNLISTEN": true, "WITH": true,
}

// StatementName is what sqlc calls a statement, or else its first word: never any more of its text, which may hold values.
func StatementName(sql string) string {
	if named, ok := strings.CutPrefix(sql, "-- name: "); ok {
		name, _, _ := strings.Cut(named, " ")
		return name
	}
	sql = strings.TrimSpace(sql)
	end := strings.IndexFunc(sql, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') })
	if end < 0 {
		end = len(sql)
	}
	if verb := strings.ToUpper(sql[:end]); verbs[verb] {
		return verb
	}
	return "statement"
}
