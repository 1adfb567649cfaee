package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/rivertype"
	"github.com/spf13/cobra"

	"placeops/config"
	"placeops/jobs"
	"placeops/store"
)

// checkTime is how long check waits for its job. A working queue takes it within milliseconds.
const checkTime = 20 * time.Second

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Connect, let a job be worked, and print the queue's counts", Args: cobra.NoArgs,
		Long: "Connects to the database, makes sure that its schema is current, inserts a job (a refresh of the analytics) and waits\n" +
			"until it is completed. Beside a running serve that one works it; without one this command does. The exit status says\n" +
			"whether all is well.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			cfg, err := a.settings(cmd, true)
			if err != nil {
				return err
			}
			return a.withSchema(ctx, cfg, func(pool *pgxpool.Pool) error { return a.check(ctx, cfg, pool) })
		},
	}
}

func (a *app) check(ctx context.Context, cfg *config.Config, pool *pgxpool.Pool) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	began := time.Now()
	fmt.Fprintln(a.out, "database   answers, schema current")
	if err := a.checkPooler(ctx, cfg); err != nil {
		return err
	}
	if err := a.checkReplica(ctx, cfg, pool); err != nil {
		return err
	}
	client, stop, err := checkQueue(ctx, cfg, pool)
	if err != nil {
		return err
	}
	defer stop()
	inserted, err := client.Insert(ctx, jobs.RefreshMaterializedViewsArgs{}, nil)
	if err != nil {
		return err
	}
	if err := waitForJob(ctx, client, inserted.Job.ID); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "queue      worked job %d in %v\n", inserted.Job.ID, time.Since(began).Round(time.Millisecond))
	return a.printCounts(ctx, pool)
}

// servesSQL asks for a running serve, which names its sessions so.
const servesSQL = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'placeops')"

// A pooler keeps sessions when serve has stopped. There the client that leads the queue tells: it says every few seconds that it does.
const (
	hasQueueSQL = "SELECT to_regclass('river_leader') IS NOT NULL"
	leadsSQL    = "SELECT EXISTS (SELECT FROM river_leader WHERE expires_at > now())"
)

// serves tells whether a serve works on the database.
func serves(cfg *config.Config) func(context.Context, store.DBTX) (bool, error) {
	return func(ctx context.Context, db store.DBTX) (found bool, err error) {
		if !cfg.Pooled() {
			err = db.QueryRow(ctx, servesSQL).Scan(&found)
			return found, err
		}
		if err := db.QueryRow(ctx, hasQueueSQL).Scan(&found); err != nil || !found {
			return false, err
		}
		err = db.QueryRow(ctx, leadsSQL).Scan(&found)
		return found, err
	}
}

// checkPooler looks at the way that serve goes, which is not always the one of a command.
func (a *app) checkPooler(ctx context.Context, cfg *config.Config) error {
	if cfg.Embedded() {
		return nil
	}
	pool, err := store.OpenPool(ctx, cfg.DatabaseURL, store.PoolOptions{MaxConns: 1, Name: "placeops command", Pooled: cfg.Pooled()})
	if err != nil {
		return err
	}
	defer pool.Close()
	found, err := store.BehindPooler(ctx, pool)
	switch {
	case err != nil:
		return fmt.Errorf("DATABASE_URL: %w", err)
	case found && cfg.Pooled():
		fmt.Fprintln(a.out, "pooler     there, by transaction")
	case found:
		fmt.Fprintln(a.out, "pooler     there; if it pools by transaction, set PLACEOPS_DATABASE_POOLER=transaction")
	case cfg.Pooled():
		fmt.Fprintln(a.out, "pooler     none is there; PLACEOPS_DATABASE_POOLER=transaction costs speed for nothing")
	}
	return nil
}

// replicaWait is how far behind a replica may be for check.
const replicaWait = 5 * time.Second

func (a *app) checkReplica(ctx context.Context, cfg *config.Config, pool *pgxpool.Pool) error {
	if cfg.ReplicaURL == "" {
		return nil
	}
	replica, err := store.OpenPool(ctx, cfg.ReplicaURL, store.PoolOptions{MaxConns: 1, Name: "placeops command", Pooled: cfg.Pooled(), ReadOnly: true})
	if err != nil {
		return err
	}
	defer replica.Close()
	began := time.Now()
	if err := store.NewReader(pool, replica, slog.New(slog.DiscardHandler)).CatchesUp(ctx, replicaWait); err != nil {
		return fmt.Errorf("the replica is not used; everything is read from the primary: %w", err)
	}
	fmt.Fprintf(a.out, "replica    had everything after %v\n", time.Since(began).Round(time.Millisecond))
	return nil
}

// checkQueue returns a client to insert with; it works jobs itself where no serve runs that would.
func checkQueue(ctx context.Context, cfg *config.Config, pool *pgxpool.Pool) (client *jobs.Client, stop func(), err error) {
	running, err := serves(cfg)(ctx, pool)
	if err != nil {
		return nil, nil, err
	}
	quiet := slog.New(slog.DiscardHandler)
	if running {
		client, err = jobs.NewInserter(pool, quiet)
		return client, func() {}, err
	}
	files, err := openUploads(ctx, cfg) // other jobs may be waiting too
	if err != nil {
		return nil, nil, err
	}
	client, err = jobs.NewClient(jobs.Deps{Pool: pool, Uploads: files, Logger: quiet}, jobs.Options{Workers: 1, Poll: cfg.Pooled()})
	if err == nil {
		err = client.Start(context.WithoutCancel(ctx))
	}
	if err != nil {
		return nil, nil, errors.Join(err, files.Close())
	}
	return client, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWait)
		defer cancel()
		_ = client.Stop(ctx) // its own job is done
		_ = files.Close()
	}, nil
}

func waitForJob(ctx context.Context, client *jobs.Client, jobID int64) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		job, err := client.JobGet(ctx, jobID)
		switch {
		case err != nil && ctx.Err() == nil:
			return err
		case err == nil && job.State == rivertype.JobStateCompleted:
			return nil
		case err == nil && len(job.Errors) > 0:
			return fmt.Errorf("the queue took job %d, but it failed: %s", jobID, job.Errors[0].Error)
		}
		select {
		case <-ctx.Done():
			return errors.New("the database answers, but nobody worked a job: look at the log of placeops serve")
		case <-ticker.C:
		}
	}
}

const countsSQL = "SELECT state::text, count(*) FROM river_job GROUP BY state ORDER BY state"

func (a *app) printCounts(ctx context.Context, pool *pgxpool.Pool) error {
	rows, err := pool.Query(ctx, countsSQL)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var state string
		var count int64
		if err := rows.Scan(&state, &count); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%-10s %d\n", state, count)
	}
	return rows.Err()
}
