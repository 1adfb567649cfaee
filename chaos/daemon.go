package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// daemon is a program of the distribution, such as a load balancer, that a shape has beside placeops. It runs in a folder of its
// own, as an ordinary user: PostgreSQL, PgBouncer and Patroni refuse to be root.
type daemon struct {
	in      *install
	dir     string
	program string
	args    []string
	env     []string
	// keepUser is for a program that has nothing against root.
	keepUser bool
	cmd      *exec.Cmd // nil while it does not run
	ended    chan struct{}
}

// installedProgram is where a program of the distribution is, or an error that says how to get it.
func installedProgram(name, debian string) (string, error) {
	for _, folder := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/usr/local/sbin", "/sbin") {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() { //nolint:gosec // whoever runs this has set PATH
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed: apt-get install %s", name, debian)
}

// daemonFolder makes a folder for a daemon, in which it may write.
func (in *install) daemonFolder(name string) (string, error) {
	dir := filepath.Join(in.dir, name)
	return dir, errors.Join(os.Mkdir(dir, 0o700), giveAway(dir))
}

// writeFor writes a file for daemons to read.
func writeFor(dir, name, text string) (path string, err error) {
	path = filepath.Join(dir, name)
	return path, errors.Join(os.WriteFile(path, []byte(text), 0o600), giveAway(path))
}

// ordinaryUser is whom daemons run as when this program is root: the same as PostgreSQL, whose socket PgBouncer needs.
func ordinaryUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nobody else
	}
	for _, name := range []string{"placeops", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(uidErr, gidErr)
	}
	return nil, errors.New("there is neither a user placeops nor a user nobody to run daemons as")
}

func giveAway(path string) error {
	to, err := ordinaryUser()
	if err != nil || to == nil {
		return err
	}
	return os.Chown(path, int(to.Uid), int(to.Gid))
}

func (d *daemon) start() error {
	to, err := ordinaryUser()
	if err != nil {
		return err
	}
	if d.keepUser {
		to = nil
	}
	cmd := exec.CommandContext(context.Background(), d.program, d.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = d.dir, d.in.log, d.in.log
	cmd.Env = append([]string{"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=" + d.dir, "LC_ALL=C.UTF-8"}, d.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: to, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	d.cmd, d.ended = cmd, ended
	go func() {
		_ = cmd.Wait() // how it ended stands in the log
		close(ended)
	}()
	return nil
}

// kill ends the daemon and all that it has started, as the loss of its machine would.
func (d *daemon) kill() error { return d.signal(syscall.SIGKILL) }

// end asks it to end, and does not ask for ever.
func (d *daemon) end() error {
	if d.cmd == nil {
		return nil
	}
	if err := gone(syscall.Kill(-d.cmd.Process.Pid, syscall.SIGTERM)); err != nil {
		return err
	}
	select {
	case <-d.ended:
		d.cmd = nil
		return nil
	case <-time.After(soon):
		return d.kill()
	}
}

func (d *daemon) signal(signal syscall.Signal) error {
	if d.cmd == nil {
		return nil
	}
	err := gone(syscall.Kill(-d.cmd.Process.Pid, signal))
	<-d.ended
	d.cmd = nil
	return err
}

// freePort is a port of loopback that nobody has at this moment.
func freePort() (int, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // it listens on TCP
	return port, listener.Close()
}

// freeAddresses are so many addresses of loopback, all different.
func freeAddresses(n int) (addresses []string, err error) {
	for range n {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		addresses = append(addresses, fmt.Sprintf("127.0.0.1:%d", port))
	}
	return addresses, nil
}

// awaitListening waits until somebody listens at an address.
func (in *install) awaitListening(address string) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); wait(context.Background(), retryPause) {
		conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", address)
		if err == nil {
			return conn.Close()
		}
	}
	return fmt.Errorf("nobody listens on %s after %v: %s", address, patience, in.lastWords())
}
