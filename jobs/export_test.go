package jobs

import (
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Paced gives tests a RunningSet that looks more often and waits less.
func Paced(every, grace time.Duration) *RunningSet {
	s := NewRunningSet()
	s.every, s.grace = every, grace
	return s
}

// QuickHeartbeats gives tests Heartbeats that look often and wait little.
func QuickHeartbeats(pool *pgxpool.Pool, silent time.Duration) *Heartbeats {
	h := NewHeartbeats(pool, slog.New(slog.DiscardHandler))
	h.alive, h.look, h.silent = 20*time.Millisecond, 20*time.Millisecond, silent
	return h
}
