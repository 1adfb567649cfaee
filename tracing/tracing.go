package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// closeTimeout is for the last spans of a process, so that a collector that does not answer holds up no stop.
const closeTimeout = 3 * time.Second

// Tracing sends what it sees to a collector. Nil is off, and every method of it does nothing then.
type Tracing struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// Options are what does not come from OpenTelemetry's own settings, which are read from the environment.
type Options struct {
	Version string
	Logger  *slog.Logger
}

// Open begins to trace. Spans wait in a queue of limited length (OTEL_BSP_MAX_QUEUE_SIZE, 2048) and are sent by a goroutine of their
// own; with a collector that does not take them the queue is full, and those that come then are dropped.
func Open(ctx context.Context, options Options) (*Tracing, error) {
	logger := options.Logger.With("component", "tracing")
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "placeops"), attribute.String("service.version", options.Version)),
		resource.WithHost(), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("traces: OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	// OpenTelemetry keeps this in a package variable. What it has to say is for whoever debugs it; the exporter tells the rest.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.DebugContext(context.Background(), "opentelemetry", "error", err) }))
	return With(sdktrace.NewTracerProvider(
		sdktrace.WithResource(about), sdktrace.WithBatcher(&telling{SpanExporter: exporter, logger: logger}))), nil
}

// With traces with a provider that is there already, as in tests.
func With(provider *sdktrace.TracerProvider) *Tracing {
	return &Tracing{provider: provider, tracer: provider.Tracer("placeops")}
}

// Close sends what still waits, for a few seconds at most.
func (t *Tracing) Close(ctx context.Context) {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // what could not be sent is lost, as with every collector that is away
}

// Root begins a span of something that is not a part of anything in this process.
func (t *Tracing) Root(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	if t == nil {
		return ctx, nothing
	}
	return t.tracer.Start(ctx, name, options...)
}
