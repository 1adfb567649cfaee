package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/auth"
	"placeops/postgres"
	"placeops/store"
)

// process is a running `placeops serve`: the real binary.
type process struct {
	cmd     *exec.Cmd
	dataDir string
	url     string
	took    time.Duration // from its start until it said that it is ready
	ended   chan error
	errors  *tail
}

const readyLine = "placeOps is ready at "

// serve starts the binary on a data directory and returns when it says that it is ready.
func (b *bench) serve(ctx context.Context, dataDir string) (*process, error) {
	binary, err := b.binary()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(ctx, binary, "serve"), dataDir: dataDir, ended: make(chan error, 1), errors: &tail{}}
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.Dir = b.dir // no .env there
	p.cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "PLACEOPS_DATA_DIR=" + dataDir, "PORT=0", "PLACEOPS_HOST=127.0.0.1",
		"JWT_SECRET=" + secret,
	}
	p.cmd.Stderr = p.errors
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
			return nil, errors.Join(fmt.Errorf("placeops did not start: %s", p.errors), p.cmd.Wait())
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

// stop asks it to end and waits until it has.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-p.ended:
		if err != nil {
			return fmt.Errorf("placeops ended badly (%w): %s", err, p.errors)
		}
		return nil
	case <-time.After(patience):
		return errors.Join(errors.New("placeops did not stop"), p.cmd.Process.Kill())
	}
}

// connect returns a client of the process and a pool on its own database.
func (p *process) connect(ctx context.Context) (*client, *pgxpool.Pool, error) {
	tokens, err := auth.NewTokens([]byte(secret))
	if err != nil {
		return nil, nil, err
	}
	url, _, err := postgres.Open(ctx, postgres.Config{Dir: p.dataDir}) // of the serve that runs there
	if err != nil {
		return nil, nil, err
	}
	pool, err := store.OpenPool(ctx, url, store.PoolOptions{MaxConns: 4})
	return newClient(p.url, tokens), pool, err
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// memory is what a group of processes uses, in MB.
type memory struct {
	pss   float64
	rss   float64
	files float64 // the part of pss that are pages of program files, which the system can drop and read again
}

func (m memory) plus(other memory) memory {
	return memory{pss: m.pss + other.pss, rss: m.rss + other.rss, files: m.files + other.files}
}

// memory returns placeops' own share and that of its PostgreSQL, whose processes descend from it. PSS counts a page that n
// processes share as 1/n in each, so the sum is what they use together; RSS counts it n times.
func (p *process) memory() (own, database memory, err error) {
	if own, err = memoryOfProcess(p.pid()); err != nil {
		return own, database, err
	}
	descendants := descendantsOf(p.pid())
	if len(descendants) == 0 {
		return own, database, errors.New("placeops has no PostgreSQL")
	}
	for _, pid := range descendants {
		m, err := memoryOfProcess(pid)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // a connection that has just been closed
		}
		if err != nil {
			return own, database, err
		}
		database = database.plus(m)
	}
	return own, database, nil
}

func memoryOfProcess(pid int) (memory, error) {
	values, err := megabytes(fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Pss", "Rss", "Pss_File")
	return memory{pss: values[0], rss: values[1], files: values[2]}, err
}

// megabytes reads lines such as "Rss:   1234 kB".
func megabytes(path string, names ...string) ([]float64, error) {
	values := make([]float64, len(names))
	data, err := os.ReadFile(path)
	if err != nil {
		return values, err
	}
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		if i := slices.Index(names, strings.TrimSuffix(words[0], ":")); i >= 0 {
			kilobytes, err := strconv.ParseFloat(words[1], 64)
			if err != nil {
				return values, err
			}
			values[i] = kilobytes / 1024
		}
	}
	return values, nil
}

// descendantsOf lists the children of a process, their children, and so on.
func descendantsOf(pid int) []int {
	parents := map[int]int{}
	found, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is good
	for _, path := range found {
		data, err := os.ReadFile(path)
		_, rest, ok := strings.Cut(string(data), ") ") // a program's name may hold spaces
		words := strings.Fields(rest)
		if err != nil || !ok || len(words) < 2 {
			continue // it has just ended
		}
		child, _ := strconv.Atoi(strings.Split(path, "/")[2])
		parents[child], _ = strconv.Atoi(words[1])
	}
	var all []int
	for child := range parents {
		for parent := parents[child]; parent > 1; parent = parents[parent] {
			if parent == pid {
				all = append(all, child)
				break
			}
		}
	}
	return all
}

// peak is the most memory that a process has used since peakFromNow, in MB.
type peak struct {
	rss  float64 // with the pages of the program itself that were touched
	anon float64 // without: Go's heap, stacks and the rest of the runtime
}

// peakFromNow makes the kernel forget the process's highest RSS so far.
func (p *process) peakFromNow() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.pid()), []byte("5"), 0o200)
}

// updatePeak looks at the memory now; the kernel itself remembers the highest RSS between two looks.
func (p *process) updatePeak(so *peak) error {
	values, err := megabytes(fmt.Sprintf("/proc/%d/status", p.pid()), "VmHWM", "RssAnon")
	so.rss, so.anon = max(so.rss, values[0]), max(so.anon, values[1])
	return err
}

// tail keeps the end of what a process wrote.
type tail struct{ text []byte }

const tailBytes = 4 << 10

func (t *tail) Write(data []byte) (int, error) {
	t.text = append(t.text, data...)
	t.text = t.text[max(0, len(t.text)-tailBytes):]
	return len(data), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.text)) }
