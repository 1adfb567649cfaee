package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const readyLine = "placeOps is ready at "

// placeops is one of the processes of an installation, which runs now and then.
type placeops struct {
	in       *install
	settings []string
	proxy    *proxy                 // the network between it and an outside PostgreSQL; nil where it runs its own
	url      atomic.Pointer[string] // nil while it is not to be asked
	now      *process
}

// process is one run of `placeops serve`.
type process struct {
	cmd    *exec.Cmd
	ready  chan string // its address, once
	served atomic.Bool // it has been ready
	ended  chan error
}

// begin starts placeops and does not wait.
func (p *placeops) begin() error {
	cmd := exec.CommandContext(context.Background(), p.in.binary, "serve")
	cmd.Dir = p.in.dir // no .env there
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "PORT=0", "PLACEOPS_HOST=127.0.0.1", "JWT_SECRET=" + secret,
	}, p.settings...)
	cmd.Stderr = p.in.log
	output, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	now := &process{cmd: cmd, ready: make(chan string, 1), ended: make(chan error, 1)}
	p.now = now
	go func() {
		lines := bufio.NewReader(output)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				break
			}
			if rest, ready := strings.CutPrefix(line, readyLine); ready {
				url, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
				now.served.Store(true)
				now.ready <- url
			}
		}
		_, _ = io.Copy(io.Discard, lines)
		now.ended <- cmd.Wait()
	}()
	return nil
}

// awaitReady waits until placeops listens, and returns its address. One that gives up because the network to its PostgreSQL is
// cut while it starts is started again, as every service manager does.
func (p *placeops) awaitReady() (url string, err error) {
	for tooLate := time.After(patience); ; {
		select {
		case url := <-p.now.ready:
			return url, nil
		case err := <-p.now.ended:
			p.now = nil
			if p.in.shape == embedded {
				return "", fmt.Errorf("placeops did not start (%w): %s", err, p.in.lastWords())
			}
			if err := p.begin(); err != nil {
				return "", err
			}
		case <-tooLate:
			return "", fmt.Errorf("placeops was not ready after %v: %s", patience, p.in.lastWords())
		}
	}
}

// start starts placeops and waits until it is ready.
func (p *placeops) start() error {
	if err := p.begin(); err != nil {
		return err
	}
	url, err := p.awaitReady()
	if err != nil {
		return err
	}
	p.url.Store(&url)
	return nil
}

// kill ends placeops as the kernel does, and waits until a PostgreSQL of its own, which the kernel tells, has ended too.
func (p *placeops) kill() error {
	p.url.Store(nil)
	now := p.now
	p.now = nil
	select {
	case err := <-now.ended:
		if p.in.shape != embedded && !now.served.Load() {
			return nil // see awaitReady
		}
		return fmt.Errorf("placeops ended by itself (%w): %s", err, p.in.lastWords())
	default:
	}
	if err := now.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	if err := <-now.ended; err == nil {
		return errors.New("placeops had ended before it was killed")
	}
	if p.in.shape == embedded {
		p.in.awaitNoServers(soon)
	}
	return nil
}

// stop asks placeops to end and requires that it ends well.
func (p *placeops) stop() error {
	p.url.Store(nil)
	if err := p.now.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-p.now.ended:
		p.now = nil
		if err != nil {
			return fmt.Errorf("placeops did not end well (%w): %s", err, p.in.lastWords())
		}
		return nil
	case <-time.After(patience):
		return fmt.Errorf("placeops did not stop within %v: %s", patience, p.in.lastWords())
	}
}
