package server

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"placeops/auth"
	"placeops/metrics"
	"placeops/store"
)

// EventOptions bound the streams of job events; zero values mean the defaults.
type EventOptions struct {
	MaxStreams int           // open at once in this process: 200
	Heartbeat  time.Duration // how often a stream without news shows that it lives: 15 s
}

// A stream looks at its job every pollFast; while nothing happens, ever more seldom, down to every pollSlow.
const (
	pollFast = 250 * time.Millisecond
	pollSlow = time.Second
)

const eventStreamType = "text/event-stream"

// eventStreams are the open streams of this process.
type eventStreams struct {
	counts    *metrics.HTTP
	slots     chan struct{}
	heartbeat time.Duration
	stopping  chan struct{}
	stop      func()
}

func newEventStreams(options EventOptions, counts *metrics.HTTP) *eventStreams {
	if options.MaxStreams <= 0 {
		options.MaxStreams = 200
	}
	if options.Heartbeat <= 0 {
		options.Heartbeat = 15 * time.Second
	}
	streams := &eventStreams{
		counts: counts, slots: make(chan struct{}, options.MaxStreams), heartbeat: options.Heartbeat, stopping: make(chan struct{}),
	}
	streams.stop = sync.OnceFunc(func() { close(streams.stopping) })
	return streams
}

func (e *eventStreams) take() bool {
	select {
	case e.slots <- struct{}{}:
		e.counts.StreamOpened()
		return true
	default:
		return false
	}
}

func (e *eventStreams) release() {
	e.counts.StreamClosed()
	<-e.slots
}

type jobEventsInput struct {
	IDInput
	LastEventID string `header:"Last-Event-ID" doc:"The id of the last event that arrived; what it said is not repeated."`
}

type eventsOutput struct {
	ContentType string `header:"Content-Type"`
	Buffering   string `header:"X-Accel-Buffering"`
	Body        func(huma.Context)
}

// jobEvents sends a job whenever it has changed, until it is final. The events come from the database, so they are right
// whichever process works the job, and after a reconnect.
func (s *Server) jobEvents(ctx context.Context, in *jobEventsInput) (*eventsOutput, error) {
	if _, err := s.jobFor(ctx, in.ID); err != nil {
		return nil, err
	}
	if !s.events.take() {
		return nil, &store.Error{
			Kind: store.Unavailable, RetryAfter: 5 * time.Second,
			Message: "too many people are watching jobs at this moment; ask for /jobs/{id} instead",
		}
	}
	return &eventsOutput{ContentType: eventStreamType, Buffering: "no", Body: func(hctx huma.Context) {
		defer s.events.release()
		s.streamJob(hctx, in.ID, in.LastEventID)
	}}, nil
}

// streamJob ends without a word when the client, the server or the caller's access goes, and when the database does: the
// client connects again, and is then told why not if it may not.
func (s *Server) streamJob(hctx huma.Context, jobID int64, lastEventID string) {
	ctx := hctx.Context()
	stream := newEventStream(humaecho.Unwrap(hctx).Response(), lastEventID)
	defer stream.end()
	wait := pollFast
	for {
		job, err := s.jobSeenStill(ctx, jobID)
		if err != nil {
			return
		}
		sent, err := stream.send(job)
		switch {
		case err != nil:
			return
		case job.FinalizedAt != nil:
			if !stream.started { // the client has seen the end: 204 tells it not to come back
				stream.w.WriteHeader(http.StatusNoContent)
			}
			return
		case sent:
			wait = pollFast
		case stream.heartbeat(s.events.heartbeat) != nil:
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-s.events.stopping:
			return
		case <-time.After(wait):
			wait = min(wait*3/2, pollSlow)
		}
	}
}

// jobSeenStill reads a job for whoever asked for its events, if they still may.
func (s *Server) jobSeenStill(ctx context.Context, jobID int64) (*JobBody, error) {
	p, err := s.standing(ctx, proofFrom(ctx).Session)
	if err != nil {
		return nil, err
	}
	if err := authorise(p, everyone, false); err != nil {
		return nil, err
	}
	ctx = auth.WithPrincipal(ctx, p)
	row, err := s.jobFor(ctx, jobID)
	if err != nil {
		return nil, err
	}
	return s.jobBody(ctx, row)
}
