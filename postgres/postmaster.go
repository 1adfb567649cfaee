//go:build unix

package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// readyPoll is how often a starting server is asked whether it is ready.
const readyPoll = 5 * time.Millisecond

// logDrain is how long to read on in the log of a server that has ended:
// surviving backends may hold its pipe open for ever.
const logDrain = 300 * time.Millisecond

// stopSteps are fast shutdown, immediate shutdown (the next start recovers), force.
var stopSteps = []step{{syscall.SIGINT, 30 * time.Second}, {syscall.SIGQUIT, 5 * time.Second}, {syscall.SIGKILL, 5 * time.Second}}

// StopTime is how long a server takes to stop, at most.
func StopTime() (most time.Duration) {
	for _, next := range stopSteps {
		most += next.patience
	}
	return most
}

// hurriedPatience replaces a step's patience once the caller's has ended.
const hurriedPatience = 2 * time.Second

// postmaster is one run of the server's main process.
type postmaster struct {
	process *os.Process
	exited  chan struct{} // closed when it has ended
	state   error         // how it ended; nil is cleanly; valid after exited
	relay   *logRelay
	drained chan struct{} // closed when its log is read to the end
	link    *walLink      // nil when no write-ahead log is archived or fetched
}

// startPostmaster starts the server as the account; it is not ready yet. Its processes inherit link, which may be nil.
func startPostmaster(program string, args []string, as account, logger *slog.Logger, link *walLink) (*postmaster, error) {
	read, write, err := os.Pipe()
	if err != nil {
		link.close()
		return nil, err
	}
	// No context ends it: who started it does, in PostgreSQL's own way.
	command := exec.Command(program, args...) //nolint:noctx // see above
	command.Dir = "/"
	command.Env = environment()
	command.Stdout, command.Stderr = write, write
	command.SysProcAttr = childAttributes(as, syscall.SIGINT)
	if link != nil {
		command.ExtraFiles = []*os.File{link.write}
	}

	p := &postmaster{exited: make(chan struct{}), drained: make(chan struct{}), relay: &logRelay{logger: logger}, link: link}
	started := make(chan error, 1)
	go p.run(command, read, write, started)
	if err := <-started; err != nil {
		return nil, cannotRun(program, as, err)
	}
	return p, nil
}

// cannotRun explains why the system would not even run the program. It does
// not wrap err, whose "permission denied" is not about the data directory.
func cannotRun(program string, as account, err error) error {
	hint := ""
	switch {
	case errors.Is(err, os.ErrNotExist):
		hint = "; the bundled PostgreSQL needs glibc with libstdc++, as Debian, Ubuntu and Red Hat have: elsewhere install PostgreSQL or set DATABASE_URL"
	case errors.Is(err, syscall.EACCES):
		hint = "; is the data directory on a file system mounted noexec?"
	case errors.Is(err, syscall.EPERM):
		hint = "; placeops is root but may not change its user: run it as an ordinary user"
	}
	return fmt.Errorf("cannot run %s as user %s: %w%s", program, as.name, err, hint)
}

// run starts the command and waits for its end on one thread, see onOwnThread.
func (p *postmaster) run(command *exec.Cmd, read, write *os.File, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer func() { _ = read.Close() }()

	err := command.Start()
	_ = write.Close()
	if err != nil {
		p.link.close()
		started <- err
		return
	}
	p.link.serve()
	p.process = command.Process
	started <- nil
	go func() {
		defer close(p.drained)
		p.relay.follow(read)
	}()
	p.state = command.Wait()
	p.link.close()
	close(p.exited)
	_ = read.SetReadDeadline(time.Now().Add(logDrain))
	<-p.drained
}

// awaitReady returns when the server accepts connections. After a crash it
// first recovers, for as long as that takes.
func (p *postmaster) awaitReady(ctx context.Context, place layout) error {
	for {
		if isReady(place, p.process.Pid) {
			return nil
		}
		select {
		case <-p.exited:
			return p.deathNotice()
		default:
		}
		if err := pause(ctx, readyPoll); err != nil {
			return fmt.Errorf("PostgreSQL in %s was not ready in time: %w", place.dir, err)
		}
	}
}

// isReady reads the server's state from postmaster.pid, where the first line
// is the process id and the eighth the state. Trying to connect instead would
// log an error at every try.
func isReady(place layout, pid int) bool {
	content, err := os.ReadFile(place.pidFile())
	if err != nil {
		return false
	}
	lines := strings.Split(string(content), "\n")
	return len(lines) > 7 && lines[0] == strconv.Itoa(pid) && strings.TrimSpace(lines[7]) == "ready"
}

// deathNotice says how a server ended that should not have.
func (p *postmaster) deathNotice() error {
	<-p.drained
	how := "exit status 0"
	if p.state != nil {
		how = p.state.Error()
	}
	return fmt.Errorf("PostgreSQL ended (%s), its last lines were:\n%s", how, p.relay.lastWords())
}

// stop ends the server, with more force as time passes or hurry is closed. Its last act is to archive what is finished.
func (p *postmaster) stop(hurry <-chan struct{}) error {
	p.link.hurry()
	for _, next := range stopSteps {
		if err := p.process.Signal(next.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("signal PostgreSQL: %w", err)
		}
		if p.waitFor(next.patience, &hurry) {
			return p.stopResult()
		}
	}
	return fmt.Errorf("PostgreSQL (pid %d) does not end: end it by hand", p.process.Pid)
}

// waitFor reports whether the server ended within patience or, once hurry is
// closed, before that; a closed hurry counts once and shortens what follows.
func (p *postmaster) waitFor(patience time.Duration, hurry *<-chan struct{}) bool {
	if *hurry == nil {
		patience = min(patience, hurriedPatience)
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.exited:
		return true
	case <-timer.C:
	case <-*hurry:
		*hurry = nil
	}
	return false
}

func (p *postmaster) stopResult() error {
	<-p.drained
	if p.state != nil {
		return fmt.Errorf("PostgreSQL did not end cleanly (%w); its next start recovers", p.state)
	}
	return nil
}
