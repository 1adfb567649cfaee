package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/spf13/cobra"

	"placeops/backup"
	"placeops/config"
	"placeops/jobs"
	"placeops/uploads"
)

func (a *app) backupCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup FILE|-", Short: "Write everything into one archive, while people work", Args: oneArchive,
		Long: "Writes all data, all uploaded files and the versions they belong to into FILE, or to the standard output (-). It may\n" +
			"run beside serve: the archive holds one moment, with everything that was committed before the backup began. FILE\n" +
			"gets its name when it is whole. Secrets are not in it; the passwords of people are, as hashes.",
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.settings(cmd, true)
			if err != nil {
				return err
			}
			return a.backup(cmd.Context(), cfg, args[0])
		},
	}
	cmd.AddCommand(a.backupVerifyCommand(), a.backupBaseCommand(), a.backupListCommand())
	return cmd
}

// errBackupsAreTheOwners keeps a schedule from failing every night.
var errBackupsAreTheOwners = errors.New("PLACEOPS_BACKUP_CRON is for a serve that works as the owner of the tables: " +
	"with a role of fewer rights let cron run `placeops backup` with the owner's DATABASE_URL")

// scheduledBackup is what the job of PLACEOPS_BACKUP_CRON does.
func scheduledBackup(cfg *config.Config, pool *pgxpool.Pool, files *uploads.Store) func(context.Context) (jobs.BackupResult, error) {
	return func(ctx context.Context) (jobs.BackupResult, error) {
		from := backup.Installation{Pool: pool, Uploads: files, Migrator: newMigrator}
		path, taken, removed, err := backup.TakeInto(ctx, from, version(), cfg.BackupDir, cfg.BackupKeep)
		return jobs.BackupResult{File: path, Size: taken.Size, TakenAt: taken.TakenAt, Removed: removed}, err
	}
}

func oneArchive(_ *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return errors.New("name one archive: a FILE, or - for the standard input or output")
	}
	return nil
}

func (a *app) backup(ctx context.Context, cfg *config.Config, path string) error {
	return a.withInstallation(ctx, cfg, func(from backup.Installation) error {
		var taken backup.Summary
		take := func(w io.Writer) (err error) {
			taken, err = backup.Take(ctx, from, version(), w)
			return err
		}
		result := a.out
		var err error
		if path == "-" {
			result = a.err // the output is the archive
			err = take(a.out)
		} else {
			err = backup.ToFile(path, take)
		}
		if err != nil {
			return err
		}
		printMissing(a.err, taken)
		printArchive(result, taken)
		return nil
	})
}

func (a *app) backupVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "verify FILE|-|--archive ADDRESS", Short: "Prove that an archive is whole", Args: cobra.MaximumNArgs(1),
		Long: "Reads an archive to its end and proves that every byte is as it was written. With --archive it does so for all base\n" +
			"backups, the write-ahead log since, which must have no gap, and the uploaded files. It needs no database. The exit\n" +
			"status tells the result.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed(archiveFlag) && len(args) == 0 {
				return a.verifyArchive(cmd)
			}
			if err := oneArchive(cmd, args); err != nil {
				return err
			}
			archive, err := a.openFile(args[0])
			if err != nil {
				return err
			}
			defer func() { _ = archive.Close() }()
			found, err := backup.Verify(cmd.Context(), archive)
			if err != nil {
				return err
			}
			printMissing(a.err, found)
			printArchive(a.out, found)
			return nil
		},
	}
	a.settingFlag(cmd, false, archiveFlag, "PLACEOPS_ARCHIVE", "the archive of base backups and the write-ahead log")
	return cmd
}

func (a *app) openFile(path string) (io.ReadCloser, error) {
	if path == "-" {
		if file, ok := a.in.(*os.File); ok {
			return file, nil
		}
		return io.NopCloser(a.in), nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || info.IsDir() {
		return nil, errors.Join(err, fmt.Errorf("%s is a folder: name the archive in it", path), file.Close())
	}
	return file, nil
}

// withInstallation is withDatabase with the uploads, which belong to the same installation.
func (a *app) withInstallation(ctx context.Context, cfg *config.Config, run func(backup.Installation) error) error {
	return a.withDatabase(ctx, cfg, func(pool *pgxpool.Pool) (err error) {
		files, err := openUploads(ctx, cfg)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, files.Close()) }()
		return run(backup.Installation{Pool: pool, Uploads: files, Migrator: newMigrator, Progress: a.progress()})
	})
}

// progressEvery is how often a long command says on stderr how far it is. A short one says nothing.
const progressEvery = 3 * time.Second

func (a *app) progress() func(string) {
	last := time.Now()
	return func(did string) {
		if time.Since(last) >= progressEvery {
			last = time.Now()
			fmt.Fprintln(a.err, did)
		}
	}
}

func printArchive(out io.Writer, s backup.Summary) {
	files, size := s.Files()
	fmt.Fprintf(out, "archive    whole, %s\n", bytesText(s.Size))
	fmt.Fprintf(out, "taken      %s by placeops %s from PostgreSQL %s\n", s.TakenAt.Format(time.RFC3339), s.Placeops, s.Postgres)
	fmt.Fprintf(out, "schema     %d, job queue %d\n", s.Schema, s.QueueSchema)
	fmt.Fprintf(out, "tables     %d with %d rows\n", len(s.Tables), s.Rows())
	fmt.Fprintf(out, "files      %d with %s\n", files, bytesText(size))
}

func printMissing(out io.Writer, s backup.Summary) {
	for _, key := range s.Missing {
		fmt.Fprintf(out, "warning: the file %s was removed while the backup was taken, and is not in it\n", key)
	}
}

// bytesText is a number of bytes as people read it.
func bytesText(n int64) string {
	units := []string{"kB", "MB", "GB", "TB"}
	if n < 1000 {
		return fmt.Sprintf("%d bytes", n)
	}
	value := float64(n) / 1000
	unit := 0
	for value >= 999.95 && unit < len(units)-1 {
		value /= 1000
		unit++
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}
