//go:build unix

package postgres

import "time"

// BinDir is where the server's binaries are.
func (s *Server) BinDir() string { return s.bins.dir }

// GivingUpAfter shortens how long restarts may fail.
func (c Config) GivingUpAfter(d time.Duration) Config {
	c.giveUpAfter = d
	return c
}
