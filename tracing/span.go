package tracing

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// nothing is a span that records nothing.
var nothing trace.Span = noop.Span{}

// Start begins a part of what ctx is in the middle of. Where that is not recorded it does nothing.
func Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	around := trace.SpanFromContext(ctx)
	if !around.IsRecording() {
		return ctx, nothing
	}
	return around.TracerProvider().Tracer("placeops").Start(ctx, name, options...)
}

// End ends a span, with the kind of its error; the error's text may hold what is nobody else's business.
func End(span trace.Span, err error) {
	if err != nil {
		Fail(span, err)
	}
	span.End()
}

// Fail marks a span as failed.
func Fail(span trace.Span, err error) {
	if !span.IsRecording() {
		return
	}
	span.SetStatus(codes.Error, "")
	span.SetAttributes(attribute.String("error.type", fmt.Sprintf("%T", err)))
}

// Together begins a part of the first one of several spans, which it serves all alike: the others are linked with it, both ways.
func Together(ctx context.Context, name string, served []trace.Span) (context.Context, trace.Span) {
	if len(served) == 0 {
		return ctx, nothing
	}
	first, others := served[0], served[1:]
	links := make([]trace.Link, len(others))
	for i, other := range others {
		links[i].SpanContext = other.SpanContext()
	}
	ctx, span := Start(trace.ContextWithSpan(ctx, first), name, trace.WithLinks(links...))
	for _, other := range others {
		other.AddLink(trace.Link{SpanContext: span.SpanContext()})
	}
	return ctx, span
}
