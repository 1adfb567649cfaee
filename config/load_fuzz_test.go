package config_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/config"
)

// marker stands in secrets, so that they can be looked for in what is printed.
const marker = "tOpSeCrEt"

// FuzzSetting: a value is taken, and then printed as something that is taken again and prints the same, or is refused by the
// setting's name; a secret is shown in neither case.
func FuzzSetting(f *testing.F) {
	for i, s := range config.Settings() {
		f.Add(byte(i), s.Default)
		for _, value := range []string{"-1", "on", "99999999999999999999", "10/15m", "1ns", "postgres://u:p@h/d?x", "smtp://u:p@h:25", "[::1]:5", "a\x00b", "* * * * *", "http://a:80/", "file:///tmp/x"} {
			f.Add(byte(i), value)
		}
	}
	f.Fuzz(func(t *testing.T, which byte, value string) {
		s := config.Settings()[int(which)%len(config.Settings())]
		if s.Secret {
			value += marker
		}
		c, err := config.Load(config.LoadOptions{Flags: map[string]string{s.Name: value}, WithoutJWTSecret: true})
		if err != nil {
			var faults config.Faults
			require.ErrorAs(t, err, &faults)
			require.Contains(t, err.Error(), s.Name)
			require.NotContains(t, err.Error(), marker)
			return
		}
		printed := c.String()
		if s.Name != "DATABASE_URL" { // of which the host and the user are no secrets
			require.NotContains(t, printed, marker)
		}
		if s.Secret || strings.Contains(printed, value) && strings.Contains(value, "\n") {
			return // the lines of such a value cannot be told from the others
		}
		again, err := config.Load(config.LoadOptions{Flags: settingsOf(printed), WithoutJWTSecret: true})
		require.NoError(t, err, "%s=%q is printed as:\n%s", s.Name, value, printed)
		require.Equal(t, printed, again.String())
	})
}

// settingsOf reads what a Config prints, without the secrets.
func settingsOf(printed string) map[string]string {
	values := map[string]string{}
	for line := range strings.Lines(printed) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		values[name] = value
	}
	for _, s := range config.Settings() {
		if s.Secret {
			delete(values, s.Name)
		}
	}
	return values
}

// FuzzEnvFile: any .env file is read or refused; the refusal does not quote it, for it holds secrets.
func FuzzEnvFile(f *testing.F) {
	f.Add([]byte(config.Example()))
	f.Add([]byte("\ufeffexport PORT='5000' # port\nJWT_SECRET=\"" + marker + "\nX=${PORT:-1}"))
	f.Add([]byte(marker + "\n=\n'"))
	f.Add([]byte("PORT: " + marker + "\r\nA=\"\\"))
	path := filepath.Join(f.TempDir(), ".env")
	f.Fuzz(func(t *testing.T, text []byte) {
		writeFile(t, path, string(text), 0o600)
		_, err := config.Load(config.LoadOptions{EnvFile: path, WithoutJWTSecret: true})
		var faults config.Faults
		if err == nil || !errors.As(err, &faults) {
			require.NoError(t, err)
			return
		}
		for _, fault := range faults {
			if fault.Setting == path {
				require.NotContains(t, fault.Error(), marker)
			}
		}
	})
}
