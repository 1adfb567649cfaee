package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"placeops/backup"
	"placeops/config"
)

func (a *app) restoreCommand() *cobra.Command {
	var replace bool
	var moment wish
	cmd := &cobra.Command{
		Use: "restore FILE|-|--archive ADDRESS", Short: "Make an empty database hold what an archive holds", Args: cobra.MaximumNArgs(1),
		Long: "Restores an archive that backup wrote, from FILE or the standard input (-), into the database that the settings name:\n" +
			"placeops's own or an outside one, also of another PostgreSQL version. An older archive is migrated. Until the very end\n" +
			"nothing is changed. Stop serve first. Everybody has to sign in again afterwards.\n\n" +
			"With --archive it makes placeops's own database, in an empty data folder, as it was at the end of the archive of\n" +
			"PLACEOPS_ARCHIVE, or at the moment of --to.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed(archiveFlag) && len(args) == 0 {
				return a.restoreMoment(cmd, moment)
			}
			if err := oneArchive(cmd, args); err != nil {
				return err
			}
			if moment != (wish{}) {
				return errors.New("--to, --timeline and --cluster go with --archive: FILE holds one moment")
			}
			cfg, err := a.settings(cmd, true)
			if err != nil {
				return err
			}
			return a.restore(cmd.Context(), cfg, args[0], replace)
		},
	}
	cmd.Flags().BoolVar(&replace, "replace", false, "destroy what is in the database; without it restore refuses, and names it")
	a.settingFlag(cmd, false, archiveFlag, "PLACEOPS_ARCHIVE", "the archive of base backups and the write-ahead log")
	cmd.Flags().StringVar(&moment.to, "to", "", "the moment to go back to: 2026-11-28T14:30:00+05:30, or without a zone by the office's clocks")
	cmd.Flags().Uint32Var(&moment.timeline, "timeline", 0, "the timeline to follow; without it the one that was lived in at that moment")
	cmd.Flags().StringVar(&moment.cluster, "cluster", "", "the cluster, where the archive holds several; without it the one with the newest base backup")
	return cmd
}

// errRestoreNeedsSession: everything is built in a schema of its own, which is a setting of a session.
var errRestoreNeedsSession = errors.New("restore cannot work through a pooler: name the way past it in PLACEOPS_DATABASE_DIRECT_URL")

func (a *app) restore(ctx context.Context, cfg *config.Config, path string, replace bool) error {
	if _, pooled := cfg.CommandURL(); pooled {
		return errRestoreNeedsSession
	}
	archive, err := a.openFile(path) // before a database is made for it
	if err != nil {
		return err
	}
	defer func() { _ = archive.Close() }()
	return a.withInstallation(ctx, cfg, func(to backup.Installation) (err error) {
		file, err := seekable(archive, cfg.UploadsDir)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		restored, err := backup.Restore(ctx, to, file, backup.Options{Replace: replace, InUse: serves(cfg)})
		if err != nil {
			return err
		}
		a.printRestored(restored)
		return nil
	})
}

// seekable returns the archive as a file that can be read twice. What comes through a pipe is kept in a folder meanwhile.
func seekable(archive io.Reader, folder string) (*os.File, error) {
	if file, ok := archive.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			return file, nil
		}
	}
	return backup.Spool(folder, archive)
}

func (a *app) printRestored(r backup.Restored) {
	for _, table := range r.Left {
		fmt.Fprintf(a.err, "warning: table %s was not made by placeops and was left in the archive\n", table)
	}
	printMissing(a.err, r.Summary)
	printArchive(a.out, r.Summary)
	if len(r.Destroyed) > 0 {
		fmt.Fprintln(a.out, "destroyed  what was there:", strings.Join(r.Destroyed, ", "))
	}
	fmt.Fprintf(a.out, "restored   everything; %d newer migrations were applied\n", len(r.Steps))
	fmt.Fprintln(a.out, "Everybody has to sign in again.")
}
