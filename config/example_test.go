package config_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/joho/godotenv"
	"github.com/stretchr/testify/require"

	"placeops/config"
)

const exampleFile = "../.env.example"

func TestExampleFileIsCurrent(t *testing.T) {
	t.Parallel()

	if *update {
		require.NoError(t, os.WriteFile(exampleFile, []byte(config.Example()), 0o644))
	}
	committed, err := os.ReadFile(exampleFile)
	require.NoError(t, err)
	require.Equal(t, config.Example(), string(committed), "write it anew: go test ./config -run TestExampleFileIsCurrent -update")
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
