package tracing

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Request begins the span of a request, as a part of the trace that came with it if one did. Its route shows only in the end.
func (t *Tracing) Request(r *http.Request) (context.Context, trace.Span) {
	ctx := Carried(r.Context(), propagation.HeaderCarrier(r.Header))
	return t.Root(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
}

// Answered is how a request was answered.
type Answered struct {
	Method, Route string // the route's template; empty where none matched
	Status        int
	RequestID     string
}

// EndRequest ends the span of a request.
func EndRequest(span trace.Span, a Answered) {
	defer span.End()
	if !span.IsRecording() {
		return
	}
	switch a.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		a.Method = "_OTHER" // anybody can make one up
	}
	name := a.Method
	if a.Route != "" {
		name += " " + a.Route
		span.SetAttributes(attribute.String("http.route", a.Route))
	}
	span.SetName(name)
	span.SetAttributes(attribute.String("http.request.method", a.Method), attribute.Int("http.response.status_code", a.Status),
		attribute.String("placeops.request_id", a.RequestID))
	if a.Status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
	}
}
