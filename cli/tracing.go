package cli

import (
	"context"
	"fmt"
	"os"

	"placeops/tracing"
)

// startTracing begins to follow requests and jobs where the settings name a collector. OpenTelemetry reads its settings from the
// environment; what the .env file says of them goes there.
func (s *service) startTracing(ctx context.Context) (err error) {
	settings := s.cfg.Tracing()
	if settings == nil {
		return nil
	}
	for name, value := range settings {
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if s.tracing, err = tracing.Open(ctx, tracing.Options{Version: version(), Logger: s.logger}); err != nil {
		return err
	}
	s.logger = s.tracing.Logger(s.logger)
	return nil
}
