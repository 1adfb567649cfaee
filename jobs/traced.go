package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"placeops/tracing"
)

// traced makes a request and the jobs that it asks for one trace, across the queue: the trace's marks are kept with the job.
type traced struct {
	river.MiddlewareDefaults
	tracing *tracing.Tracing
}

// InsertMany is called by the queue around every insert. What the clock asks for belongs to no trace.
func (*traced) InsertMany(ctx context.Context, params []*rivertype.JobInsertParams, insert func(context.Context) ([]*rivertype.JobInsertResult, error),
) (inserted []*rivertype.JobInsertResult, err error) {
	if !tracing.InTrace(ctx) {
		return insert(ctx)
	}
	ctx, span := tracing.Start(ctx, "insert jobs", trace.WithSpanKind(trace.SpanKindProducer), aboutQueue)
	defer func() { tracing.End(span, err) }()
	for _, p := range params {
		if p.Metadata, err = withMarks(ctx, p.Metadata); err != nil {
			return nil, err
		}
	}
	return insert(ctx)
}

var aboutQueue = trace.WithAttributes(attribute.String("messaging.system", "river"))

func withMarks(ctx context.Context, metadata []byte) ([]byte, error) {
	kept := map[string]json.RawMessage{}
	if len(metadata) > 0 {
		if err := json.Unmarshal(metadata, &kept); err != nil {
			return nil, err
		}
	}
	marks := tracing.Marks{}
	tracing.Carry(ctx, marks)
	for name, value := range marks {
		quoted, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		kept[name] = quoted
	}
	return json.Marshal(kept)
}

// sameTrace is for how long after its insert a job is a part of the same trace. Collectors think a trace complete after a while, so
// one that was inserted for a day to come begins a trace of its own, with a link to where it was asked for.
const sameTrace = time.Hour

// Work is called by the queue around every job.
func (t *traced) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) (err error) {
	options := []trace.SpanStartOption{
		trace.WithSpanKind(trace.SpanKindConsumer), aboutQueue, trace.WithAttributes(
			attribute.String("messaging.destination.name", job.Queue), attribute.Int64("placeops.job.id", job.ID),
			attribute.String("placeops.job.kind", job.Kind), attribute.Int("placeops.job.attempt", job.Attempt)),
	}
	asked := tracing.Carried(ctx, marksOf(job))
	if time.Since(job.CreatedAt) < sameTrace {
		ctx = asked
	} else if tracing.InTrace(asked) {
		options = append(options, trace.WithLinks(trace.LinkFromContext(asked)))
	}
	ctx, span := t.tracing.Root(ctx, "job "+job.Kind, options...)
	defer func() { endJob(span, err) }()
	return work(ctx)
}

// endJob knows that a job which lets others have their turn has not failed.
func endJob(span trace.Span, err error) {
	var snoozed *rivertype.JobSnoozeError
	if errors.As(err, &snoozed) {
		span.SetAttributes(attribute.Bool("placeops.job.snoozed", true))
		err = nil
	}
	tracing.End(span, err)
}

func marksOf(job *rivertype.JobRow) tracing.Marks {
	var kept struct {
		Parent string `json:"traceparent"`
		State  string `json:"tracestate"`
	}
	_ = json.Unmarshal(job.Metadata, &kept) // then there are no marks
	marks := tracing.Marks{}
	if kept.Parent != "" {
		marks["traceparent"], marks["tracestate"] = kept.Parent, kept.State
	}
	return marks
}
