package tracing_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"placeops/tracing"
)

func recorded(t *testing.T) (provider *sdktrace.TracerProvider, spans *tracetest.SpanRecorder) {
	t.Helper()
	spans = tracetest.NewSpanRecorder()
	return sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)), spans
}

func TestAStatementGoesByItsNameAndNeverByItsText(t *testing.T) {
	t.Parallel()
	for sql, name := range map[string]string{
		"-- name: RegisterMany :many\nINSERT INTO registrations": "RegisterMany",
		"\nSELECT 'a secret'": "SELECT",
		"BEGIN; SET LOCAL placeops.acting = '7|publishDrive|r'": "BEGIN",
		"commit":              "COMMIT",
		"savepoint sp_0_1":    "SAVEPOINT",
		"-- a secret\nSELECT": "statement",
		"'a secret'":          "statement",
		"secret":              "statement",
		"":                    "statement",
	} {
		require.Equal(t, name, tracing.StatementName(sql), sql)
	}
}

type carriedKey struct{}

func TestOutsideOfATraceStartCostsNothing(t *testing.T) { //nolint:paralleltest // AllocsPerRun must run alone
	ctx := context.WithValue(t.Context(), carriedKey{}, "what a request carries")
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		inner, span := tracing.Start(ctx, "a part")
		tracing.End(span, nil)
		if inner != ctx {
			t.Error("a context of its own")
		}
	}))
	var off *tracing.Tracing
	require.Nil(t, off.SQL())
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		_, span := off.Root(ctx, "a root")
		span.End()
		off.Close(ctx)
	}))
	logger := slog.New(slog.DiscardHandler)
	require.Same(t, logger, off.Logger(logger))
}

func TestAnErrorShowsItsKindAndNotItsText(t *testing.T) {
	t.Parallel()
	provider, spans := recorded(t)
	ctx, root := provider.Tracer("test").Start(t.Context(), "root")
	_, span := tracing.Start(ctx, "a part")
	tracing.End(span, errors.New("a student by the name of Asha"))
	root.End()
	part := spans.Ended()[0]
	require.Equal(t, codes.Error, part.Status().Code)
	require.Empty(t, part.Status().Description)
	require.Empty(t, part.Events())
	require.Len(t, part.Attributes(), 1)
	require.Equal(t, "*errors.errorString", part.Attributes()[0].Value.AsString())
}

func TestWhatIsDoneTogetherIsAPartOfTheFirstAndLinkedWithTheOthers(t *testing.T) {
	t.Parallel()
	provider, spans := recorded(t)
	var served []trace.Span
	for range 3 {
		_, span := provider.Tracer("test").Start(t.Context(), "request")
		served = append(served, span)
	}
	_, together := tracing.Together(t.Context(), "together", served)
	together.End()
	for _, span := range served {
		span.End()
	}
	ended := spans.Ended()
	require.Equal(t, served[0].SpanContext().SpanID(), ended[0].Parent().SpanID())
	require.Len(t, ended[0].Links(), 2)
	require.Empty(t, ended[1].Links())
	for i := range 2 {
		require.Equal(t, served[i+1].SpanContext().SpanID(), ended[0].Links()[i].SpanContext.SpanID())
		require.Equal(t, together.SpanContext().SpanID(), ended[i+2].Links()[0].SpanContext.SpanID())
	}
	_, none := tracing.Together(t.Context(), "together", nil)
	require.False(t, none.IsRecording())
}

func TestARequestGoesByItsRoute(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answered tracing.Answered
		name     string
		failed   codes.Code
	}{
		{tracing.Answered{Method: http.MethodGet, Route: "/drives/:id", Status: 404}, "GET /drives/:id", codes.Unset},
		{tracing.Answered{Method: http.MethodPost, Route: "", Status: 405}, "POST", codes.Unset},
		{tracing.Answered{Method: "A-NAME", Route: "", Status: 503}, "_OTHER", codes.Error},
	} {
		provider, spans := recorded(t)
		_, span := provider.Tracer("test").Start(t.Context(), "request")
		tracing.EndRequest(span, c.answered)
		require.Equal(t, c.name, spans.Ended()[0].Name())
		require.Equal(t, c.failed, spans.Ended()[0].Status().Code)
	}
}

func TestLinesOfALogNameTheirTrace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	provider, _ := recorded(t)
	on := &tracing.Tracing{}
	logger := on.Logger(slog.New(slog.NewTextHandler(&out, nil))).With("component", "c")
	ctx, span := provider.Tracer("test").Start(t.Context(), "request")
	logger.InfoContext(ctx, "inside")
	require.Contains(t, out.String(), "trace_id="+span.SpanContext().TraceID().String()+" span_id="+span.SpanContext().SpanID().String())
	out.Reset()
	logger.InfoContext(t.Context(), "outside")
	require.NotContains(t, out.String(), "trace_id")
}
