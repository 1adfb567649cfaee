//go:build unix

package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Server is a running PostgreSQL server, kept running until Stop.
type Server struct {
	cfg       Config
	place     layout
	bins      binaries
	held      *lock
	socketDir string

	mu       sync.Mutex
	current  *postmaster // nil while there is none
	restarts int

	stopping  context.Context // ends when Stop is called
	endIt     context.CancelFunc
	hurry     chan struct{} // closed when a caller of Stop runs out of time
	hurryOnce sync.Once
	finished  chan struct{} // closed when nothing runs any more
	stopErr   error         // valid after finished
	failed    chan error
}

// Start runs the server on the data directory and returns when it accepts
// connections; from then on it is restarted whenever it dies. Everything an
// earlier crash left behind is cleared first. ctx limits the start only.
//
// Errors: InUseError if another serve holds the directory (a command that does
// is waited for, up to 30 s), VersionError, ErrNoServer; for a directory that
// is full, not writable or out of reach, a sentence that says what to do.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	cfg, err := cfg.checked(HolderServe)
	if err != nil {
		return nil, err
	}
	place, err := prepareDir(cfg.Dir)
	if err != nil {
		return nil, err
	}
	held, err := lockForServer(ctx, place, cfg.Holder)
	if err != nil {
		return nil, err
	}
	return startLocked(ctx, cfg, place, held)
}

// startLocked starts the server with the lock held, and releases it on failure.
func startLocked(ctx context.Context, cfg Config, place layout, held *lock) (*Server, error) {
	stopping, endIt := context.WithCancel(context.Background())
	s := &Server{
		cfg: cfg, place: place, held: held,
		stopping: stopping, endIt: endIt,
		hurry: make(chan struct{}), finished: make(chan struct{}), failed: make(chan error, 1),
	}
	began := time.Now()
	if err := s.bringUp(ctx); err != nil {
		endIt()
		return nil, errors.Join(err, s.takeDown())
	}
	cfg.Logger.InfoContext(ctx, "PostgreSQL is running", "version", s.bins.version, "pid", s.Pid(), "dir", place.dir,
		"user", place.account.name, "took_ms", time.Since(began).Milliseconds())
	go s.supervise()
	return s, nil
}

func (s *Server) bringUp(ctx context.Context) (err error) {
	// First of all: predecessors run from the files that extraction replaces.
	if err := clearPredecessors(ctx, s.place, s.cfg.Logger); err != nil {
		return err
	}
	if s.bins, err = findBinaries(s.cfg, s.place); err != nil {
		return err
	}
	isNew, err := ensureCluster(ctx, s.cfg, s.place, s.bins)
	if err != nil {
		return err
	}
	if s.socketDir, err = s.place.socketDir(); err != nil {
		return err
	}
	if err := s.launch(ctx); err != nil {
		return err
	}
	if err := ensureDatabase(ctx, s.socketDir, isNew); err != nil {
		return s.place.explain(fmt.Errorf("create the database: %w", err), err.Error())
	}
	return s.held.write(holder{Pid: os.Getpid(), Holder: s.cfg.Holder, URL: s.URL()})
}

// launch starts the server once; nothing is left running if it fails.
func (s *Server) launch(ctx context.Context) error {
	if err := s.place.freshSocketDir(s.socketDir); err != nil {
		return err
	}
	args := append([]string{"-D", s.place.data()}, arguments(settings(s.cfg, s.place, s.bins, s.socketDir))...)
	link, err := newWALLink(s.cfg, s.place, s.socketDir)
	if err != nil {
		return err
	}
	p, err := startPostmaster(s.bins.postgres(), args, s.place.account, s.cfg.Logger, link)
	if err != nil {
		return err
	}
	if err := p.awaitReady(ctx, s.place); err != nil {
		stopErr := p.stop(s.hurry)
		if ctx.Err() != nil {
			return errors.Join(err, stopErr)
		}
		return s.place.explain(err, p.relay.lastWords())
	}
	s.setCurrent(p)
	return nil
}

// URL is a connection URL of the database placeops; it stays the same when the
// server is restarted.
func (s *Server) URL() string { return connectionURL(s.socketDir, databaseName) }

// Pid is the process id of the server's main process, 0 while there is none.
func (s *Server) Pid() int {
	if p := s.getCurrent(); p != nil {
		return p.process.Pid
	}
	return 0
}

// Restarts counts how often the server died and was brought back.
func (s *Server) Restarts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.restarts
}

// DataDir is the folder with the server's own files, among them its write-ahead log.
func (s *Server) DataDir() string { return s.place.data() }

// Failed delivers one error if the server cannot be brought back after dying,
// about a minute after the first failed try. Then nothing runs any more.
func (s *Server) Failed() <-chan error { return s.failed }

func (s *Server) getCurrent() *postmaster {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

func (s *Server) setCurrent(p *postmaster) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = p
}
