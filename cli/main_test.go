package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"

	"placeops/cli"
	"placeops/postgres"
	"placeops/store/storetest"
)

const (
	// runVariable makes the test binary be placeops itself, so that the tests run the real program.
	runVariable = "CLI_TEST_IS_PLACEOPS"
	// patience is for waiting on conditions that normally hold within moments.
	patience = time.Minute
	poll     = 5 * time.Millisecond
	// secret signs the tokens of the tests' servers.
	secret = "a secret of the tests, 32 bytes or more"
)

func TestMain(m *testing.M) {
	if os.Getenv(runVariable) != "" {
		enterReadOnlyRoot()
		os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	storetest.Main(m)
}

// install is a folder to run placeops in, with its settings.
type install struct {
	t   *testing.T
	dir string   // the data directory is in it
	env []string // settings
}

// empty returns an install whose data directory does not exist yet.
func empty(t *testing.T, settings ...string) *install {
	t.Helper()
	in := &install{t: t, dir: storetest.Dir(t), env: append([]string{"JWT_SECRET=" + secret}, settings...)}
	if bin := os.Getenv("PLACEOPS_TEST_POSTGRES_BIN"); bin != "" {
		in.env = append(in.env, "PLACEOPS_POSTGRES_BIN="+bin)
	}
	t.Cleanup(func() { in.noOrphans() })
	return in
}

// prepared returns an install with an empty, migrated database: a copy, which is faster than a first start.
func prepared(t *testing.T, settings ...string) *install {
	t.Helper()
	from, bin := template(t)
	in := empty(t, append(settings, "PLACEOPS_POSTGRES_BIN="+bin)...)
	require.NoError(t, os.Mkdir(in.data(), 0o755))
	output, err := exec.CommandContext(t.Context(), "cp", "-a", from, in.data()).CombinedOutput()
	require.NoError(t, err, "%s", output)
	return in
}

// made is what template has made. A test binary needs one.
var made struct {
	sync.Mutex
	cluster, bin string
}

// template returns the cluster that prepared copies, and the folder of its server.
func template(t *testing.T) (cluster, bin string) {
	t.Helper()
	made.Lock()
	defer made.Unlock()
	if made.cluster == "" {
		in := empty(t)
		in.dir = storetest.SharedDir(t)
		in.run("migrate").ok()
		made.bin = os.Getenv("PLACEOPS_TEST_POSTGRES_BIN")
		if made.bin == "" {
			found, err := filepath.Glob(filepath.Join(in.data(), "pg-*", "bin"))
			require.NoError(t, err)
			require.Len(t, found, 1)
			made.bin = found[0]
		}
		made.cluster = filepath.Join(in.data(), "data")
	}
	return made.cluster, made.bin
}

func (in *install) data() string { return filepath.Join(in.dir, "placeops-data") }

func (in *install) command(ctx context.Context, args ...string) *exec.Cmd {
	in.t.Helper()
	self, err := os.Executable()
	require.NoError(in.t, err)
	command := exec.CommandContext(ctx, self, args...)
	command.Dir = in.dir
	command.Env = append([]string{runVariable + "=1", "PATH=" + os.Getenv("PATH"), "PORT=0", "PLACEOPS_HOST=127.0.0.1"}, in.env...)
	return command
}

// result is what a finished command left.
type result struct {
	t        *testing.T
	what     string
	code     int
	out, err string
}

// run runs a command to its end.
func (in *install) run(args ...string) *result {
	in.t.Helper()
	return in.runWith("", nil, args...)
}

// runWith runs a command with standard input and more settings.
func (in *install) runWith(stdin string, settings []string, args ...string) *result {
	in.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	command := in.command(ctx, args...)
	command.Env = append(command.Env, settings...)
	var out, errs bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(stdin), &out, &errs
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(in.t, err)
	}
	return &result{
		t: in.t, what: strings.Join(args, " "), code: command.ProcessState.ExitCode(), out: out.String(), err: errs.String(),
	}
}

// ok requires success, and silence beside the result.
func (r *result) ok() *result {
	r.t.Helper()
	require.Zero(r.t, r.code, "%s: %s", r.what, r.err)
	require.Empty(r.t, r.err, "%s", r.what)
	return r
}

// fails requires one line on stderr that says all of this, and a status that is not zero.
func (r *result) fails(saying ...string) *result {
	r.t.Helper()
	require.Equal(r.t, 1, r.code, "%s: %s%s", r.what, r.out, r.err)
	require.Equal(r.t, 1, strings.Count(r.err, "\n"), "%s: one line: %s", r.what, r.err)
	require.True(r.t, strings.HasPrefix(r.err, "placeops: "), "%s: %s", r.what, r.err)
	for _, text := range saying {
		require.Contains(r.t, r.err, text, "%s", r.what)
	}
	require.Empty(r.t, r.out, "%s", r.what)
	return r
}

// serving is a running `placeops serve`.
type serving struct {
	*install
	command *exec.Cmd
	url     string
	out     *transcript
	log     *transcript
	signed  map[auth.Role]string // tokens made so far, by role
}

// transcript collects what a process writes while others read it.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *transcript) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// serve starts a server and waits until it is ready. It is ended with the test.
func (in *install) serve(args ...string) *serving {
	in.t.Helper()
	s := in.begin(args...)
	s.awaitReady()
	return s
}

// begin starts a server and does not wait.
func (in *install) begin(args ...string) *serving {
	in.t.Helper()
	return in.launch(in.command(context.Background(), append([]string{"serve"}, args...)...))
}

// launch starts a server by its command.
func (in *install) launch(serve *exec.Cmd) *serving {
	in.t.Helper()
	s := &serving{install: in, command: serve, out: &transcript{}, log: &transcript{}, signed: map[auth.Role]string{}}
	s.command.Stdout, s.command.Stderr = s.out, s.log
	require.NoError(in.t, s.command.Start())
	in.t.Cleanup(func() {
		if s.command.ProcessState == nil {
			_ = s.command.Process.Signal(syscall.SIGTERM)
			_ = s.command.Wait()
		}
		if in.t.Failed() {
			in.t.Logf("serve said:\n%s%s", s.out, s.log)
		}
		require.NotContains(in.t, s.log.String(), "DATA RACE")
	})
	return s
}

// The line that serve prints, up to the address.
const readyLine = "placeOps is ready at "

func (s *serving) awaitReady() {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		_, after, found := strings.Cut(s.out.String(), readyLine)
		s.url, _, _ = strings.Cut(after, " ")
		return found && strings.Contains(after, "\n")
	}, patience, poll, "serve is ready; it said: %s", s.log)
}

// stop ends the server as an operator does, and requires that it ends well.
func (s *serving) stop() {
	s.t.Helper()
	require.NoError(s.t, s.command.Process.Signal(syscall.SIGTERM))
	require.NoError(s.t, s.command.Wait(), "%s", s.log)
	s.noOrphans()
}

// kill ends the server as the kernel does, and waits until its PostgreSQL, which the kernel tells, has ended too.
func (s *serving) kill() {
	s.t.Helper()
	require.NoError(s.t, s.command.Process.Kill())
	_ = s.command.Wait()
	s.noOrphans()
}

// noOrphans requires that no PostgreSQL of this install runs any more.
func (in *install) noOrphans() {
	in.t.Helper()
	require.Eventually(in.t, func() bool { return len(in.servers()) == 0 }, patience, poll, "a PostgreSQL outlived its placeops")
}

// servers lists the processes that work in the install's cluster, as far as /proc tells.
func (in *install) servers() []string {
	in.t.Helper()
	folders, err := filepath.Glob("/proc/[0-9]*/cwd")
	require.NoError(in.t, err)
	var pids []string
	for _, folder := range folders {
		if cwd, err := os.Readlink(folder); err == nil && cwd == filepath.Join(in.data(), "data") {
			pids = append(pids, filepath.Base(filepath.Dir(folder)))
		}
	}
	return pids
}

// databaseURL is where the running server's PostgreSQL is.
func (s *serving) databaseURL() string {
	s.t.Helper()
	for _, setting := range s.env {
		if outside, ok := strings.CutPrefix(setting, "DATABASE_URL="); ok {
			return outside
		}
	}
	text, err := os.ReadFile(filepath.Join(s.data(), "placeops.lock"))
	require.NoError(s.t, err)
	var holder struct {
		URL string `json:"url"`
	}
	require.NoError(s.t, json.Unmarshal(text, &holder))
	require.NotEmpty(s.t, holder.URL)
	return holder.URL
}

// withDatabase runs fn on the install's database while no placeops runs.
func (in *install) withDatabase(fn func(url string)) {
	in.t.Helper()
	in.withServer(os.Getenv("PLACEOPS_TEST_POSTGRES_BIN"), fn)
}

// withServer is withDatabase with the server in a folder; "" is placeops's own.
func (in *install) withServer(bin string, fn func(url string)) {
	in.t.Helper()
	url, release, err := postgres.Open(in.t.Context(), postgres.Config{Dir: in.data(), BinDir: bin, Durable: true})
	require.NoError(in.t, err)
	defer func() { require.NoError(in.t, release(context.WithoutCancel(in.t.Context()))) }()
	fn(url)
}

// lines are the lines of a text, without spaces around them.
func lines(text string) []string {
	var found []string
	scanner := bufio.NewScanner(strings.NewReader(text))
	for scanner.Scan() {
		found = append(found, strings.TrimSpace(scanner.Text()))
	}
	return found
}
