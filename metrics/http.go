package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// HTTP counts requests.
type HTTP struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	inFlight prometheus.Gauge
	streams  prometheus.Gauge
}

// Request is an answered request. The route is a template such as /drives/:id, of which there are only as many as there are
// routes; it is empty where no route matched.
type Request struct {
	Method, Route string
	Status        int // 0: the answer broke off
	Took          time.Duration
	Stream        bool // it lasts for as long as somebody listens
}

// Labels in place of what a client could make up without end, and of a status that says too little.
const (
	unmatched   = "unmatched"
	otherMethod = "OTHER"
	brokenOff   = "broken_off"
)

// A registration takes a few milliseconds, a sign-in some tens, a big export minutes.
var requestBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newHTTP() *HTTP {
	return &HTTP{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "placeops_http_requests_total",
			Help: "Requests answered, by the route's template, method and status; broken_off where the answer could not be finished.",
		}, []string{"route", "method", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "placeops_http_request_duration_seconds",
			Help:    "Time to answer a request, by the route's template and method; without streams of events.",
			Buckets: requestBuckets,
		}, []string{"route", "method"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "placeops_http_requests_in_flight", Help: "Requests that are being answered, streams of events included.",
		}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "placeops_http_event_streams", Help: "Streams of events that are open.",
		}),
	}
}

func (h *HTTP) collectors() []prometheus.Collector {
	return []prometheus.Collector{h.requests, h.duration, h.inFlight, h.streams}
}

// Begin counts a request as under way, until End.
func (h *HTTP) Begin() { h.inFlight.Inc() }

// End counts a request as answered.
func (h *HTTP) End(r Request) {
	h.inFlight.Dec()
	route, method := r.Route, methodLabel(r.Method)
	if route == "" {
		route = unmatched
	}
	h.requests.WithLabelValues(route, method, codeLabel(r.Status)).Inc()
	if !r.Stream {
		h.duration.WithLabelValues(route, method).Observe(r.Took.Seconds())
	}
}

// StreamOpened counts a stream of events as open, until StreamClosed.
func (h *HTTP) StreamOpened() { h.streams.Inc() }

// StreamClosed counts a stream of events as closed.
func (h *HTTP) StreamClosed() { h.streams.Dec() }

func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return otherMethod
}

func codeLabel(status int) string {
	if status == 0 {
		return brokenOff
	}
	return strconv.Itoa(status)
}
