package tracing

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// Logger returns a logger whose lines name the trace that they belong to.
func (t *Tracing) Logger(logger *slog.Logger) *slog.Logger {
	if t == nil {
		return logger
	}
	return slog.New(marking{logger.Handler()})
}

// marking adds the trace to what a handler writes.
type marking struct{ slog.Handler }

// Handle implements slog.Handler.
func (m marking) Handle(ctx context.Context, line slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		line = line.Clone()
		line.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return m.Handler.Handle(ctx, line)
}

// WithAttrs implements slog.Handler.
func (m marking) WithAttrs(attrs []slog.Attr) slog.Handler {
	return marking{m.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (m marking) WithGroup(name string) slog.Handler { return marking{m.Handler.WithGroup(name)} }
