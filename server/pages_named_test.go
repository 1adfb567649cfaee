package server_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// testsOfTheTree are all tests, as package.TestName.
func testsOfTheTree(t *testing.T) map[string]bool {
	t.Helper()
	declared, found := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`), map[string]bool{}
	require.NoError(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == "node_modules" {
			return fs.SkipDir
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, test := range declared.FindAllSubmatch(source, -1) {
			folder := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
			found[folder+"."+string(test[1])] = true
		}
		return err
	}))
	return found
}

func TestTheAuditPageNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/audit.md")
	require.NoError(t, err)
	tests := testsOfTheTree(t)
	names := namedTests.FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(names), 10)
	for _, name := range names {
		require.True(t, tests[name[1]], "docs/audit.md names %s, which is not there", name[1])
	}
}

func TestTheScalingPageNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/scaling.md")
	require.NoError(t, err)
	tests := testsOfTheTree(t)
	names := namedTests.FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(names), 4)
	for _, name := range names {
		require.True(t, tests[name[1]], "docs/scaling.md names %s, which is not there", name[1])
	}
}

var namedTests = regexp.MustCompile("`([a-z/0-9]+\\.(?:Test|Fuzz)\\w+)`")

// TestTheSecurityPageNamesTestsThatExist also holds that each of its answers names one, or says no.
func TestTheSecurityPageNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/security.md")
	require.NoError(t, err)
	tests := testsOfTheTree(t)
	for _, name := range namedTests.FindAllStringSubmatch(string(page), -1) {
		require.True(t, tests[name[1]] || name[1] == "package.TestName", "docs/security.md names %s, which is not there", name[1])
	}
	answers := 0
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| group |") || strings.HasPrefix(line, "| item |") || strings.HasPrefix(line, "| what |") {
			continue
		}
		answers++
		proven := namedTests.MatchString(line) || strings.Contains(strings.ToLower(line), "**no**")
		require.True(t, proven, "this answer names no test and does not say no: %s", line)
	}
	require.Greater(t, answers, 40)
}

func TestTheReliabilityPageNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/reliability.md")
	require.NoError(t, err)
	tests := map[string]bool{}
	for name := range testsOfTheTree(t) {
		tests[name[strings.LastIndex(name, ".")+1:]] = true
	}
	names := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(names), 5)
	for _, name := range names {
		require.True(t, tests[name[1]], "docs/reliability.md names %s, which is not there", name[1])
	}
}

func TestThePagesOnWatchingNameTestsThatExist(t *testing.T) {
	t.Parallel()
	tests := testsOfTheTree(t)
	for name, least := range map[string]int{"watching.md": 10, "alerts.md": 2} {
		page, err := os.ReadFile("../docs/" + name)
		require.NoError(t, err)
		names := namedTests.FindAllStringSubmatch(string(page), -1)
		require.GreaterOrEqual(t, len(names), least)
		for _, test := range names {
			require.True(t, tests[test[1]], "docs/%s names %s, which is not there", name, test[1])
		}
	}
}
