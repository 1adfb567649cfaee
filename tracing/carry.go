package tracing

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// w3c is how a trace goes from program to program, and here also from a request to its jobs.
var w3c propagation.TraceContext

// Carrier is where the marks of a trace travel: the headers of a request, what is kept with a job.
type Carrier = propagation.TextMapCarrier

// Marks are a Carrier of their own.
type Marks = propagation.MapCarrier

// Carry writes the trace of ctx, if there is one, into what goes on without ctx.
func Carry(ctx context.Context, to Carrier) { w3c.Inject(ctx, to) }

// Carried returns ctx as a part of the trace that came with from, if one did.
func Carried(ctx context.Context, from Carrier) context.Context { return w3c.Extract(ctx, from) }

// InTrace tells whether ctx is a part of a trace, recorded or not.
func InTrace(ctx context.Context) bool { return trace.SpanContextFromContext(ctx).IsValid() }
