package cli

import (
	"context"

	"placeops/config"
	"placeops/uploads"
)

// openUploads opens the store that the settings name.
func openUploads(ctx context.Context, cfg *config.Config) (*uploads.Store, error) {
	if cfg.UploadsURL == "" {
		return uploads.Open(ctx, cfg.UploadsDir)
	}
	return uploads.OpenURL(ctx, cfg.UploadsURL, cfg.UploadsDir)
}
