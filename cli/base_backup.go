package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/spf13/cobra"

	"placeops/config"
	"placeops/jobs"
	"placeops/pitr"
	"placeops/uploads"
)

// archiveFlag gives PLACEOPS_ARCHIVE.
const archiveFlag = "archive"

// openArchive returns nil when the settings name none.
func openArchive(cfg *config.Config, logger *slog.Logger) (*pitr.Archive, error) {
	if cfg.Archive == "" {
		return nil, nil //nolint:nilnil // see above
	}
	return pitr.Open(cfg.Archive, logger)
}

// uploadsToArchive are the files that go into the archive: none when they are in a bucket of their own.
func uploadsToArchive(cfg *config.Config, files *uploads.Store) *uploads.Store {
	if uploads.InBucket(cfg.UploadsURL) {
		return nil
	}
	return files
}

// scheduledBase is what the job does that takes base backups.
func (s *service) scheduledBase(files *uploads.Store) func(context.Context, jobs.BaseBackupArgs) (jobs.BaseBackupResult, error) {
	files = uploadsToArchive(s.cfg, files)
	if files != nil {
		s.archive.Uploads(files)
	}
	return func(ctx context.Context, args jobs.BaseBackupArgs) (jobs.BaseBackupResult, error) {
		if args.First {
			if has, err := s.archive.HasBase(ctx, s.database.URL()); has || err != nil {
				return jobs.BaseBackupResult{}, err
			}
		}
		base, removed, err := takeBase(ctx, s.archive, s.database.URL(), files, s.cfg.ArchiveKeep)
		return jobs.BaseBackupResult{Base: base.ID, Size: base.Size, FinishedAt: base.FinishedAt, Removed: removed.Bases}, err
	}
}

func takeBase(ctx context.Context, archive *pitr.Archive, url string, files *uploads.Store, keep int) (pitr.Base, pitr.Removed, error) {
	base, err := archive.TakeBase(ctx, url, files, version())
	if err != nil {
		return base, pitr.Removed{}, err
	}
	removed, err := archive.Keep(ctx, base.System, keep)
	return base, removed, err
}

func (a *app) backupBaseCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "base", Short: "Take a base backup into PLACEOPS_ARCHIVE now", Args: cobra.NoArgs,
		Long: "Copies placeops's own database, as PostgreSQL has it, and the uploaded files that are new into the archive, while people\n" +
			"work. With the write-ahead log that follows, any later moment can be restored. Older base backups beyond\n" +
			"PLACEOPS_ARCHIVE_KEEP are removed, and what only they need. serve does all this by itself.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.settings(cmd, true)
			if err != nil {
				return err
			}
			if cfg.Archive == "" {
				return errNoArchive
			}
			return a.backupBase(cmd.Context(), cfg)
		},
	}
	a.settingFlag(cmd, false, archiveFlag, "PLACEOPS_ARCHIVE", "the archive of base backups and the write-ahead log")
	return cmd
}

var errNoArchive = errors.New("no archive is set: set PLACEOPS_ARCHIVE, or name one with --archive")

func (a *app) backupBase(ctx context.Context, cfg *config.Config) error {
	archive, err := openArchive(cfg, a.quietLogger(cfg))
	if err != nil {
		return err
	}
	return a.withDatabase(ctx, cfg, func(pool *pgxpool.Pool) (err error) {
		files, err := openUploads(ctx, cfg)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, files.Close()) }()
		began := time.Now()
		base, removed, err := takeBase(ctx, archive, pool.Config().ConnString(), uploadsToArchive(cfg, files), cfg.ArchiveKeep)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "base       %s, %s of %s, in %v\n", base.ID, bytesText(base.Size), bytesText(base.Unpacked), time.Since(began).Round(100*time.Millisecond))
		a.printBase(base, cfg.Zone)
		if len(removed.Bases) > 0 {
			fmt.Fprintf(a.out, "removed    %d older, %d files of the write-ahead log, %d uploaded files\n", len(removed.Bases), removed.WAL, removed.Files)
		}
		return nil
	})
}

func (a *app) printBase(base pitr.Base, zone *time.Location) {
	fmt.Fprintf(a.out, "reaches    any moment from %s on\n", clock(base.FinishedAt, zone))
	if base.FilesKept {
		fmt.Fprintf(a.out, "files      %d\n", base.Files)
	} else {
		fmt.Fprintln(a.out, "files      none: the uploads are in a bucket of their own and stay there")
	}
}

// clock is a time as it can be given to --to.
func clock(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return "-"
	}
	return at.In(zone).Format(time.RFC3339)
}

func (a *app) backupListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the base backups of PLACEOPS_ARCHIVE and the moments that can be restored", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			archive, cfg, err := a.archiveOf(cmd)
			if err != nil {
				return err
			}
			reports, err := archive.List(cmd.Context())
			if err != nil {
				return err
			}
			for _, report := range reports {
				a.printReport(report, cfg.Zone)
			}
			return nil
		},
	}
	a.settingFlag(cmd, false, archiveFlag, "PLACEOPS_ARCHIVE", "the archive of base backups and the write-ahead log")
	return cmd
}

func (a *app) archiveOf(cmd *cobra.Command) (*pitr.Archive, *config.Config, error) {
	cfg, err := a.settings(cmd, true)
	if err != nil {
		return nil, nil, err
	}
	archive, err := openArchive(cfg, a.quietLogger(cfg))
	if archive == nil && err == nil {
		err = errNoArchive
	}
	return archive, cfg, err
}

func (a *app) printReport(r pitr.Report, zone *time.Location) {
	fmt.Fprintf(a.out, "cluster    %s, %d files of the write-ahead log with %s\n", r.System, r.Segments, bytesText(r.WALSize))
	for _, base := range r.Bases {
		fmt.Fprintf(a.out, "base       %s  timeline %d  PostgreSQL %s  %s  ended %s\n",
			base.ID, base.Timeline, base.Postgres, bytesText(base.Size), clock(base.FinishedAt, zone))
	}
	for _, way := range r.Ways {
		gap := ""
		if way.Gap != "" {
			gap = "  then a gap: " + way.Gap + " is missing"
		}
		fmt.Fprintf(a.out, "reach      timeline %d  from %s  to %s%s\n", way.Timeline, clock(way.From, zone), clock(way.Until, zone), gap)
	}
}

func (a *app) verifyArchive(cmd *cobra.Command) error {
	archive, _, err := a.archiveOf(cmd)
	if err != nil {
		return err
	}
	found, err := archive.Verify(cmd.Context(), a.progress())
	if err != nil {
		return err
	}
	if len(found.Problems) > 0 {
		for _, problem := range found.Problems {
			fmt.Fprintln(a.err, "damaged:", oneLine(errors.New(problem)))
		}
		return fmt.Errorf("the archive is not whole: %d problems; take a new base backup (placeops backup base)", len(found.Problems))
	}
	fmt.Fprintf(a.out, "archive    whole, %d base backups, %d files of the write-ahead log, %d uploaded files, %s unpacked\n",
		found.Bases, found.Segments, found.Files, bytesText(found.Bytes))
	return nil
}
