package config_test

import (
	"log/slog"
	"net/netip"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/config"
)

func TestLoadDefaults(t *testing.T) {
	t.Parallel()

	c := load(t, nil)
	require.True(t, c.Embedded())
	require.Len(t, c.JWTSecret, 64)
	require.Equal(t, ":5000", c.ListenAddress())
	require.Empty(t, c.CORSOrigins)
	require.Empty(t, c.TrustedProxies)
	require.Equal(t, filepath.Join(c.DataDir, "uploads"), c.UploadsDir)
	require.Empty(t, c.PostgresBin)
	require.True(t, bool(c.Migrate))
	require.Equal(t, max(10, 4*runtime.GOMAXPROCS(0)), c.DBMaxConns)
	require.GreaterOrEqual(t, c.Workers, 4)
	require.Less(t, c.Workers, c.DBMaxConns)
	require.Equal(t, config.MachineMemoryMB(), c.MemoryMB)
	require.Equal(t, "Asia/Kolkata", c.Zone.String())
	require.Equal(t, auth.DefaultLoginLimits(), c.LoginLimits())
	require.Equal(t, slog.LevelInfo, c.LogLevel)
	require.Equal(t, "text", c.LogFormat)
	require.Equal(t, 20*time.Second, c.ShutdownTimeout)
	require.Zero(t, c.DrainTime)
	require.Empty(t, c.ReplicaURL)
	require.False(t, c.Pooled())
	require.Equal(t, 24*time.Hour, c.ExportTTL)
	require.Empty(t, c.Password)
	require.Empty(t, c.Warnings)
}

func TestLoadDefaultDataDirectory(t *testing.T) {
	t.Parallel()

	c, err := config.Load(config.LoadOptions{WithoutJWTSecret: true})
	require.NoError(t, err)
	require.Equal(t, "placeops-data", c.DataDir)
	require.NoDirExists(t, c.DataDir, "without the secret nothing is written")
}

func TestLoadEverySetting(t *testing.T) {
	t.Parallel()

	bin := t.TempDir()
	writeFile(t, filepath.Join(bin, "postgres"), "", 0o755)
	writeFile(t, filepath.Join(bin, "initdb"), "", 0o755)
	c := load(t, map[string]string{
		"DATABASE_URL":                           testDatabase,
		"JWT_SECRET":                             testSecret,
		"DATABASE_REPLICA_URL":                   testDatabase + "?application_name=r",
		"PLACEOPS_DATABASE_DIRECT_URL":           testDatabase + "?application_name=d",
		"PLACEOPS_DATABASE_POOLER":               "transaction",
		"PLACEOPS_DRAIN_TIME":                    "15s",
		"PORT":                                   "0",
		"PLACEOPS_HOST":                          "::1",
		"CORS_ORIGIN":                            "https://Placement.example.edu:443/, http://localhost:3000",
		"PLACEOPS_TRUSTED_PROXIES":               "10.1.2.3/8, ::ffff:192.0.2.1,2001:db8::1",
		"PLACEOPS_UPLOADS_DIR":                   "/srv/uploads",
		"PLACEOPS_UPLOADS_URL":                   "s3://bucket?region=ap-south-1",
		"PLACEOPS_EXPORT_TTL":                    "48h",
		"PLACEOPS_POSTGRES_BIN":                  bin,
		"PLACEOPS_MIGRATE":                       "OFF",
		"PLACEOPS_DB_MAX_CONNS":                  "6",
		"PLACEOPS_WORKERS":                       "5",
		"PLACEOPS_MEMORY_MB":                     "1024",
		"PLACEOPS_TZ":                            "Europe/Berlin",
		"MATERIALIZED_VIEW_REFRESH_INTERVAL":     "30 2 * * 1-5",
		"PLACEOPS_BACKUP_CRON":                   "0 2 * * *",
		"PLACEOPS_BACKUP_DIR":                    "/srv/backups",
		"PLACEOPS_BACKUP_KEEP":                   "14",
		"PLACEOPS_SMTP_URL":                      "smtps://office:secret@mail.example.edu",
		"PLACEOPS_MAIL_FROM":                     "Placement Office <office@example.edu>",
		"PLACEOPS_PUBLIC_URL":                    "https://placement.example.edu/app",
		"PLACEOPS_LOGIN_MAX_PER_ACCOUNT_ADDRESS": "1/1m",
		"PLACEOPS_LOGIN_MAX_PER_ACCOUNT":         "2/2m",
		"PLACEOPS_LOGIN_MAX_PER_ADDRESS":         "3/3h",
		"PLACEOPS_LOG_LEVEL":                     "Warn",
		"PLACEOPS_LOG_FORMAT":                    "json",
		"PLACEOPS_SHUTDOWN_TIMEOUT":              "1m30s",
		"PLACEOPS_PASSWORD":                      "the head's password",
	})
	require.False(t, c.Embedded())
	require.Equal(t, testDatabase, c.DatabaseURL)
	require.Equal(t, testDatabase+"?application_name=r", c.ReplicaURL)
	require.True(t, c.Pooled())
	commands, pooled := c.CommandURL()
	require.Equal(t, testDatabase+"?application_name=d", commands)
	require.False(t, pooled, "past the pooler")
	require.Equal(t, 15*time.Second, c.DrainTime)
	require.Equal(t, testSecret, c.JWTSecret)
	require.Equal(t, "[::1]:0", c.ListenAddress())
	require.Equal(t, config.Origins{"https://placement.example.edu", "http://localhost:3000"}, c.CORSOrigins)
	require.Equal(t, config.Proxies{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::1/128"),
	}, c.TrustedProxies)
	require.Equal(t, "/srv/uploads", c.UploadsDir)
	require.Equal(t, "/srv/backups", c.BackupDir)
	require.Equal(t, 14, c.BackupKeep)
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	require.Equal(t, "2026-11-29T01:00:00Z", c.BackupSchedule().Next(at).UTC().Format(time.RFC3339), "two o'clock in Berlin")
	require.Equal(t, bin, c.PostgresBin)
	require.False(t, bool(c.Migrate))
	require.Equal(t, 6, c.DBMaxConns)
	require.Equal(t, 1024, c.MemoryMB)
	require.Equal(t, 5, c.Workers)
	require.Equal(t, "Europe/Berlin", c.Zone.String())
	require.Equal(t, auth.LoginLimits{
		PerAccountAndAddress: auth.Limit{Failures: 1, Window: time.Minute},
		PerAccount:           auth.Limit{Failures: 2, Window: 2 * time.Minute},
		PerAddress:           auth.Limit{Failures: 3, Window: 3 * time.Hour},
	}, c.LoginLimits())
	require.Equal(t, slog.LevelWarn, c.LogLevel)
	require.Equal(t, "json", c.LogFormat)
	require.Equal(t, 90*time.Second, c.ShutdownTimeout)
	require.Equal(t, "s3://bucket?region=ap-south-1", c.UploadsURL)
	require.Equal(t, 48*time.Hour, c.ExportTTL)
	require.Equal(t, "30 2 * * 1-5", c.RefreshInterval)
	require.Equal(t, "smtps://office:secret@mail.example.edu", c.SMTPURL)
	require.Equal(t, "Placement Office <office@example.edu>", c.MailFrom)
	require.Equal(t, "https://placement.example.edu/app", c.PublicURL)
	require.NotNil(t, c.Mail())
	require.Equal(t, "the head's password", c.Password)
	require.Empty(t, c.Warnings)
}

func TestLoadTheArchive(t *testing.T) {
	t.Parallel()

	require.Nil(t, load(t, nil).BaseSchedule(), "without an archive nothing goes there")
	c := load(t, map[string]string{
		"PLACEOPS_ARCHIVE": "s3://bucket/college?region=ap-south-1", "PLACEOPS_ARCHIVE_TIMEOUT": "30s", "PLACEOPS_ARCHIVE_BASE_CRON": "0 3 * * *",
		"PLACEOPS_ARCHIVE_KEEP": "3", "PLACEOPS_TZ": "UTC",
	})
	require.Equal(t, 30*time.Second, c.ArchiveTimeout)
	require.Equal(t, 3, c.ArchiveKeep)
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	require.Equal(t, "2026-11-29T03:00:00Z", c.BaseSchedule().Next(at).Format(time.RFC3339))

	_, err := config.Load(options(t, map[string]string{"PLACEOPS_ARCHIVE": "/srv/archive", "DATABASE_URL": testDatabase, "JWT_SECRET": testSecret}))
	require.ErrorContains(t, err, "PLACEOPS_ARCHIVE is for placeops's own PostgreSQL")
	for _, wrong := range []string{"s3://", "http://bucket", "s3://u:secret@bucket", "s3://bucket/a?prefix=b"} {
		_, err := config.Load(options(t, map[string]string{"PLACEOPS_ARCHIVE": wrong}))
		require.ErrorContains(t, err, "PLACEOPS_ARCHIVE must be", wrong)
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestLoadStrongerSourcesWin(t *testing.T) {
	t.Parallel()

	file := writeFile(t, filepath.Join(t.TempDir(), ".env"), "PORT=1\nPLACEOPS_HOST=file\nPLACEOPS_TZ=UTC\nJWT_SECRET="+testSecret+"\n", 0o600)
	o := options(t, map[string]string{"PORT": "2", "PLACEOPS_HOST": "environment"})
	o.EnvFile = file
	o.Flags = map[string]string{"PORT": "3"}
	c, err := config.Load(o)
	require.NoError(t, err)
	require.Equal(t, 3, c.Port)
	require.Equal(t, "environment", c.Host)
	require.Equal(t, "UTC", c.Zone.String())
	require.Equal(t, testSecret, c.JWTSecret)
}

func TestLoadTakesEmptyForAbsent(t *testing.T) {
	t.Parallel()

	o := options(t, map[string]string{"PORT": "", "PLACEOPS_TZ": "", "PLACEOPS_LOG_LEVEL": "", "DATABASE_URL": ""})
	o.EnvFile = writeFile(t, filepath.Join(t.TempDir(), ".env"), "DATABASE_URL="+testDatabase+"\n", 0o600)
	c, err := config.Load(o)
	require.NoError(t, err)
	require.Equal(t, 5000, c.Port)
	require.Equal(t, "Asia/Kolkata", c.Zone.String())
	require.True(t, c.Embedded(), "an empty value in the environment hides the one in the file")
}

func TestLoadEnvFile(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	text := "\ufeff# Windows\r\nexport PORT=\"81\"\r\n\r\nJWT_SECRET='with $dollar and # in 32 bytes or more'\r\n"
	o := options(t, nil)
	o.EnvFile = writeFile(t, filepath.Join(folder, "windows.env"), text, 0o600)
	c, err := config.Load(o)
	require.NoError(t, err)
	require.Equal(t, 81, c.Port)
	require.Equal(t, "with $dollar and # in 32 bytes or more", c.JWTSecret)

	o.EnvFile = filepath.Join(folder, "missing.env")
	_, err = config.Load(o)
	require.NoError(t, err, "a file that does not exist")

	o.EnvFile = folder
	_, err = config.Load(o)
	require.ErrorContains(t, err, folder+" cannot be read")

	o.EnvFile = writeFile(t, filepath.Join(folder, "broken.env"), "JWT_SECRET:hush-hush is no setting\n\x00\"", 0o600)
	_, err = config.Load(o)
	require.ErrorContains(t, err, o.EnvFile+" must hold lines of the form NAME=value")
	require.NotContains(t, err.Error(), "hush")
}

func TestLoadDatabaseURLForms(t *testing.T) {
	t.Parallel()

	for _, url := range []string{
		testDatabase,
		"postgresql://office@db/placement?sslmode=require&pool_max_conns=5",
		"postgres://office:p%40ss%2Fw%3Frd@db/placement",
		"postgres:///placement?host=/run/postgresql",
		"host=db user=office password=a@b dbname=placement",
	} {
		c := load(t, map[string]string{"DATABASE_URL": url, "JWT_SECRET": testSecret})
		require.Equal(t, url, c.DatabaseURL)
	}
}

func TestLoadFewConnections(t *testing.T) {
	t.Parallel()

	c := load(t, map[string]string{"PLACEOPS_DB_MAX_CONNS": "4"})
	require.Equal(t, 2, c.Workers, "derived workers leave connections to the requests")
}
