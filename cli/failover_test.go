package cli_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/store/storetest"
)

// The primary dies while everybody registers, and its synchronous standby takes over. Who was answered before is still
// registered, under the same number: registerEverybody asks again until all have met both servers.
func TestNoAcknowledgedRegistrationIsLostInAFailover(t *testing.T) {
	t.Parallel()
	primary := startNode(t, isPrimary, "synchronous_standby_names=standby")
	standby := startNode(t, isStandby, "primary_conninfo=host="+primary.socket+" user=placeops application_name=standby")
	require.Eventually(t, func() bool {
		var synchronous bool
		err := primary.ask(t, "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'", &synchronous)
		return err == nil && synchronous
	}, patience, poll, "the standby follows the primary: %s", standby.log)

	s := bare(t, "JWT_SECRET="+secret,
		"DATABASE_URL=host="+primary.socket+","+standby.socket+" port=5432,5432 user=placeops dbname=placeops target_session_attrs=read-write").
		serve("--demo")
	drive := s.pendingDrive()
	s.jobDone(s.publish(drive), soon)

	crowd := s.registerEverybody(drive)
	primary.kill(t)
	var promoted bool
	require.NoError(t, standby.ask(t, "SELECT pg_promote()", &promoted))
	require.True(t, promoted)
	registered := crowd()

	s.requireRegistered(drive, registered)
	second := s.pendingDrive()
	s.jobDone(s.publish(second), contractual)
	s.requirePublishedOnce(second)
	s.stop()
}

// node is a PostgreSQL that nobody restarts.
type node struct {
	socket  string // its folder
	command *exec.Cmd
	log     *transcript
}

const isPrimary, isStandby = false, true

// startNode starts a server on a copy of the empty, migrated cluster. All copies are of the same moment, so each can follow
// each other.
func startNode(t *testing.T, standby bool, setting string) *node {
	t.Helper()
	from, bin := template(t)
	dir := storetest.Dir(t)
	data := filepath.Join(dir, "data")
	output, err := exec.CommandContext(t.Context(), "cp", "-a", from, data).CombinedOutput()
	require.NoError(t, err, "%s", output)
	info, err := os.Stat(data)
	require.NoError(t, err)
	owner := info.Sys().(*syscall.Stat_t)

	n := &node{socket: filepath.Join(dir, "run"), log: &transcript{}}
	require.NoError(t, os.Mkdir(n.socket, 0o700))
	require.NoError(t, os.Chown(n.socket, int(owner.Uid), int(owner.Gid)))
	if standby {
		signal := filepath.Join(data, "standby.signal")
		require.NoError(t, os.WriteFile(signal, nil, 0o600))
		require.NoError(t, os.Chown(signal, int(owner.Uid), int(owner.Gid)))
	}
	n.command = exec.CommandContext(context.Background(), filepath.Join(bin, "postgres"), "-D", data, "-c", "listen_addresses=",
		"-c", "unix_socket_directories="+n.socket, "-c", "wal_keep_size=64MB", "-c", setting)
	n.command.Stdout, n.command.Stderr = n.log, n.log
	n.command.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	if os.Geteuid() == 0 { // which PostgreSQL refuses to be
		n.command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	require.NoError(t, n.command.Start())
	t.Cleanup(func() {
		if n.command.ProcessState == nil {
			_ = n.command.Process.Signal(syscall.SIGQUIT)
			_ = n.command.Wait()
		}
	})
	require.Eventually(t, func() bool {
		var one int
		return n.ask(t, "SELECT 1", &one) == nil
	}, patience, poll, "PostgreSQL starts: %s", n.log)
	return n
}

// ask runs a query that returns one value.
func (n *node) ask(t *testing.T, query string, into any) error {
	conn, err := pgx.Connect(t.Context(), "host="+n.socket+" port=5432 user=placeops dbname=placeops")
	if err != nil {
		return err
	}
	return errors.Join(conn.QueryRow(t.Context(), query).Scan(into), conn.Close(t.Context()))
}

func (n *node) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, n.command.Process.Kill())
	_ = n.command.Wait()
}
