package config_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/config"
)

func TestJWTSecretIsMadeOnceAndKept(t *testing.T) {
	t.Parallel()

	o := options(t, nil)
	first, err := config.Load(o)
	require.NoError(t, err)
	again, err := config.Load(o)
	require.NoError(t, err)
	require.Equal(t, first.JWTSecret, again.JWTSecret)
	require.NotEqual(t, first.JWTSecret, load(t, nil).JWTSecret, "each installation has its own")

	path := filepath.Join(first.DataDir, "jwt-secret")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	folder, err := os.Stat(first.DataDir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o755), folder.Mode().Perm())
	files, err := os.ReadDir(first.DataDir)
	require.NoError(t, err)
	require.Len(t, files, 1, "no temporary file is left behind")

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	given := load(t, map[string]string{"JWT_SECRET": strings.TrimSpace(string(text))})
	require.Equal(t, first.JWTSecret, given.JWTSecret, "what is in the file also works as the setting")
}

func TestJWTSecretIsTheSameForGoroutines(t *testing.T) {
	t.Parallel()

	o := options(t, nil)
	start := make(chan struct{})
	secrets := make([]string, 16)
	var group sync.WaitGroup
	for i := range secrets {
		group.Go(func() {
			<-start
			c, err := config.Load(o)
			if err != nil {
				t.Error(err)
				return
			}
			secrets[i] = c.JWTSecret
		})
	}
	close(start)
	group.Wait()
	for _, secret := range secrets {
		require.Equal(t, secrets[0], secret)
	}
	require.Len(t, secrets[0], 64)
}

func TestJWTSecretIsTheSameForProcesses(t *testing.T) {
	t.Parallel()

	program, err := os.Executable()
	require.NoError(t, err)
	folder := filepath.Join(t.TempDir(), "data")
	secrets := make([]string, 4)
	var group sync.WaitGroup
	for i := range secrets {
		group.Go(func() {
			command := exec.CommandContext(t.Context(), program)
			command.Env = []string{printSecretIn + "=" + folder}
			output, err := command.Output()
			if err != nil {
				t.Errorf("process %d: %v", i, err)
			}
			secrets[i] = string(output)
		})
	}
	group.Wait()
	for _, secret := range secrets {
		require.Equal(t, secrets[0], secret)
	}
	require.Regexp(t, `^[0-9a-f]{64}$`, secrets[0])
}

func TestJWTSecretFileThatIsTooShort(t *testing.T) {
	t.Parallel()

	for name, text := range map[string]string{
		"empty": "", "31 bytes": "only-31-bytes-long-so-too-short", "mostly spaces": "hush" + strings.Repeat(" ", 40),
	} {
		folder := t.TempDir()
		path := writeFile(t, filepath.Join(folder, "jwt-secret"), text, 0o600)
		_, err := config.Load(config.LoadOptions{Environ: []string{"PLACEOPS_DATA_DIR=" + folder}})
		require.ErrorContains(t, err, "JWT_SECRET", name)
		require.ErrorContains(t, err, path+" has fewer than 32 bytes", name)
		require.ErrorContains(t, err, "delete it", name)
		if text != "" {
			require.NotContains(t, err.Error(), text)
		}
		kept, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(kept), "the file is left alone")
	}
}

func TestJWTSecretThatOthersCanRead(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	path := writeFile(t, filepath.Join(folder, "jwt-secret"), testSecret+"\r\n", 0o644)
	c, err := config.Load(config.LoadOptions{Environ: []string{"PLACEOPS_DATA_DIR=" + folder}})
	require.NoError(t, err)
	require.Equal(t, testSecret, c.JWTSecret)
	require.Equal(t, []string{path + " can be read by others (mode 0644): run chmod 600 on it"}, c.Warnings)
}

func TestJWTSecretWhereNothingCanBeWritten(t *testing.T) {
	t.Parallel()

	file := writeFile(t, filepath.Join(t.TempDir(), "file"), "", 0o600)
	for name, folder := range map[string]string{"a file": file, "below a file": filepath.Join(file, "data")} {
		_, err := config.Load(config.LoadOptions{Environ: []string{"PLACEOPS_DATA_DIR=" + folder}})
		require.ErrorContains(t, err, "JWT_SECRET is not set and could not be kept in the data directory", name)
		require.ErrorContains(t, err, file, name)
	}
}
