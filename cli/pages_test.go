package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/store/storetest"
)

// TestTheCommandsOfThePagesWork runs what pages of the documentation have people type: every block marked sh, in order, on a demo
// college of its own. What is answered with an error must stand in the page as such, as "status":409. Blocks marked shell are
// for a person at the machine; they are not run here.
func TestTheCommandsOfThePagesWork(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed here: the commands of the pages are not run", tool)
		}
	}
	for _, page := range []string{"get-started.md", "attendance-day.md", "api.md", "operations.md"} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join("..", "docs", page))
			require.NoError(t, err)
			commands, refusals := commandsOf(string(text))
			require.NotEmpty(t, commands)
			demo := prepared(t).serve("--demo")
			require.Equal(t, refusals, demo.enter(commands))
			demo.stop()
		})
	}
}

var (
	typed   = regexp.MustCompile("(?ms)^( *)```sh\n(.*?)^ *```$")
	shown   = regexp.MustCompile("(?ms)^ *```json\n(.*?)^ *```$")
	refused = regexp.MustCompile(`"status":(\d{3})`)
)

// commandsOf returns what a page has people type, and the errors that it shows, in order.
func commandsOf(page string) (commands string, refusals []string) {
	for _, block := range typed.FindAllStringSubmatch(page, -1) {
		commands += strings.ReplaceAll(block[2], "\n"+block[1], "\n")
	}
	for _, answer := range shown.FindAllStringSubmatch(page, -1) {
		for _, status := range refused.FindAllStringSubmatch(answer[1], -1) {
			refusals = append(refusals, status[1])
		}
	}
	// The demo's roll numbers and the pages' deadlines are of the year after this one.
	next := time.Now().Year() + 1
	return strings.NewReplacer("27CSE001", fmt.Sprintf("%02dCSE001", next%100), "2027-11-30", fmt.Sprintf("%d-11-30", next)).Replace(commands), refusals
}

// curlSaying calls the real curl on this test's server, and notes each status beside.
const curlSaying = `#!/bin/bash
exec %s -w '%%{stderr}%%{http_code} %%{url_effective}\n' "${@//localhost:5000/%s}" 2>>statuses
`

// enter runs commands in a shell and returns the statuses of those that were answered with an error.
func (s *serving) enter(commands string) (refusals []string) {
	s.t.Helper()
	folder := storetest.Dir(s.t)
	curl, err := exec.LookPath("curl")
	require.NoError(s.t, err)
	wrapper := fmt.Sprintf(curlSaying, curl, strings.TrimPrefix(s.url, "http://"))
	require.NoError(s.t, os.Mkdir(filepath.Join(folder, "bin"), 0o755))
	require.NoError(s.t, os.WriteFile(filepath.Join(folder, "bin", "curl"), []byte(wrapper), 0o755))

	shell := exec.CommandContext(s.t.Context(), "bash", "-eu", "-c", commands)
	shell.Dir = folder
	shell.Env = []string{"PATH=" + filepath.Join(folder, "bin") + ":" + os.Getenv("PATH"), "HOME=" + folder, "LC_ALL=C.UTF-8"}
	output, err := shell.CombinedOutput()
	require.NoError(s.t, err, "%s", output)

	answered, err := os.ReadFile(filepath.Join(folder, "statuses"))
	require.NoError(s.t, err)
	for _, line := range lines(string(answered)) {
		if !strings.HasPrefix(line, "2") {
			status, _, _ := strings.Cut(line, " ")
			refusals = append(refusals, status)
		}
	}
	if s.t.Failed() || testing.Verbose() {
		s.t.Logf("%s\n%s", output, answered)
	}
	return refusals
}
