package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/spf13/cobra"

	"placeops/store"
)

func (a *app) auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "audit", Short: "Prove that nobody has altered the audit trail", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.auditVerifyCommand())
	return cmd
}

func (a *app) auditVerifyCommand() *cobra.Command {
	var anchor string
	cmd := &cobra.Command{
		Use: "verify", Short: "Look for entries that were altered, removed or inserted", Args: cobra.NoArgs,
		Long: "Reads the whole audit trail and finds what was altered, removed or inserted since it was sealed. It may run beside\n" +
			"serve. The anchor that it prints stands for all entries that are sealed: keep it where nobody can reach who can reach\n" +
			"the database, and give it back with --anchor, to prove that all of them are still there. The exit status tells the\n" +
			"result.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.settings(cmd, true)
			if err != nil {
				return err
			}
			return a.withSchema(cmd.Context(), cfg, func(pool *pgxpool.Pool) error {
				return a.verifyAudit(cmd.Context(), pool, anchor)
			})
		},
	}
	cmd.Flags().StringVar(&anchor, "anchor", "", "what an earlier verify, or the log of serve, gave as the anchor")
	return cmd
}

// sealPatience is how long verify waits for whoever writes at the moment, so that it can vouch for all entries.
const sealPatience = 2 * time.Second

func (a *app) verifyAudit(ctx context.Context, pool *pgxpool.Pool, anchor string) error {
	sealing, cancel := context.WithTimeout(ctx, sealPatience)
	notSealed := store.SealAudit(sealing, pool)
	cancel()
	var report store.AuditReport
	err := store.InTx(ctx, store.Snapshot{Pool: pool}, func(tx pgx.Tx) (err error) {
		report, err = store.VerifyAudit(ctx, tx, anchor)
		return err
	})
	if err != nil {
		return err
	}
	for _, fault := range report.Faults {
		fmt.Fprintln(a.err, fault)
	}
	if more := report.FaultCount - len(report.Faults); more > 0 {
		fmt.Fprintf(a.err, "and %d more\n", more)
	}
	if report.FaultCount > 0 {
		return fmt.Errorf("the audit trail is not as it was written (%d faults in %d entries): keep a copy of the database, and compare with a backup", report.FaultCount, report.Entries)
	}
	fmt.Fprintf(a.out, "the audit trail is whole: %s, %s\n", counted(report.Entries, "entry", "entries"), counted(int64(report.Seals), "seal", "seals"))
	if report.Unsealed > 0 {
		fmt.Fprintf(a.out, "not sealed yet, so not proved: the last %d, since %s", report.Unsealed, report.UnsealedSince.Format(time.RFC3339))
		if notSealed != nil {
			fmt.Fprintf(a.out, " (%v)", notSealed)
		}
		fmt.Fprintln(a.out)
	}
	if report.Anchor != "" {
		fmt.Fprintf(a.out, "anchor: %s\n", report.Anchor)
	}
	return nil
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
