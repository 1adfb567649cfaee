//go:build !unix

package postgres

import (
	"context"
	"errors"
	"time"
)

var errUnsupported = errors.New("placeops cannot run its own PostgreSQL on this operating system: set DATABASE_URL to a PostgreSQL server")

// Server is a running PostgreSQL server; there is none on this platform.
type Server struct{}

// Start returns an error that tells to set DATABASE_URL.
func Start(context.Context, Config) (*Server, error) { return nil, errUnsupported }

// Open returns an error that tells to set DATABASE_URL.
func Open(context.Context, Config) (string, func(context.Context) error, error) {
	return "", nil, errUnsupported
}

// URL returns "".
func (s *Server) URL() string { return "" }

// Pid returns 0.
func (s *Server) Pid() int { return 0 }

// Restarts returns 0.
func (s *Server) Restarts() int { return 0 }

// DataDir returns "".
func (s *Server) DataDir() string { return "" }

// Failed returns a channel that never delivers.
func (s *Server) Failed() <-chan error { return nil }

// Stop does nothing.
func (s *Server) Stop(context.Context) error { return nil }

// ErrNoWAL says that an archive does not have a file of the write-ahead log.
var ErrNoWAL = errors.New("the archive does not have this file")

// Recovery says what Restore makes a cluster of.
type Recovery struct {
	Major    int
	Unpack   func(ctx context.Context, folder string, own func(path string) error) error
	Fetch    func(ctx context.Context, name, path string) error
	Timeline uint32
	To       time.Time
	Finish   func(ctx context.Context, url string) error
}

// Restore returns an error that tells to set DATABASE_URL.
func Restore(context.Context, Config, *Recovery) error { return errUnsupported }
