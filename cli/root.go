package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"placeops/config"
	"placeops/store"
)

// streams are a command's input and outputs.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Main runs the program and returns its exit status. An error is one clear line on stderr and status 1.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot(streams{in: in, out: out, err: errs})
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(errs, "placeops:", oneLine(store.ExplainPrivilege(err)))
		return 1
	}
	return 0
}

func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}

// app is what all commands share.
type app struct {
	streams
	flags   map[string]string // the setting that a flag gives, by the flag's name
	envFile string
}

// flagSettings are the common settings, which also have a flag.
var flagSettings = []struct{ flag, setting, help string }{
	{"data-dir", "PLACEOPS_DATA_DIR", "folder of the database, uploads and secrets"},
	{"log-level", "PLACEOPS_LOG_LEVEL", "debug, info, warn or error"},
	{"log-format", "PLACEOPS_LOG_FORMAT", "text or json"},
}

// Command returns all commands, for the manual and the completions that a package installs. They are not run.
func Command() *cobra.Command {
	root := newRoot(streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard})
	root.InitDefaultCompletionCmd()
	return root
}

func newRoot(io streams) *cobra.Command {
	a := &app{streams: io, flags: map[string]string{}}
	root := &cobra.Command{
		Use:           "placeops",
		Short:         "Campus placement in one program: server, job queue and database",
		Long:          "placeOps runs campus placement for a college: drives, eligibility, registrations.\nSettings come from flags, the environment and a .env file.\nHow to use and run it: /docs of a running server, for example after placeops serve --demo.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.PersistentFlags().StringVar(&a.envFile, "env-file", ".env", "file with settings; it need not exist")
	for _, s := range flagSettings {
		a.settingFlag(root, true, s.flag, s.setting, s.help)
	}
	root.AddCommand(a.serveCommand(), a.migrateCommand(), a.userCommand(), a.demoCommand(), a.checkCommand(), a.healthCommand(),
		a.auditCommand(), a.backupCommand(), a.restoreCommand(), a.importLegacyCommand(), a.openapiCommand(), a.versionCommand())
	return root
}

// settingFlag gives a setting a flag; given, it wins over the environment.
func (a *app) settingFlag(cmd *cobra.Command, persistent bool, flag, setting, help string) {
	set := cmd.Flags()
	if persistent {
		set = cmd.PersistentFlags()
	}
	set.String(flag, "", fmt.Sprintf("%s (%s)", help, setting))
	a.flags[flag] = setting
}

// settings reads and checks all settings.
func (a *app) settings(cmd *cobra.Command, withoutSecret bool) (*config.Config, error) {
	given := map[string]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if s, ok := a.flags[f.Name]; ok {
			given[s] = f.Value.String()
		}
	})
	return config.Load(config.LoadOptions{
		Flags: given, Environ: os.Environ(), EnvFile: a.envFile, WithoutJWTSecret: withoutSecret,
	})
}

func (a *app) logger(cfg *config.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.err, options))
	}
	return slog.New(slog.NewTextHandler(a.err, options))
}

// buildVersion is set by make, from git.
var buildVersion string

// version is the program's: what make was told, a released module version, or the commit.
func version() string {
	if buildVersion != "" {
		return buildVersion
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return "commit " + setting.Value
		}
	}
	return "development"
}
