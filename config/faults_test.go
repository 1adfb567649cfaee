package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/config"
)

func TestLoadNamesTheInvalidSetting(t *testing.T) {
	t.Parallel()

	noServer := t.TempDir()
	writeFile(t, filepath.Join(noServer, "postgres"), "", 0o755)
	notExecutable := t.TempDir()
	writeFile(t, filepath.Join(notExecutable, "postgres"), "", 0o755)
	writeFile(t, filepath.Join(notExecutable, "initdb"), "", 0o644)

	for name, values := range map[string][]string{
		"PORT":                      {"-1", "65536", "5000x", "5e3", "0x50", " ", "99999999999"},
		"PLACEOPS_HOST":             {"localhost:80", "http://localhost", "a b", "-", "[::1]", "host_name"},
		"CORS_ORIGIN":               {"*", "https://*.example.edu", "example.edu", "https://", "https://a/path", "https://a?q=1", "https://a#f", "https://u@a", "https://a,b", "https://a:port", "null"},
		"PLACEOPS_TRUSTED_PROXIES":  {"10.0.0.0/33", "10.0.0", "proxy", "10.0.0.1:80", "10.0.0.0/8 10.0.0.1"},
		"PLACEOPS_POSTGRES_BIN":     {"/nowhere", noServer, notExecutable},
		"PLACEOPS_MIGRATE":          {"true", "1", "maybe"},
		"PLACEOPS_DB_MAX_CONNS":     {"-1", "3", "10001", "ten"},
		"PLACEOPS_WORKERS":          {"-1", "1001", "two"},
		"PLACEOPS_MEMORY_MB":        {"-1", "255", "4194305", "2GB"},
		"PLACEOPS_TZ":               {"Kolkata", "Local", "../etc/passwd", "IST+5:30"},
		"PLACEOPS_LOG_LEVEL":        {"verbose", "info+1", "0"},
		"PLACEOPS_LOG_FORMAT":       {"xml", "JSON "},
		"PLACEOPS_METRICS_ADDR":     {"9464", "localhost", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:-1", "::1:9464", "a b:9464", "http://127.0.0.1:9464", "127.0.0.1:9464/metrics"},
		"PLACEOPS_EXPORT_TTL":       {"24", "59s", "169h", "never"},
		"PLACEOPS_SHUTDOWN_TIMEOUT": {"20", "0s", "-1s", "11m", "soon"},
		"PLACEOPS_DRAIN_TIME":       {"20", "-1s", "6m", "soon"},
		"PLACEOPS_DATABASE_POOLER":  {"session", "on", "transaction"}, // transaction is for beside DATABASE_URL

		"MATERIALIZED_VIEW_REFRESH_INTERVAL": {"hourly", "* * * *", "0 0 30 2 *", "CRON_TZ=UTC 0 * * * *", "TZ=UTC", "61 * * * *", "@reboot"},
		"PLACEOPS_BACKUP_CRON":               {"daily", "* * * *", "0 0 30 2 *", "CRON_TZ=UTC 0 * * * *", "@reboot"},
		"PLACEOPS_BACKUP_KEEP":               {"0", "-1", "10001", "all"},
		"PLACEOPS_ARCHIVE_TIMEOUT":           {"60", "0s", "61m", "500ms", "soon"},
		"PLACEOPS_ARCHIVE_BASE_CRON":         {"daily", "* * * *", "@reboot"},
		"PLACEOPS_ARCHIVE_KEEP":              {"0", "-1", "10001", "all"},
		"PLACEOPS_MAIL_FROM":                 {"office", "a@b, c@d", "<>"},
		"PLACEOPS_PUBLIC_URL":                {"placement.example.edu", "ftp://example.edu", "https://", "https://a?b=c", "https://u:p@a"},

		"PLACEOPS_LOGIN_MAX_PER_ACCOUNT_ADDRESS": {"10", "0/15m", "10/0s"},
		"PLACEOPS_LOGIN_MAX_PER_ACCOUNT":         {"10 per minute"},
		"PLACEOPS_LOGIN_MAX_PER_ADDRESS":         {"/"},
	} {
		for _, value := range values {
			_, err := config.Load(options(t, map[string]string{name: value}))
			var faults config.Faults
			require.ErrorAs(t, err, &faults, "%s=%s", name, value)
			require.Len(t, faults, 1, "%s=%s: %v", name, value, err)
			require.Equal(t, name, faults[0].Setting)
			require.Contains(t, err.Error(), name+" must be ")
			require.Contains(t, err.Error(), setting(t, name).Allowed)
			require.Contains(t, err.Error(), value, "an open setting shows its value")
		}
	}
}

func setting(t *testing.T, name string) config.Setting {
	t.Helper()
	for _, s := range config.Settings() {
		if s.Name == name {
			return s
		}
	}
	require.Fail(t, "no such setting", name)
	return config.Setting{}
}

func TestLoadReportsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()

	_, err := config.Load(options(t, map[string]string{
		"PLACEOPS_LOG_FORMAT": "xml", "PORT": "x", "JWT_SECRET": "short", "PLACEOPS_TZ": "Mars", "DATABASE_URL": "mysql://db",
	}))
	var faults config.Faults
	require.ErrorAs(t, err, &faults)
	var names []string
	for _, fault := range faults {
		names = append(names, fault.Setting)
	}
	require.Equal(t, []string{"DATABASE_URL", "JWT_SECRET", "PORT", "PLACEOPS_TZ", "PLACEOPS_LOG_FORMAT"}, names)
	require.NotContains(t, err.Error(), "\n", "one line")
}

func TestLoadRefusesMoreWorkersThanConnections(t *testing.T) {
	t.Parallel()

	_, err := config.Load(options(t, map[string]string{"PLACEOPS_WORKERS": "8", "PLACEOPS_DB_MAX_CONNS": "8"}))
	require.ErrorContains(t, err, "PLACEOPS_WORKERS must be")
	require.ErrorContains(t, err, "less than PLACEOPS_DB_MAX_CONNS")
}

func TestTheOtherDatabaseURLsGoWithDatabaseURL(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"DATABASE_REPLICA_URL", "PLACEOPS_DATABASE_DIRECT_URL"} {
		_, err := config.Load(options(t, map[string]string{name: "postgres://office:hush@db/placement"}))
		require.ErrorContains(t, err, name+" must be like DATABASE_URL, which has to be set too")
		require.NotContains(t, err.Error(), "hush")
		_, err = config.Load(options(t, map[string]string{name: "mysql://office:hush@db", "DATABASE_URL": testDatabase, "JWT_SECRET": testSecret}))
		require.ErrorContains(t, err, name+" must be like DATABASE_URL")
		require.NotContains(t, err.Error(), "hush")
	}
}

func TestLoadNeverShowsThePasswordOfABadDatabaseURL(t *testing.T) {
	t.Parallel()

	for _, url := range []string{
		"mysql://office:hush@db/placement",
		"postgres://office:hush@db:port/placement",
		"postgres://office:hu/hush@db/placement",
		"postgres://office:12/hush@db/placement",
		"postgres://office:12#hush@db/placement",
		"postgres://office:12?hush@db/placement",
		"postgres://office:hush%zz@db/placement",
		"postgres://office:hush@db/placement?sslmode=perhaps",
		"postgres://office:hush@db/placement?pool_max_conns=many",
		"host=db password=hush port=x",
		"host=db password='hush",
		"hush",
	} {
		_, err := config.Load(options(t, map[string]string{"DATABASE_URL": url, "JWT_SECRET": testSecret}))
		require.ErrorContains(t, err, "DATABASE_URL must be a PostgreSQL URL", url)
		require.NotContains(t, err.Error(), "hush")
	}
}

func TestLoadNamesTheCertificateThatIsMissing(t *testing.T) {
	t.Parallel()

	missing := filepath.Join(t.TempDir(), "ca.pem")
	_, err := config.Load(options(t, map[string]string{
		"DATABASE_URL": "postgres://office:hush@db/placement?sslmode=verify-full&sslrootcert=" + missing, "JWT_SECRET": testSecret,
	}))
	require.ErrorContains(t, err, "DATABASE_URL names a file that cannot be read")
	require.ErrorContains(t, err, missing)
	require.NotContains(t, err.Error(), "hush")
}

func TestLoadJWTSecretFaults(t *testing.T) {
	t.Parallel()

	short := "only-31-bytes-long-so-too-short"
	for _, secret := range []string{short, "x"} {
		_, err := config.Load(options(t, map[string]string{"JWT_SECRET": secret}))
		require.ErrorContains(t, err, "JWT_SECRET must be at least 32 bytes")
		require.ErrorContains(t, err, "openssl rand -hex 32")
	}
	_, err := config.Load(options(t, map[string]string{"JWT_SECRET": short}))
	require.NotContains(t, err.Error(), short)

	_, err = config.Load(options(t, map[string]string{"DATABASE_URL": testDatabase}))
	require.ErrorContains(t, err, "JWT_SECRET must be set when DATABASE_URL is")
	require.ErrorContains(t, err, "openssl rand -hex 32")
}

func TestLoadWithoutJWTSecret(t *testing.T) {
	t.Parallel()

	o := options(t, map[string]string{"DATABASE_URL": testDatabase})
	o.WithoutJWTSecret = true
	c, err := config.Load(o)
	require.NoError(t, err)
	require.Empty(t, c.JWTSecret)

	o = options(t, map[string]string{"JWT_SECRET": "short"})
	o.WithoutJWTSecret = true
	_, err = config.Load(o)
	require.ErrorContains(t, err, "JWT_SECRET", "a bad one is a fault all the same")
}

func TestLoadWritesNothingWhenThereAreFaults(t *testing.T) {
	t.Parallel()

	folder := filepath.Join(t.TempDir(), "data")
	_, err := config.Load(config.LoadOptions{Environ: []string{"PLACEOPS_DATA_DIR=" + folder, "PORT=x"}})
	require.Error(t, err)
	_, err = os.Stat(folder)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestLoadWarnsOfUnknownSettings(t *testing.T) {
	t.Parallel()

	c := load(t, map[string]string{
		"PLACEOPS_PORT":        "80",
		"PLACEOPS_LOGLEVEL":    "debug",
		"PLACEOPS_CATERPILLAR": "hush",
		"SOMETHING_ELSE":       "fine",
		// What Kubernetes sets for a service called placeops.
		"PLACEOPS_SERVICE_HOST":       "10.0.0.1",
		"PLACEOPS_SERVICE_PORT":       "5000",
		"PLACEOPS_PORT_5000_TCP_ADDR": "10.0.0.1",
	})
	require.Equal(t, []string{
		"PLACEOPS_CATERPILLAR is not a setting of placeops and has no effect",
		"PLACEOPS_LOGLEVEL is not a setting of placeops and has no effect; did you mean PLACEOPS_LOG_LEVEL?",
		"PLACEOPS_PORT is not a setting of placeops and has no effect; did you mean PORT?",
	}, c.Warnings)
	require.NotContains(t, strings.Join(c.Warnings, ""), "hush")

	c = load(t, map[string]string{"PLACEOPS_PORT": "tcp://10.0.0.1:5000"})
	require.Empty(t, c.Warnings)
}
