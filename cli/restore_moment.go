package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/spf13/cobra"

	"placeops/backup"
	"placeops/config"
	"placeops/pitr"
	"placeops/postgres"
	"placeops/store"
	"placeops/uploads"
)

// wish is what the flags of restore say about the moment.
type wish struct {
	to       string
	timeline uint32
	cluster  string
}

// restoreMoment makes the data folder hold what was there at a moment.
func (a *app) restoreMoment(cmd *cobra.Command, moment wish) error {
	ctx := cmd.Context()
	if cmd.Flags().Changed("replace") {
		return errors.New("--replace goes with FILE: with --archive restore into an empty data directory (PLACEOPS_DATA_DIR)")
	}
	archive, cfg, err := a.archiveOf(cmd)
	if err != nil {
		return err
	}
	to, err := parseMoment(moment.to, cfg.Zone)
	if err != nil {
		return err
	}
	plan, err := archive.Plan(ctx, pitr.Wish{To: to, Timeline: moment.timeline, System: moment.cluster})
	if err != nil {
		return err
	}
	did := &finishing{archive: archive, cfg: cfg, plan: plan}
	// A try to stop at a moment after which nothing happened ends in an error of the server's that is none.
	quiet := slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: max(cfg.LogLevel, slog.LevelError+1)}))
	if cfg.LogLevel == slog.LevelDebug {
		quiet = a.logger(cfg)
	}
	if err := postgres.Restore(ctx, embeddedConfig(cfg, postgres.HolderCommand, quiet, nil), archive.Recovery(plan, did.finish)); err != nil {
		return err
	}
	a.printMoment(cfg, plan, did)
	return nil
}

// momentForms are how a moment can be written without a zone, by the office's clocks.
var momentForms = []string{"2006-01-02T15:04:05.999999", "2006-01-02T15:04", "2006-01-02 15:04:05.999999", "2006-01-02 15:04"}

func parseMoment(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	for _, form := range momentForms {
		if at, err := time.ParseInLocation(form, text, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("--to must be a moment such as 2026-11-28T14:30:00+05:30, or 2026-11-28T14:30 by the office's clocks (PLACEOPS_TZ), not %q", text)
}

// finishing is what a restore does once everything is replayed.
type finishing struct {
	archive *pitr.Archive
	cfg     *config.Config
	plan    pitr.Plan

	restored int
	lacking  []string
}

func (f *finishing) finish(ctx context.Context, url string) error {
	pool, err := store.OpenPool(ctx, url, store.PoolOptions{MaxConns: 2, Name: "placeops command"})
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := f.restoreFiles(ctx, pool); err != nil {
		return err
	}
	at := f.plan.To
	if at.IsZero() {
		at = f.plan.Until
	}
	return backup.Settle(ctx, pool, at)
}

// restoreFiles makes the folder of uploads now that the data folder is there with its rights.
func (f *finishing) restoreFiles(ctx context.Context, pool *pgxpool.Pool) error {
	if uploads.InBucket(f.cfg.UploadsURL) {
		return nil
	}
	files, err := openUploads(ctx, f.cfg)
	if err != nil {
		return err
	}
	keys, err := backup.ReferencedFiles(ctx, pool)
	if err == nil {
		f.restored, f.lacking, err = f.archive.RestoreFiles(ctx, files, keys)
	}
	return errors.Join(err, files.Close())
}

func (a *app) printMoment(cfg *config.Config, plan pitr.Plan, did *finishing) {
	for _, key := range did.lacking {
		fmt.Fprintf(a.err, "warning: the file %s is not in the archive\n", key)
	}
	at := "the end of the archive, " + clock(plan.Until, cfg.Zone)
	if !plan.To.IsZero() {
		at = clock(plan.To, cfg.Zone)
	}
	fmt.Fprintf(a.out, "restored   %s, from the base backup %s and timeline %d\n", at, plan.Base.ID, plan.Timeline)
	if !uploads.InBucket(cfg.UploadsURL) {
		fmt.Fprintf(a.out, "files      %d restored, %d lacking\n", did.restored, len(did.lacking))
	} else {
		fmt.Fprintln(a.out, "files      none: the uploads are in a bucket of their own")
	}
	fmt.Fprintln(a.out, "Everybody has to sign in again.")
}
