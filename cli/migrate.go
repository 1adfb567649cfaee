package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/spf13/cobra"

	"placeops/store"
)

// migrations are what `placeops migrate` can do; up is what it does without a word.
var migrations = map[string]func(*store.Migrator, context.Context) ([]store.Step, error){
	"up":     (*store.Migrator).Up,
	"down":   (*store.Migrator).Down,
	"redo":   (*store.Migrator).Redo,
	"status": (*store.Migrator).Status,
}

func (a *app) migrateCommand() *cobra.Command {
	var grantTo string
	cmd := &cobra.Command{
		Use:   "migrate [up|down|status|redo]",
		Short: "Bring the database's schema up to date (up), or one step back (down)",
		Long: "Migrates the tables of placeops and of its job queue together.\n\n" +
			"  up      apply everything that is pending (the default)\n  down    roll back the newest migration, with its data\n" +
			"  redo    down, then up\n  status  list all migrations\n\n" +
			"With --grant-to, `up` is run as the owner of the tables and lets another role work with them, without the right to change\n" +
			"the schema: the one of serve's DATABASE_URL. Run it again after each new version and after a restore.",
		ValidArgs: []string{"up", "down", "status", "redo"},
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			what := "up"
			if len(args) == 1 {
				what = args[0]
			}
			if grantTo != "" && what != "up" {
				return errors.New("--grant-to goes with `placeops migrate up`")
			}
			return a.migrate(cmd, what, grantTo)
		},
	}
	cmd.Flags().StringVar(&grantTo, "grant-to", "", "the database role that serve works as")
	return cmd
}

func (a *app) migrate(cmd *cobra.Command, what, grantTo string) error {
	ctx := cmd.Context()
	cfg, err := a.settings(cmd, true)
	if err != nil {
		return err
	}
	return a.withDatabase(ctx, cfg, func(pool *pgxpool.Pool) error {
		migrator, err := newMigrator(pool)
		if err != nil {
			return err
		}
		steps, err := migrations[what](migrator, ctx)
		if err != nil {
			return err
		}
		a.printSteps(what, steps)
		if grantTo == "" {
			return nil
		}
		if err := migrator.Grant(ctx, grantTo); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%-12s %s\n", "granted to", grantTo)
		return nil
	})
}

func (a *app) printSteps(what string, steps []store.Step) {
	done := map[bool]string{true: "applied", false: "rolled back"}
	if what == "status" {
		done[false] = "pending"
	}
	for _, step := range steps {
		fmt.Fprintf(a.out, "%-12s %s\n", done[step.Applied], step.Name)
	}
	if len(steps) == 0 {
		fmt.Fprintln(a.out, "nothing to do")
	}
}
