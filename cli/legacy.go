package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"placeops/backup"
	"placeops/config"
	"placeops/legacy"
)

func (a *app) importLegacyCommand() *cobra.Command {
	var options legacy.Options
	cmd := &cobra.Command{
		Use: "import-legacy DATABASE_URL", Short: "Copy an installation of the earlier Node.js system into an empty database", Args: oneLegacyDatabase,
		Long: "Copies people with their passwords, students, drives, selections, registrations, attendance, results and notices out of\n" +
			"the earlier system's database, which is only read, and with --uploads its PDF files. All or nothing: every row is\n" +
			"compared before it is committed. What does not fit is reported; docs/coming-from-node.md says what is done about it.\n" +
			"Stop serve first.",
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.settings(cmd, true)
			if err != nil {
				return err
			}
			options.From = args[0]
			return a.importLegacy(cmd.Context(), cfg, options)
		},
	}
	cmd.Flags().StringVar(&options.Files, "uploads", "", "the earlier system's folder uploads, for the PDF files")
	cmd.Flags().BoolVar(&options.DryRun, "dry-run", false, "do everything, report, and take it all back")
	return cmd
}

func oneLegacyDatabase(_ *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return errors.New("name the earlier system's database: postgres://USER:PASSWORD@HOST:5432/NAME")
	}
	return nil
}

func (a *app) importLegacy(ctx context.Context, cfg *config.Config, options legacy.Options) error {
	return a.withInstallation(ctx, cfg, func(to backup.Installation) error {
		if err := prepareSchema(ctx, cfg, to.Pool, a.quietLogger(cfg)); err != nil {
			return err
		}
		options.Zone, options.InUse, options.Progress = cfg.Zone, serves(cfg), a.progress()
		report, err := legacy.Import(ctx, to.Pool, to.Uploads, options)
		var refused legacy.RefusedError
		if err != nil && !errors.As(err, &refused) {
			return err
		}
		if printed := report.Print(a.out); printed != nil || err != nil {
			return errors.Join(err, printed)
		}
		if options.DryRun {
			_, err = fmt.Fprintln(a.out, "This was a dry run: every row was written, compared and taken back.")
			return err
		}
		_, err = fmt.Fprintln(a.out, "Everything was imported; every row was compared. People sign in with the passwords that they have.")
		return err
	})
}
