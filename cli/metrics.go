package cli

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/metrics"
	"placeops/store"
)

// startMetrics begins to count, and opens the listener for scrapes where the settings want one. It outlives requests and
// jobs, so that an operator can watch them end.
func (s *service) startMetrics(ctx context.Context, pool *pgxpool.Pool, reader *store.Reader) error {
	options := metrics.Options{
		Version: version(), Logger: s.logger, Pool: pool, Reader: reader, Folders: map[string]string{"uploads": s.cfg.UploadsDir},
		Backups: s.cfg.BackupSchedule() != nil, Archive: s.archive != nil,
	}
	if s.database != nil {
		options.Postgres, options.Folders["data"] = s.database, s.cfg.DataDir
	}
	s.metrics = metrics.New(options)
	if s.cfg.MetricsAddr == "" {
		return nil
	}
	listener, err := s.metrics.Listen(ctx, s.cfg.MetricsAddr, s.logger)
	if err != nil {
		return fmt.Errorf("cannot listen on %s (%w): choose another PLACEOPS_METRICS_ADDR", s.cfg.MetricsAddr, err)
	}
	s.onStop(listener.Shutdown)
	s.logger.InfoContext(ctx, "metrics", "url", fmt.Sprintf("http://%s/metrics", reachable(listener.Address())))
	return nil
}
