package tracing

import (
	"context"
	"log/slog"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// telling is an exporter that says once when spans are lost, and once when they no longer are.
type telling struct {
	sdktrace.SpanExporter
	logger *slog.Logger
	lost   atomic.Int64 // spans, since the collector last took some
}

// ExportSpans implements sdktrace.SpanExporter.
func (t *telling) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := t.SpanExporter.ExportSpans(ctx, spans); err != nil {
		if t.lost.Add(int64(len(spans))) == int64(len(spans)) {
			t.logger.WarnContext(ctx, "the collector does not take traces; placeops works on without", "error", err)
		}
		return nil // it is told, and there is nobody who could do anything about it
	}
	if lost := t.lost.Swap(0); lost > 0 {
		t.logger.InfoContext(ctx, "the collector takes traces again", "lost_spans_at_least", lost)
	}
	return nil
}
