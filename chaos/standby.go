package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/postgres"
)

// standby is a streaming replica of the outside PostgreSQL.
type standby struct {
	*daemon
	url string
}

// socketOf is the folder of a server's socket.
func socketOf(server *postgres.Server) string {
	parsed, err := url.Parse(server.URL())
	if err != nil {
		panic(err) // package postgres makes the URL
	}
	return parsed.Query().Get("host")
}

// startReplica copies the primary while it runs, and follows it.
func (in *install) startReplica(ctx context.Context, bin string) error {
	dir, err := in.daemonFolder("replica")
	if err != nil {
		return err
	}
	data, socket := filepath.Join(dir, "data"), filepath.Join(dir, "run")
	if err := errors.Join(os.Mkdir(socket, 0o700), giveAway(socket)); err != nil {
		return err
	}
	to, err := ordinaryUser()
	if err != nil {
		return err
	}
	backup := exec.CommandContext(ctx, filepath.Join(bin, "pg_basebackup"), "-h", socketOf(in.postgres), "-p", "5432", "-U", "placeops",
		"-D", data, "-R", "-X", "stream", "-c", "fast")
	backup.SysProcAttr, backup.Dir = &syscall.SysProcAttr{Credential: to}, dir
	if output, err := backup.CombinedOutput(); err != nil {
		return fmt.Errorf("pg_basebackup: %w: %s", err, output)
	}
	in.layers.standby = &standby{
		daemon: &daemon{in: in, dir: dir, program: filepath.Join(bin, "postgres"), args: []string{
			"-D", data, "-c", "listen_addresses=", "-c", "unix_socket_directories=" + socket, "-c", "port=5432", "-c", "hot_standby=on",
			"-c", "hot_standby_feedback=on", "-c", "max_connections=200",
		}},
		url: "postgres://placeops@/placeops?" + url.Values{"host": {socket}, "port": {"5432"}}.Encode(),
	}
	if err := in.layers.standby.start(); err != nil {
		return err
	}
	_, err = in.addProcesses("DATABASE_URL="+in.postgres.URL(), "DATABASE_REPLICA_URL="+in.layers.standby.url)
	return err
}

// end is a fast shutdown.
func (s *standby) end() error {
	if s.cmd != nil {
		_ = s.cmd.Process.Signal(syscall.SIGINT) // gone, at best
	}
	return s.daemon.end()
}

// fallBehind lets the replica receive what the primary writes and show none of it, for a while.
func (s *standby) fallBehind(d time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.do(ctx, "SELECT pg_wal_replay_pause()"); err != nil {
		return err
	}
	wait(ctx, d)
	return s.do(ctx, "SELECT pg_wal_replay_resume()")
}

// do runs a statement on the replica, when it has come back if need be.
func (s *standby) do(ctx context.Context, statement string) error {
	for {
		err := s.try(ctx, statement)
		if err == nil || ctx.Err() != nil {
			return err
		}
		wait(ctx, retryPause)
	}
}

func (s *standby) try(ctx context.Context, statement string) error {
	db, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, statement)
	return errors.Join(err, db.Close(ctx))
}
