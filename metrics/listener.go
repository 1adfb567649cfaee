package metrics

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	listenerReadTimeout = 5 * time.Second
	// listenerWriteTimeout is longer than all statements of a scrape may take together.
	listenerWriteTimeout = 15 * time.Second
	listenerIdleTimeout  = 2 * time.Minute
	listenerMaxHeader    = 8 << 10
	// scrapesAtOnce bounds the work that strangers can make.
	scrapesAtOnce = 8
)

// Listener answers GET /metrics, and nothing else, to whoever reaches its address.
type Listener struct {
	address net.Addr
	http    *http.Server
	served  chan error
}

// Listen begins to answer on address, a host:port.
func (m *Metrics) Listen(ctx context.Context, address string, logger *slog.Logger) (*Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.handler(scrapesAtOnce))
	l := &Listener{
		address: listener.Addr(),
		http: &http.Server{
			Handler: mux, ReadTimeout: listenerReadTimeout, WriteTimeout: listenerWriteTimeout, IdleTimeout: listenerIdleTimeout,
			MaxHeaderBytes: listenerMaxHeader, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		},
		served: make(chan error, 1),
	}
	go func() { l.served <- l.http.Serve(listener) }()
	return l, nil
}

// Address is where it listens.
func (l *Listener) Address() net.Addr { return l.address }

// Shutdown stops listening and lets scrapes that are under way finish, at most until ctx ends; then it cuts them off.
func (l *Listener) Shutdown(ctx context.Context) error {
	err := l.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, l.http.Close())
	}
	if served := <-l.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
