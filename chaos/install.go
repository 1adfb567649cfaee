package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	readyLine = "placeOps is ready at "
	secret    = "a secret of the chaos harness, 32 bytes or more"
	patience  = time.Minute // for what happens in any case
)

// install is a data directory and the real placeops that runs on it, now and then.
type install struct {
	dir    string
	binary string
	log    *os.File // what all of them have logged, one after the other
	url    atomic.Pointer[string]
	now    *process
}

// process is one run of `placeops serve`.
type process struct {
	cmd   *exec.Cmd
	ready chan string // its address, once
	ended chan error
}

// newInstall builds placeops and makes a folder for it. As root, PostgreSQL runs as another user, who must be able to pass.
func newInstall(ctx context.Context, parent string) (*install, error) {
	dir, err := os.MkdirTemp(parent, "placeops-chaos-")
	if err != nil {
		return nil, err
	}
	in := &install{dir: dir, binary: filepath.Join(dir, "placeops")}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // nothing in it is secret
		return nil, err
	}
	if output, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", in.binary, "placeops").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build placeops: %w: %s", err, output)
	}
	in.log, err = os.Create(filepath.Join(dir, "placeops.log"))
	return in, err
}

func (in *install) data() string    { return filepath.Join(in.dir, "placeops-data") }
func (in *install) cluster() string { return filepath.Join(in.data(), "data") }

// begin starts placeops and does not wait.
func (in *install) begin() error {
	cmd := exec.CommandContext(context.Background(), in.binary, "serve")
	cmd.Dir = in.dir // no .env there
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "PLACEOPS_DATA_DIR=" + in.data(), "PORT=0",
		"PLACEOPS_HOST=127.0.0.1", "JWT_SECRET=" + secret,
	}
	cmd.Stderr = in.log
	output, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	p := &process{cmd: cmd, ready: make(chan string, 1), ended: make(chan error, 1)}
	in.now = p
	go func() {
		lines := bufio.NewReader(output)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				break
			}
			if rest, ready := strings.CutPrefix(line, readyLine); ready {
				url, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
				p.ready <- url
			}
		}
		_, _ = io.Copy(io.Discard, lines)
		p.ended <- cmd.Wait()
	}()
	return nil
}

// start starts placeops, waits until it is ready, and calls atReady before anybody sends it a request.
func (in *install) start(atReady func()) error {
	if err := in.begin(); err != nil {
		return err
	}
	select {
	case url := <-in.now.ready:
		atReady()
		in.url.Store(&url)
		return nil
	case err := <-in.now.ended:
		in.now = nil
		return fmt.Errorf("placeops did not start (%w): %s", err, in.lastWords())
	case <-time.After(patience):
		return fmt.Errorf("placeops was not ready after %v: %s", patience, in.lastWords())
	}
}

// kill ends placeops as the kernel does, and waits until its PostgreSQL, which the kernel tells, has ended too.
func (in *install) kill() error {
	in.url.Store(nil)
	select {
	case err := <-in.now.ended:
		return fmt.Errorf("placeops ended by itself (%w): %s", err, in.lastWords())
	default:
	}
	if err := in.now.cmd.Process.Kill(); err != nil {
		return err
	}
	if err := <-in.now.ended; err == nil {
		return errors.New("placeops had ended before it was killed")
	}
	in.now = nil
	in.awaitNoServers(soon)
	return nil
}

// soon is when PostgreSQL has nearly always ended after its placeops. One that is told to end while it recovers from a crash
// may hang for ever; the next placeops on the data directory then ends it.
const soon = 3 * time.Second

// endServers ends what is left of PostgreSQL when no placeops will come any more.
func (in *install) endServers() {
	if in.awaitNoServers(soon) {
		return
	}
	for _, pid := range in.servers() {
		_ = syscall.Kill(pid, syscall.SIGKILL) // gone, at best
	}
	in.awaitNoServers(patience)
}

// stop asks placeops to end and requires that it ends well.
func (in *install) stop() error {
	in.url.Store(nil)
	if err := in.now.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-in.now.ended:
		in.now = nil
		if err != nil {
			return fmt.Errorf("placeops did not end well (%w): %s", err, in.lastWords())
		}
		if !in.awaitNoServers(patience) {
			return errors.New("a PostgreSQL outlived its placeops, which had been stopped in order")
		}
		return nil
	case <-time.After(patience):
		return fmt.Errorf("placeops did not stop within %v: %s", patience, in.lastWords())
	}
}

// close ends what still runs and removes everything, or says where it is.
func (in *install) close(keep bool) error {
	var err error
	if in.now != nil {
		err = in.kill()
	}
	in.endServers()
	err = errors.Join(err, in.log.Close())
	if keep {
		return err
	}
	return errors.Join(err, os.RemoveAll(in.dir))
}

func (in *install) awaitNoServers(within time.Duration) bool {
	for deadline := time.Now().Add(within); time.Now().Before(deadline); {
		if len(in.servers()) == 0 {
			return true
		}
		wait(context.Background(), 5*time.Millisecond)
	}
	return false
}

// servers are the processes of this install's PostgreSQL, which are told by the folder that they work in.
func (in *install) servers() (pids []int) {
	folders, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is good
	for _, folder := range folders {
		if cwd, err := os.Readlink(folder); err == nil && cwd == in.cluster() {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// postmaster is the main process of PostgreSQL and the others, 0 and none while it is down.
func (in *install) postmaster() (pid int, others []int) {
	text, err := os.ReadFile(filepath.Join(in.cluster(), "postmaster.pid"))
	if err != nil {
		return 0, nil
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	wanted, _ := strconv.Atoi(string(first))
	for _, server := range in.servers() {
		if server == wanted {
			pid = server
		} else {
			others = append(others, server)
		}
	}
	return pid, others
}

// databaseURL is where the running PostgreSQL is.
func (in *install) databaseURL() (string, error) {
	text, err := os.ReadFile(filepath.Join(in.data(), "placeops.lock"))
	if err != nil {
		return "", err
	}
	var holder struct {
		URL string `json:"url"`
	}
	return holder.URL, json.Unmarshal(text, &holder)
}

const lastBytes = 4 << 10

// lastWords is the end of what placeops logged.
func (in *install) lastWords() string {
	data, err := os.ReadFile(in.log.Name())
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(data[max(0, len(data)-lastBytes):]))
}

// wait returns after a time, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
