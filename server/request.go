package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"regexp"
)

// request is what an operation may want to know of the HTTP request that it serves.
type request struct {
	id      string
	path    string // as the client wrote it, with /api where it did
	query   string
	address string // the client's, seen through trusted proxies
}

type requestKey struct{}

func withRequest(ctx context.Context, r *request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// requestFrom returns the request of ctx; outside of one, an empty request.
func requestFrom(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}

var saneRequestID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)

// requestID takes over an id that came with the request when it is short and plain, so that it can stand in a log.
func requestID(given string) string {
	if saneRequestID.MatchString(given) {
		return given
	}
	random := make([]byte, 12)
	_, _ = rand.Read(random) // never fails, see its documentation
	return hex.EncodeToString(random)
}
