package cli

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/store"
)

const (
	// sealEvery is how long an entry of the audit trail may wait for its seal. Until then nothing proves it.
	sealEvery = 5 * time.Second
	// sealOverdue is what no transaction of placeops takes: somebody else's keeps the entries from being sealed.
	sealOverdue = 15 * time.Minute
)

// startSealing seals the audit trail every few seconds, and its end when everything else has stopped.
func (s *service) startSealing(ctx context.Context, pool *pgxpool.Pool) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		keepSealed(ctx, pool, s.logger)
	}()
	s.onStop(func(stopping context.Context) error {
		cancel()
		<-ended
		sealing, cancel := context.WithTimeout(stopping, sealPatience)
		defer cancel()
		if err := store.SealAudit(sealing, pool); err != nil {
			s.logger.WarnContext(ctx, "the end of the audit trail is not sealed; it will be at the next start", "error", err)
		}
		return nil
	})
}

func keepSealed(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger) {
	var sealer store.AuditSealer
	var warned time.Time
	for ticks := time.NewTicker(sealEvery); ; {
		unsealed, done, err := sealer.Step(ctx, pool)
		if err == nil && !done { // mostly nobody writes just then
			unsealed, _, err = sealer.Step(ctx, pool)
		}
		overdue := err == nil && unsealed.Entries > 0 && time.Since(unsealed.Since) > sealOverdue
		if (overdue || err != nil && ctx.Err() == nil) && time.Since(warned) > sealOverdue {
			warned = time.Now()
			logger.WarnContext(ctx, "the audit trail cannot be sealed; a transaction that has been open for long keeps it from that, or the database is away",
				"entries", unsealed.Entries, "since", unsealed.Since, "error", err)
		}
		select {
		case <-ctx.Done():
			ticks.Stop()
			return
		case <-ticks.C:
		}
	}
}
