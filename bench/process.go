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
	"syscall"
	"time"
)

// process is a running `placeops serve`: the real binary.
type process struct {
	cmd     *exec.Cmd
	dataDir string
	url     string
	took    time.Duration // from its start until it said that it is ready
	ended   chan error
	log     string // file that holds what it logged
}

const readyLine = "placeOps is ready at "

// serve starts the binary on a data directory and returns when it says that it is ready. It runs with its own defaults but
// for the given settings, and logs into a file, as it does under systemd.
func (b *bench) serve(ctx context.Context, dataDir string, settings ...string) (*process, error) {
	p := &process{dataDir: dataDir, ended: make(chan error, 1)}
	log, err := os.CreateTemp(b.dir, "placeops-*.log")
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // placeops has it open itself
	p.log = log.Name()
	if p.cmd, err = b.command(ctx, dataDir, "serve", settings...); err != nil {
		return nil, err
	}
	p.cmd.Stderr = log
	output, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(output)
	for p.url == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			return nil, errors.Join(fmt.Errorf("placeops did not start: %s", p.lastWords()), p.cmd.Wait())
		}
		if rest, ready := strings.CutPrefix(line, readyLine); ready {
			p.took = time.Since(began)
			p.url, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, lines) // until it ends
		p.ended <- p.cmd.Wait()
	}()
	return p, nil
}

// command is a placeops command with only the settings that it is given.
func (b *bench) command(ctx context.Context, dataDir, name string, settings ...string) (*exec.Cmd, error) {
	binary, err := b.binary()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, binary, name)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Dir = b.dir // no .env there
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "PLACEOPS_DATA_DIR=" + dataDir, "PORT=0", "PLACEOPS_HOST=127.0.0.1",
		"JWT_SECRET=" + secret,
	}, settings...)
	return cmd, nil
}

// stop asks it to end and waits until it has.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-p.ended:
		if err != nil {
			return fmt.Errorf("placeops ended badly (%w): %s", err, p.lastWords())
		}
		return nil
	case <-time.After(patience):
		return errors.Join(errors.New("placeops did not stop"), p.cmd.Process.Kill())
	}
}

// kill ends it as kill -9 does.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return err
	}
	if err := <-p.ended; err == nil {
		return errors.New("placeops had ended before it was killed")
	}
	return nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) address() string { return strings.TrimPrefix(p.url, "http://") }

const lastBytes = 4 << 10

// lastWords is the end of what it logged.
func (p *process) lastWords() string {
	data, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(data[max(0, len(data)-lastBytes):]))
}
