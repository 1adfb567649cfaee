package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// scenario is one request, and what its answer must be.
type scenario struct {
	name   string
	as     string // a person of the harness; "" is nobody
	method string // GET unless given
	path   string
	body   any               // see harness.call
	header map[string]string // beside the usual ones, or instead of them
	want   int               // the status
	says   string            // a part of the answer, where its words matter
	faults []string          // the fields that a 422 names, all of them, in any order
}

// play sends the requests of a table one after the other; a later one finds what an earlier one left.
func (h *harness) play(scenarios []scenario) {
	h.t.Helper()
	for _, s := range scenarios {
		h.t.Run(s.name, func(t *testing.T) {
			here := *h
			here.t = t
			here.meet(s)
		})
	}
}

func (h *harness) meet(s scenario) {
	h.t.Helper()
	if s.method == "" {
		s.method = http.MethodGet
	}
	request := h.request(s.as, s.method, s.path, s.body)
	for name, value := range s.header {
		request.Header.Set(name, value)
	}
	answer := h.do(request).is(s.want)
	require.Contains(h.t, string(answer.body), s.says)
	if s.faults != nil {
		named := []string{}
		for field := range answer.faults() {
			named = append(named, field)
		}
		require.ElementsMatch(h.t, s.faults, named, "%s: %s", answer.what, answer.body)
	}
}
