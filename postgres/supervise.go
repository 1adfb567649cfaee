//go:build unix

package postgres

import (
	"context"
	"fmt"
	"os"
	"time"
)

// restartDelays are the pauses before consecutive tries; the last one repeats.
var restartDelays = []time.Duration{0, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second}

// stableAfter is how long a server must have run for the pauses to start over.
const stableAfter = 10 * time.Second

// supervise brings the server back whenever it dies, until Stop is called or
// that proves impossible.
func (s *Server) supervise() {
	defer close(s.finished)
	tries := 0
	for {
		running := s.getCurrent()
		began := time.Now()
		select {
		case <-s.stopping.Done():
			s.stopErr = s.takeDown()
			return
		case <-running.exited:
		}
		if time.Since(began) >= stableAfter {
			tries = 0
		}
		s.setCurrent(nil)
		s.cfg.Logger.Error("PostgreSQL died and is started again", "state", running.state)
		if err := s.bringBack(&tries); err != nil {
			if s.stopping.Err() == nil {
				s.failed <- err
			}
			s.stopErr = s.takeDown()
			return
		}
	}
}

// bringBack starts the server again, try after try, each after a longer pause.
// tries counts on from earlier calls. It returns an error when Stop is called
// or starts have failed for too long.
func (s *Server) bringBack(tries *int) error {
	died := time.Now()
	for {
		delay := restartDelays[min(*tries, len(restartDelays)-1)]
		*tries++
		if err := pause(s.stopping, delay); err != nil {
			return err
		}
		err := s.relaunch(s.stopping)
		if err == nil {
			s.countRestart()
			s.cfg.Logger.Info("PostgreSQL is running again", "pid", s.Pid(), "took_ms", time.Since(died).Milliseconds())
			return nil
		}
		if s.stopping.Err() != nil {
			return err
		}
		if time.Since(died) > s.cfg.giveUpAfter {
			return fmt.Errorf("PostgreSQL in %s died and could not be started again: %w", s.place.dir, err)
		}
		s.cfg.Logger.Error("PostgreSQL did not start, trying again", "try", *tries, "error", err)
	}
}

func (s *Server) relaunch(ctx context.Context) error {
	if err := clearPredecessors(ctx, s.place, s.cfg.Logger); err != nil {
		return err
	}
	return s.launch(ctx)
}

func (s *Server) countRestart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.restarts++
}

// Stop shuts the server down: fast at first, then immediately, then by force;
// sooner if ctx ends. It returns when nothing runs any more, with an error if
// that was not a clean shutdown. More calls return the same.
func (s *Server) Stop(ctx context.Context) error {
	s.endIt()
	select {
	case <-s.finished:
	case <-ctx.Done():
		s.hurryOnce.Do(func() { close(s.hurry) })
		<-s.finished
	}
	return s.stopErr
}

// takeDown ends whatever still runs and gives the directory free.
func (s *Server) takeDown() error {
	var err error
	if p := s.getCurrent(); p != nil {
		began := time.Now()
		if err = p.stop(s.hurry); err != nil {
			// Ended by force it may leave backends behind.
			_ = clearPredecessors(context.Background(), s.place, s.cfg.Logger)
		}
		s.setCurrent(nil)
		s.cfg.Logger.Info("PostgreSQL has stopped", "took_ms", time.Since(began).Milliseconds())
	}
	if s.socketDir != "" {
		_ = os.RemoveAll(s.socketDir)
	}
	s.held.release()
	return err
}
