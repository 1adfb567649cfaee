package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"time"
)

// startProfiles opens the listener for Go's profiles where the settings want one. It is for people on this machine: a profile shows
// what is in memory, and taking one costs time.
func (s *service) startProfiles(ctx context.Context) error {
	if s.cfg.PprofAddr == "" {
		return nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.PprofAddr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s (%w): choose another PLACEOPS_PPROF_ADDR", s.cfg.PprofAddr, err)
	}
	if !isLoopback(listener.Addr().String()) { // localhost is what a hosts file says it is
		return errors.Join(fmt.Errorf("PLACEOPS_PPROF_ADDR: %s is not on this machine alone", listener.Addr()), listener.Close())
	}
	web := &http.Server{
		Handler: onlyFromHere(profiles()), ReadHeaderTimeout: 5 * time.Second, // an answer lasts as long as its profile
		ErrorLog: slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	s.onStop(func(context.Context) error { // a profile that is being taken is not waited for
		err := web.Close()
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
		return err
	})
	s.logger.InfoContext(ctx, "profiles", "url", fmt.Sprintf("http://%s/debug/pprof/", listener.Addr()))
	return nil
}

func profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	return mux
}

// onlyFromHere refuses what a web page on another address makes a browser of this machine ask for, under a name of its own.
func onlyFromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) || r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") == "cross-site" {
			http.Error(w, "only for programs on this machine", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
