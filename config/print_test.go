package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPrintingNeverShowsSecrets(t *testing.T) {
	t.Parallel()

	for name, database := range map[string]string{
		"url":     testDatabase,
		"query":   "postgres://db.example.edu:5433/placement?user=office&password=pass-word-of-database",
		"words":   "host=db.example.edu port=5433 user=office password='pass-word-of-database' dbname=placement",
		"escaped": "postgres://office:%70ass-word-of-database@db.example.edu:5433/placement",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := load(t, map[string]string{
				"DATABASE_URL": database, "JWT_SECRET": testSecret, "PLACEOPS_PASSWORD": "pass-word-of-head",
				"PLACEOPS_METRICS_TOKEN": "pass-word-of-metrics", "DATABASE_REPLICA_URL": database, "PLACEOPS_DATABASE_DIRECT_URL": database,
				"PLACEOPS_SMTP_URL": "smtp://office:pass-word-of-mail@mail.example.edu", "PLACEOPS_MAIL_FROM": "office@example.edu",
			})
			var out bytes.Buffer
			for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
				slog.New(handler).Info("settings", "pointer", c, "value", *c)
			}
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				fmt.Fprintf(&out, verb, c)
				fmt.Fprintf(&out, verb, *c)
			}
			require.NoError(t, json.NewEncoder(&out).Encode(c))
			require.NotContains(t, out.String(), "ass-word-of")
			require.NotContains(t, out.String(), testSecret)
			require.NotContains(t, out.String(), fmt.Sprintf("%x", testSecret))
			require.Contains(t, out.String(), "host=db.example.edu port=5433 user=office database=placement password=(hidden)")
			require.Contains(t, out.String(), "JWT_SECRET=(hidden)")
		})
	}
}

func TestStringListsEverySetting(t *testing.T) {
	t.Parallel()

	c := load(t, map[string]string{"CORS_ORIGIN": "https://a,https://b", "PORT": "81", "PLACEOPS_TRUSTED_PROXIES": "10.0.0.1, 10.0.0.0/8"})
	require.Equal(t, `DATABASE_URL=(embedded)
DATABASE_REPLICA_URL=(not set)
PLACEOPS_DATABASE_POOLER=none
PLACEOPS_DATABASE_DIRECT_URL=(not set)
JWT_SECRET=(hidden)
PORT=81
PLACEOPS_HOST=
CORS_ORIGIN=https://a,https://b
PLACEOPS_TRUSTED_PROXIES=10.0.0.1/32,10.0.0.0/8
PLACEOPS_DATA_DIR=`+c.DataDir+`
PLACEOPS_UPLOADS_DIR=`+c.UploadsDir+`
PLACEOPS_UPLOADS_URL=
PLACEOPS_EXPORT_TTL=24h0m0s
PLACEOPS_POSTGRES_BIN=
PLACEOPS_MIGRATE=on
PLACEOPS_DB_MAX_CONNS=`+fmt.Sprint(c.DBMaxConns)+`
PLACEOPS_WORKERS=`+fmt.Sprint(c.Workers)+`
PLACEOPS_MEMORY_MB=`+fmt.Sprint(c.MemoryMB)+`
PLACEOPS_TZ=Asia/Kolkata
MATERIALIZED_VIEW_REFRESH_INTERVAL=0 * * * *
PLACEOPS_BACKUP_CRON=
PLACEOPS_BACKUP_DIR=`+c.BackupDir+`
PLACEOPS_BACKUP_KEEP=7
PLACEOPS_ARCHIVE=
PLACEOPS_ARCHIVE_TIMEOUT=1m0s
PLACEOPS_ARCHIVE_BASE_CRON=0 1 * * *
PLACEOPS_ARCHIVE_KEEP=7
PLACEOPS_SMTP_URL=(not set)
PLACEOPS_MAIL_FROM=
PLACEOPS_PUBLIC_URL=
PLACEOPS_LOGIN_MAX_PER_ACCOUNT_ADDRESS=10/15m
PLACEOPS_LOGIN_MAX_PER_ACCOUNT=50/15m
PLACEOPS_LOGIN_MAX_PER_ADDRESS=100/5m
PLACEOPS_LOG_LEVEL=INFO
PLACEOPS_LOG_FORMAT=text
PLACEOPS_METRICS_TOKEN=(not set)
PLACEOPS_METRICS_ADDR=
OTEL_EXPORTER_OTLP_ENDPOINT=
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
OTEL_EXPORTER_OTLP_HEADERS=(not set)
OTEL_SERVICE_NAME=placeops
OTEL_RESOURCE_ATTRIBUTES=
OTEL_TRACES_SAMPLER=parentbased_always_on
OTEL_TRACES_SAMPLER_ARG=
PLACEOPS_PPROF_ADDR=
PLACEOPS_SHUTDOWN_TIMEOUT=20s
PLACEOPS_DRAIN_TIME=0s
PLACEOPS_PASSWORD=(not set)
`, c.String())
}
