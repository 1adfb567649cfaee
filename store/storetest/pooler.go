package storetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// poolerVariable names a PgBouncer, which all pools of Open then go through, by transaction: placeops has to be right behind one.
const poolerVariable = "PLACEOPS_TEST_PGBOUNCER"

// Pooled tells whether the tests' pools go through a pooler.
func Pooled() bool { return os.Getenv(poolerVariable) != "" }

// pooler is a PgBouncer before the binary's server.
type pooler struct {
	process *exec.Cmd
	address string
}

const poolerSettings = `[databases]
* = host=%s port=5432
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s
pool_mode = transaction
max_client_conn = 2000
default_pool_size = 20
server_idle_timeout = 1
logfile = %s
pidfile = %s
`

func (p *pooler) start(dir, serverURL string) error {
	target, err := url.Parse(serverURL)
	if err != nil {
		return err
	}
	socket := target.Query().Get("host")
	owner, err := os.Stat(socket)
	if err != nil {
		return err
	}
	user := owner.Sys().(*syscall.Stat_t) //nolint:forcetypeassert // on unix
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	port := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // it listens on TCP
	p.address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	dir = filepath.Join(dir, "pooler")
	settings, users := filepath.Join(dir, "pgbouncer.ini"), filepath.Join(dir, "users.txt")
	text := fmt.Sprintf(poolerSettings, socket, port, users, filepath.Join(dir, "log"), filepath.Join(dir, "pid"))
	err = errors.Join(listener.Close(), os.Mkdir(dir, 0o700), os.Chown(dir, int(user.Uid), int(user.Gid)),
		os.WriteFile(settings, []byte(text), 0o644), os.WriteFile(users, []byte("\"placeops\" \"\"\n"), 0o644)) //nolint:gosec // nothing in it is secret
	if err != nil {
		return err
	}
	p.process = exec.CommandContext(context.Background(), os.Getenv(poolerVariable), "-q", settings) //nolint:gosec // for whoever runs the tests to say
	if os.Geteuid() == 0 {                                                                           // which PgBouncer refuses to be
		p.process.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user.Uid, Gid: user.Gid}}
	}
	if err := p.process.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(startTime); time.Now().Before(deadline); {
		if conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.address); err == nil {
			return conn.Close()
		}
		<-time.After(10 * time.Millisecond)
	}
	return errors.New("PgBouncer does not listen")
}

// before is the way to a database through the pooler, where there is one.
func (p *pooler) before(databaseURL string) string {
	if p.process == nil {
		return databaseURL
	}
	target, err := url.Parse(databaseURL)
	if err != nil {
		panic(err) // storetest makes the URL
	}
	return "postgres://placeops@" + p.address + target.Path + "?sslmode=disable"
}

func (p *pooler) stop() {
	if p.process == nil {
		return
	}
	_ = p.process.Process.Kill() // nothing is kept in it
	_ = p.process.Wait()
}
