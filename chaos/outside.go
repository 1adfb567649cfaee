package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/postgres"
)

const processesOutside = 3

// startOutside starts a PostgreSQL that is not placeops' own, and lays a network from it to each of the processes, which share
// the database and the folder of uploads. What kills it is mended here, as its keeper would.
func (in *install) startOutside(ctx context.Context) (err error) {
	in.postgres, err = postgres.Start(ctx, postgres.Config{Dir: in.data(), Durable: true, Logger: in.logger()})
	if err != nil {
		return err
	}
	for range processesOutside {
		network, err := newProxy(in.postgres.URL())
		if err != nil {
			return err
		}
		in.processes = append(in.processes, &placeops{in: in, proxy: network, settings: []string{
			"DATABASE_URL=postgres://placeops@" + network.address + "/placeops?sslmode=disable", "PLACEOPS_DB_MAX_CONNS=16",
			"PLACEOPS_UPLOADS_DIR=" + filepath.Join(in.data(), "uploads"), "PLACEOPS_DATA_DIR=" + filepath.Join(in.dir, "unused"),
		}})
	}
	return nil
}

func (in *install) stopOutside() error {
	for _, p := range in.processes {
		if p.proxy != nil {
			p.proxy.close()
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return in.postgres.Stop(ctx)
}

// awaitPostmaster waits until an outside PostgreSQL is there, another one than that.
func (in *install) awaitPostmaster(before int) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); wait(context.Background(), retryPause) {
		if pid, _ := in.postmaster(); pid != 0 && pid != before {
			return nil
		}
	}
	return fmt.Errorf("PostgreSQL was not back after %v: %s", patience, in.lastWords())
}

// settle waits until PostgreSQL has done whatever the processes, which have ended, had asked of it. Nobody works a job that is
// called running then; aged, it becomes as old as if everybody had waited for the five minutes after which it is taken to be lost.
func (in *install) settle(ctx context.Context, aged bool) error {
	if pooler := in.layers.pooler; pooler != nil { // it keeps sessions that nobody uses
		if err := errors.Join(pooler.kill(), pooler.start()); err != nil {
			return err
		}
	}
	return in.ask(ctx, func(db *pgx.Conn) error {
		if err := awaitNoSessions(ctx, db); err != nil || !aged {
			return err
		}
		_, err := db.Exec(ctx, "UPDATE river_job SET attempted_at = attempted_at - interval '5 minutes' WHERE state = 'running'")
		return err
	})
}

func awaitNoSessions(ctx context.Context, db *pgx.Conn) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); wait(ctx, retryPause) {
		var sessions int
		err := db.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'placeops'").Scan(&sessions)
		if err != nil || sessions == 0 {
			return err
		}
	}
	return fmt.Errorf("PostgreSQL still worked for ended processes after %v", patience)
}

// ask calls f with a connection to PostgreSQL that knows no network.
func (in *install) ask(ctx context.Context, f func(*pgx.Conn) error) error {
	url, err := in.databaseURL()
	if err != nil {
		return err
	}
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	return f(db)
}
