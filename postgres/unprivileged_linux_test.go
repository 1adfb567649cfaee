package postgres_test

import (
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAllOfThisAsAnOrdinaryUser runs the other tests once more as nobody when
// they run as root, so that both are covered wherever root runs them.
func TestAllOfThisAsAnOrdinaryUser(t *testing.T) {
	if os.Getenv(roleVariable) == roleUnprivileged {
		return
	}
	if os.Geteuid() != 0 {
		t.Log("the tests run as an ordinary user already")
		return
	}
	t.Parallel()
	nobody, err := user.Lookup("nobody")
	require.NoError(t, err)
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	require.NoError(t, err)
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	require.NoError(t, err)

	again := exec.Command(passableCopy(t), "-test.v", "-test.parallel=4")
	again.Dir = "/"
	again.Env = []string{roleVariable + "=" + roleUnprivileged, "PATH=" + os.Getenv("PATH"), "HOME=/"}
	again.SysProcAttr = &syscall.SysProcAttr{
		Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)},
		Pdeathsig:  syscall.SIGKILL,
	}
	output, err := again.CombinedOutput()
	require.NoError(t, err, string(output))
	t.Logf("%s", output)
}

// passableCopy copies the test binary to where every user can run it.
func passableCopy(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	from, err := os.Open(self)
	require.NoError(t, err)
	defer func() { _ = from.Close() }()
	path := filepath.Join(scratch.disk, "tests")
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	require.NoError(t, err)
	_, err = io.Copy(to, from)
	require.NoError(t, err)
	require.NoError(t, to.Close())
	return path
}
