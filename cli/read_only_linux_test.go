package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

const (
	// readOnlyVariable names the folder that placeops may write to while all else is read-only.
	readOnlyVariable = "CLI_TEST_WRITABLE"
	// writableAt is where it then finds that folder: one that every system has.
	writableAt = "/mnt"
)

// enterReadOnlyRoot leaves placeops what it has as a service, and in a container that was started with --read-only: its data
// folder, a /tmp and a /dev/shm of its own, no capability and no way to any. This process has its own mounts already.
func enterReadOnlyRoot() {
	folder := os.Getenv(readOnlyVariable)
	if folder == "" {
		return
	}
	runtime.LockOSThread() // what is given up belongs to the thread
	private := func(dir string) error {
		return unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777")
	}
	set := func(dir string, flags uint, attributes unix.MountAttr) error {
		return unix.MountSetattr(unix.AT_FDCWD, dir, flags, &attributes)
	}
	err := errors.Join(
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount(folder, writableAt, "", unix.MS_BIND, ""),
		set("/", unix.AT_RECURSIVE, unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}),
		set(writableAt, 0, unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY}),
		private("/tmp"), private("/dev/shm"),
		os.Chdir("/"),
		unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0),
		unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
		os.Unsetenv(readOnlyVariable),
	)
	if err == nil {
		err = syscall.Exec("/proc/self/exe", os.Args, os.Environ())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(3)
}

// readOnly is an install whose commands run in a read-only root, as an ordinary user.
type readOnly struct {
	*install
	self string // a copy of the test binary that every user can run
	uid  uint32
	as   *syscall.SysProcAttr
}

// inReadOnlyRoot makes one. Root becomes nobody; an ordinary user needs user namespaces.
func inReadOnlyRoot(t *testing.T) *readOnly {
	t.Helper()
	r := &readOnly{install: empty(t), uid: uint32(os.Geteuid())}
	r.as = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN}}
	require.NoError(t, os.Mkdir(r.data(), 0o700))
	if os.Geteuid() == 0 {
		nobody, err := user.Lookup("nobody")
		require.NoError(t, err)
		r.uid = number(t, nobody.Uid)
		r.as.Credential = &syscall.Credential{Uid: r.uid, Gid: number(t, nobody.Gid)}
		require.NoError(t, os.Chown(r.data(), int(r.uid), int(r.as.Credential.Gid)))
	} else {
		r.as.Cloneflags |= syscall.CLONE_NEWUSER
		r.as.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		r.as.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	r.copySelf()
	if told := r.runReadOnly("version"); told.code == 3 && os.Geteuid() != 0 {
		t.Skipf("this machine lets ordinary users make no namespaces of their own (%s); as root the test runs", told.err)
	}
	return r
}

func number(t *testing.T, text string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 32)
	require.NoError(t, err)
	return uint32(n)
}

func (r *readOnly) copySelf() {
	r.t.Helper()
	path, err := os.Executable()
	require.NoError(r.t, err)
	from, err := os.Open(path)
	require.NoError(r.t, err)
	defer func() { _ = from.Close() }()
	r.self = filepath.Join(r.dir, "placeops")
	to, err := os.OpenFile(r.self, os.O_CREATE|os.O_WRONLY, 0o755)
	require.NoError(r.t, err)
	_, err = io.Copy(to, from)
	require.NoError(r.t, errors.Join(err, to.Close()))
}

func (r *readOnly) commandReadOnly(args ...string) *exec.Cmd {
	r.t.Helper()
	command := r.command(context.Background(), args...)
	command.Path, command.Dir, command.SysProcAttr = r.self, "/", r.as
	command.Env = append(command.Env, "PLACEOPS_DATA_DIR="+writableAt, readOnlyVariable+"="+r.data())
	return command
}

func (r *readOnly) runReadOnly(args ...string) *result {
	r.t.Helper()
	command := r.commandReadOnly(args...)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	err := command.Run()
	told := &result{t: r.t, what: strings.Join(args, " "), out: out.String(), err: errs.String()}
	var exit *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &exit):
		told.code = exit.ExitCode()
	default: // it was not even started
		told.code, told.err = 3, err.Error()
	}
	return told
}

// placeops and its PostgreSQL do all their work where they can write to the data folder, to a /tmp of their own, and nowhere else.
func TestItWorksInAReadOnlyRootAsAnOrdinaryUser(t *testing.T) {
	t.Parallel()
	r := inReadOnlyRoot(t)
	s := r.launch(r.commandReadOnly("serve", "--demo"))
	s.awaitReady()
	postgres := s.postgresIn(r.data())
	for _, pid := range []int{s.command.Process.Pid, postgres} {
		r.requireConfined(pid)
	}
	s.doTheMainJob()
	require.Contains(t, r.runReadOnly("check").ok().out, "queue      worked job")
	require.Equal(t, "ready\n", r.runReadOnly("health", "--port", portOf(t, s.url)).ok().out)
	require.Contains(t, r.runReadOnly("backup", writableAt+"/of-today").done().out, "files      1 with")

	require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
	require.NoError(t, s.command.Wait(), "%s", s.log)
	require.ErrorIs(t, syscall.Kill(postgres, 0), syscall.ESRCH)
	require.NotContains(t, s.log.String(), "level=ERROR")
	require.NotContains(t, s.log.String(), "level=WARN")
	require.Contains(t, r.runReadOnly("user", "list").ok().out, "asha@college.example") // it starts again, too
}

// postgresIn is the process id of the PostgreSQL whose data are in folder.
func (s *serving) postgresIn(folder string) int {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "data", "postmaster.pid"))
	require.NoError(s.t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	require.NoError(s.t, err)
	return pid
}

// requireConfined requires of a running process that it is nobody special and that it sees a read-only root.
func (r *readOnly) requireConfined(pid int) {
	r.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(r.t, err)
	require.NotZero(r.t, r.uid)
	for _, line := range []string{fmt.Sprintf("Uid:\t%[1]d\t%[1]d\t%[1]d\t%[1]d\n", r.uid), "CapEff:\t0000000000000000\n", "CapPrm:\t0000000000000000\n", "NoNewPrivs:\t1\n"} {
		require.Contains(r.t, string(status), line)
	}
	mounts, err := os.ReadFile(fmt.Sprintf("/proc/%d/mountinfo", pid))
	require.NoError(r.t, err)
	var writable []string
	for _, mount := range lines(string(mounts)) {
		fields := strings.Fields(mount) // see proc_pid_mountinfo(5)
		if options := strings.Split(fields[5], ","); slices.Contains(options, "rw") {
			writable = append(writable, fields[4])
		}
	}
	require.ElementsMatch(r.t, []string{writableAt, "/tmp", "/dev/shm"}, writable)
	for _, dir := range []string{"/", "/etc", "/usr", "/var", "/var/tmp"} {
		err := os.Mkdir(fmt.Sprintf("/proc/%d/root%s/written-by-placeops", pid, dir), 0o700)
		require.ErrorIs(r.t, err, syscall.EROFS, "%s", dir)
	}
}

// doTheMainJob imports a student, publishes a drive with a PDF, registers the student and fetches every kind of file.
func (s *serving) doTheMainJob() {
	s.t.Helper()
	emails, password := logIns(s.t, s.out.String())
	head := s.signIn(emails["HEAD"], password)
	done := func(job int64) int64 {
		require.Eventually(s.t, func() bool {
			return s.get(head, at("/jobs/%d", job)).is(http.StatusOK).field("state") == "completed"
		}, patience, poll, "job %d; serve said %s", job, s.log)
		return job
	}
	sheet := "Roll No,Name,Email,Branch,Batch,CGPA\nX1,Asha,asha@college.example,CSE,2027,9\n"
	done(s.upload(head, "/students/import", "file", "students.csv", sheet).is(http.StatusAccepted).int("job_id"))
	drive := s.post(head, "/drives", map[string]any{"company_name": "Acme", "job_title": "Engineer"}).is(http.StatusCreated).int("drive_id")
	done(s.post(head, at("/drives/%d/publish", drive), nil).is(http.StatusOK).int("job_id"))
	student := s.signIn(emails["STUDENT"], password)
	s.post(student, "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
	export := done(s.post(head, at("/registrations/%d/export", drive), nil).is(http.StatusAccepted).int("job_id"))
	for _, file := range []string{
		at("/jobs/%d/download", export), "/finished-drives/download-excel", "/finished-drives/download-pdf",
	} {
		require.NotEmpty(s.t, s.get(head, file).is(http.StatusOK).body, "%s", file)
	}
}
