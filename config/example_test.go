package config_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/joho/godotenv"
	"github.com/stretchr/testify/require"

	"placeops/config"
)

const (
	exampleFile   = "../.env.example"
	referenceFile = "../docs/settings.md"
)

func TestExampleFileIsCurrent(t *testing.T) {
	t.Parallel()

	if *update {
		require.NoError(t, os.WriteFile(exampleFile, []byte(config.Example()), 0o644))
	}
	committed, err := os.ReadFile(exampleFile)
	require.NoError(t, err)
	require.Equal(t, config.Example(), string(committed), "write it anew: go test ./config -run TestExampleFileIsCurrent -update")
}

func TestTheReferenceIsCurrent(t *testing.T) {
	t.Parallel()

	if *update {
		require.NoError(t, os.WriteFile(referenceFile, []byte(config.Reference()), 0o644))
	}
	committed, err := os.ReadFile(referenceFile)
	require.NoError(t, err)
	require.Equal(t, config.Reference(), string(committed), "write it anew: make generate")
}

func TestEverySettingIsInOneChapter(t *testing.T) {
	t.Parallel()

	var all, told []string
	for _, s := range config.Settings() {
		all = append(all, s.Name)
	}
	for _, heading := range regexp.MustCompile("(?m)^### `(\\w+)`$").FindAllStringSubmatch(config.Reference(), -1) {
		told = append(told, heading[1])
	}
	require.ElementsMatch(t, all, told, "each setting belongs into a chapter of reference.go, with an example")
}

// TestEveryExampleIsAllowed also holds that the page writes them as .env takes them.
func TestEveryExampleIsAllowed(t *testing.T) {
	t.Parallel()

	// What an example needs beside it.
	outside := map[string]string{"DATABASE_URL": "postgres://placeops@db.college.example/placeops", "JWT_SECRET": testSecret}
	needs := map[string]map[string]string{
		"DATABASE_URL":                 {"JWT_SECRET": testSecret},
		"DATABASE_REPLICA_URL":         outside,
		"PLACEOPS_DATABASE_POOLER":     outside,
		"PLACEOPS_DATABASE_DIRECT_URL": outside,
		"PLACEOPS_SMTP_URL":            {"PLACEOPS_MAIL_FROM": "office@college.example"},
	}
	examples := regexp.MustCompile("(?m)^\\* Example: `(.+)`$").FindAllStringSubmatch(config.Reference(), -1)
	require.Len(t, examples, len(config.Settings()))
	for _, example := range examples {
		values, err := godotenv.Unmarshal(example[1])
		require.NoError(t, err, example[1])
		require.Len(t, values, 1, example[1])
		name, value, _ := strings.Cut(example[1], "=")
		if s := setting(t, name); s.Allowed != s.Default { // there is another value
			require.NotEqual(t, s.Default, value, "%s: an example that is the default shows nothing", name)
		}
		maps.Copy(values, needs[name])
		switch name {
		case "PLACEOPS_POSTGRES_BIN": // programs have to be there
			values[name] = t.TempDir()
			for _, program := range []string{"postgres", "initdb"} {
				writeFile(t, filepath.Join(values[name], program), "", 0o755)
			}
		case "PLACEOPS_DATA_DIR": // would be made
			values[name] = t.TempDir()
		}
		c := load(t, values)
		require.Empty(t, c.Warnings, example[1])
	}
}

// environmentOnly are names that the program reads by itself, without a setting, and why.
var environmentOnly = map[string]string{
	"GOGC": "Go's own; only whether it is set counts",
}

// TestNothingElseReadsTheEnvironment: a name that is read anywhere but here is neither checked nor in .env.example.
func TestNothingElseReadsTheEnvironment(t *testing.T) {
	t.Parallel()

	reads := regexp.MustCompile(`\b(?:os|syscall)\.(?:Getenv|LookupEnv|ExpandEnv|Environ)\(("?)([^")]*)`)
	found := 0
	require.NoError(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			// Programs that only builders and checks run.
			if slices.Contains([]string{"../.git", "../.tools", "../bench", "../chaos", "../deploy", "../postgres/bundle"}, path) || strings.HasSuffix(path, "test") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		for _, read := range reads.FindAllStringSubmatch(string(source), -1) {
			found++
			if read[1] == "" { // all of it
				require.Equal(t, "../cli/root.go", path, "only the command line hands the environment to config")
				continue
			}
			require.Contains(t, environmentOnly, read[2], "%s reads %s: make it a setting", path, read[2])
		}
		return err
	}))
	require.GreaterOrEqual(t, found, 2)
}

func TestExampleListsEverySettingOnceWithItsDefault(t *testing.T) {
	t.Parallel()

	lines := strings.Split(config.Example(), "\n")
	var listed []string
	for i, line := range lines {
		name, _, found := strings.Cut(strings.TrimPrefix(line, "#"), "=")
		if !found || strings.HasPrefix(line, "# ") {
			continue
		}
		listed = append(listed, line)
		require.True(t, strings.HasPrefix(lines[i-1], "# "), "%s has a line of help", name)
	}
	var want []string
	for _, s := range config.Settings() {
		want = append(want, "#"+s.Name+"="+s.Default)
	}
	require.Equal(t, want, listed)
}

func TestExampleWorksAsItIsAndWithAllDefaultsWrittenOut(t *testing.T) {
	t.Parallel()

	defaults := load(t, nil)
	var uncommented strings.Builder
	for line := range strings.SplitSeq(config.Example(), "\n") {
		if !strings.HasPrefix(line, "# ") {
			line = strings.TrimPrefix(line, "#")
		}
		uncommented.WriteString(line + "\n")
	}
	for name, text := range map[string]string{"as it is": config.Example(), "uncommented": uncommented.String()} {
		values, err := godotenv.Unmarshal(text)
		require.NoError(t, err, name)
		delete(values, "PLACEOPS_DATA_DIR")
		c := load(t, values)
		require.Equal(t, defaults.Port, c.Port, name)
		require.Equal(t, defaults.LoginLimits(), c.LoginLimits(), name)
		require.Empty(t, c.Warnings, name)
	}
}

func TestEveryFieldHasItsRowAndEveryRowItsField(t *testing.T) {
	t.Parallel()

	var rows, fields []string
	for _, s := range config.Settings() {
		rows = append(rows, s.Name)
		require.NotEmpty(t, s.Help, s.Name)
		require.NotEmpty(t, s.Allowed, s.Name)
		require.NotContains(t, s.Help+s.Allowed, "\n", s.Name)
	}
	structure := reflect.TypeFor[config.Config]()
	for i := range structure.NumField() {
		name, ok := structure.Field(i).Tag.Lookup("env")
		if ok {
			fields = append(fields, name)
			require.Equal(t, setting(t, name).Secret, structure.Field(i).Tag.Get("json") == "-", "%s: a secret stays out of JSON", name)
		}
	}
	require.ElementsMatch(t, rows, fields)
}
