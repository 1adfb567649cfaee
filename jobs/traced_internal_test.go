package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"placeops/tracing"
)

func recording() (*traced, *tracetest.SpanRecorder) {
	spans := tracetest.NewSpanRecorder()
	return &traced{tracing: tracing.With(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))}, spans
}

// asked is a job of a trace, with what else was kept with it.
func asked(t *testing.T, plugin *traced, ago time.Duration) *rivertype.JobRow {
	t.Helper()
	ctx, root := plugin.tracing.Root(t.Context(), "request")
	defer root.End()
	params := []*rivertype.JobInsertParams{{Metadata: []byte(`{"kept": [1, 2]}`)}, {}}
	_, err := plugin.InsertMany(ctx, params, func(context.Context) ([]*rivertype.JobInsertResult, error) { return nil, nil })
	require.NoError(t, err)
	var metadata map[string]any
	require.NoError(t, json.Unmarshal(params[0].Metadata, &metadata))
	require.Equal(t, []any{1., 2.}, metadata["kept"])
	require.NotEmpty(t, metadata["traceparent"])
	require.Contains(t, string(params[1].Metadata), "traceparent")
	return &rivertype.JobRow{Kind: "auto-publish", Metadata: params[0].Metadata, CreatedAt: time.Now().Add(-ago)}
}

func TestAJobOfLongAgoHasATraceOfItsOwn(t *testing.T) {
	t.Parallel()
	for ago, same := range map[time.Duration]bool{time.Second: true, 14 * 24 * time.Hour: false} {
		plugin, spans := recording()
		job := asked(t, plugin, ago)
		require.NoError(t, plugin.Work(t.Context(), job, func(context.Context) error { return nil }))
		insert, request, work := spans.Ended()[0], spans.Ended()[1], spans.Ended()[2]
		require.Equal(t, request.SpanContext().TraceID(), insert.SpanContext().TraceID())
		require.Equal(t, same, work.SpanContext().TraceID() == request.SpanContext().TraceID())
		if same {
			require.Equal(t, insert.SpanContext().SpanID(), work.Parent().SpanID())
			require.Empty(t, work.Links())
		} else {
			require.Equal(t, insert.SpanContext().SpanID(), work.Links()[0].SpanContext.SpanID())
		}
	}
}

func TestWhatTheClockAsksForCarriesNoTrace(t *testing.T) {
	t.Parallel()
	plugin, spans := recording()
	params := []*rivertype.JobInsertParams{{}}
	_, err := plugin.InsertMany(t.Context(), params, func(context.Context) ([]*rivertype.JobInsertResult, error) { return nil, nil })
	require.NoError(t, err)
	require.Empty(t, params[0].Metadata)
	require.NoError(t, plugin.Work(t.Context(), &rivertype.JobRow{Kind: "backup", CreatedAt: time.Now()}, func(context.Context) error { return nil }))
	require.Len(t, spans.Ended(), 1)
}

func TestAJobThatGoesOnLaterHasNotFailed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status codes.Code
	}{{&rivertype.JobSnoozeError{}, codes.Unset}, {errors.New("a name"), codes.Error}} {
		plugin, spans := recording()
		err := plugin.Work(t.Context(), &rivertype.JobRow{Kind: "send-email", CreatedAt: time.Now()}, func(context.Context) error { return c.err })
		require.ErrorIs(t, err, c.err)
		require.Equal(t, c.status, spans.Ended()[0].Status().Code)
		require.Empty(t, spans.Ended()[0].Status().Description)
	}
}
