package config

import (
	"fmt"
	"regexp"
	"strings"
)

// use is what the page of settings says of one beside what Settings says: in what it is measured, and how it may look.
type use struct {
	name    string
	unit    string // empty where there is nothing to measure
	example string // a value that is allowed
}

// chapters are all settings in the order of docs/settings.md. A setting that is missing here fails
// TestEverySettingIsInOneChapter.
var chapters = []struct {
	title string
	about string
	uses  []use
}{
	{"Where people reach it", "", []use{
		{"PORT", "", "8080"},
		{"PLACEOPS_HOST", "", "127.0.0.1"},
		{"PLACEOPS_PUBLIC_URL", "", "https://placement.college.example"},
		{"PLACEOPS_TRUSTED_PROXIES", "", "127.0.0.1,10.20.0.0/16"},
		{"CORS_ORIGIN", "", "https://placement.college.example"},
	}},
	{"Database and files", "Two processes on one database need the same store of files.", []use{
		{"PLACEOPS_DATA_DIR", "", "/var/lib/placeops"},
		{"DATABASE_URL", "", "postgres://placeops:secret@db.college.example:5432/placeops"},
		{"DATABASE_REPLICA_URL", "", "postgres://placeops:secret@replica.college.example:5432/placeops"},
		{"PLACEOPS_DATABASE_POOLER", "", "transaction"},
		{"PLACEOPS_DATABASE_DIRECT_URL", "", "postgres://placeops:secret@db.college.example:5432/placeops"},
		{"PLACEOPS_MIGRATE", "", "off"},
		{"PLACEOPS_UPLOADS_DIR", "", "/srv/placeops/uploads"},
		{"PLACEOPS_UPLOADS_URL", "", "s3://placeops-files?region=ap-south-1"},
		{"PLACEOPS_EXPORT_TTL", "time, such as 90m or 24h", "48h"},
		{"PLACEOPS_POSTGRES_BIN", "", "/usr/lib/postgresql/18/bin"},
	}},
	{"Signing in", "A limit is a number of failures in a time; who fails more often waits until the time has passed.", []use{
		{"JWT_SECRET", "", "write-here-what-openssl-rand-hex-32-prints"},
		{"PLACEOPS_LOGIN_MAX_PER_ACCOUNT_ADDRESS", "failures/time", "5/15m"},
		{"PLACEOPS_LOGIN_MAX_PER_ACCOUNT", "failures/time", "30/15m"},
		{"PLACEOPS_LOGIN_MAX_PER_ADDRESS", "failures/time", "500/5m"},
		{"PLACEOPS_PASSWORD", "", "four plain words together"},
	}},
	{"The office's clock", "", []use{
		{"PLACEOPS_TZ", "", "Asia/Kathmandu"},
		{"MATERIALIZED_VIEW_REFRESH_INTERVAL", "", "*/15 * * * *"},
	}},
	{"E-mail", "", []use{
		{"PLACEOPS_SMTP_URL", "", "smtp://placement:secret@mail.college.example:587"},
		{"PLACEOPS_MAIL_FROM", "", "Placement Office <placement@college.example>"},
	}},
	{"Backups", "", []use{
		{"PLACEOPS_BACKUP_CRON", "", "30 2 * * *"},
		{"PLACEOPS_BACKUP_DIR", "", "/var/backups/placeops"},
		{"PLACEOPS_BACKUP_KEEP", "backups", "14"},
		{"PLACEOPS_ARCHIVE", "", "/mnt/backup/placeops"},
		{"PLACEOPS_ARCHIVE_TIMEOUT", "time, such as 30s or 5m", "5m"},
		{"PLACEOPS_ARCHIVE_BASE_CRON", "", "@weekly"},
		{"PLACEOPS_ARCHIVE_KEEP", "base backups", "4"},
	}},
	{"How much of the machine it takes", "", []use{
		{"PLACEOPS_MEMORY_MB", "MB (1,048,576 bytes)", "2048"},
		{"PLACEOPS_DB_MAX_CONNS", "connections", "20"},
		{"PLACEOPS_WORKERS", "jobs at once", "4"},
		{"PLACEOPS_SHUTDOWN_TIMEOUT", "time, such as 20s or 1m", "30s"},
		{"PLACEOPS_DRAIN_TIME", "time, such as 5s or 1m", "15s"},
	}},
	{"What it tells", "", []use{
		{"PLACEOPS_LOG_LEVEL", "", "debug"},
		{"PLACEOPS_LOG_FORMAT", "", "json"},
		{"PLACEOPS_METRICS_TOKEN", "", "write-here-what-openssl-rand-hex-32-prints"},
		{"PLACEOPS_METRICS_ADDR", "", "127.0.0.1:9464"},
		{"PLACEOPS_PPROF_ADDR", "", "127.0.0.1:6060"},
	}},
	{"Traces", "The names and their meaning are OpenTelemetry's. Nothing is traced without an endpoint.", []use{
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "", "http://localhost:4318"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "", "http/protobuf"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "", "authorization=Basic%20c2VjcmV0"},
		{"OTEL_SERVICE_NAME", "", "placeops-north-campus"},
		{"OTEL_RESOURCE_ATTRIBUTES", "", "deployment.environment=production"},
		{"OTEL_TRACES_SAMPLER", "", "parentbased_traceidratio"},
		{"OTEL_TRACES_SAMPLER_ARG", "", "0.1"},
	}},
}

// addresses are shown as they are written, and are no links.
var addresses = regexp.MustCompile(`[^\s()]+://[^\s(),]+`)

const referenceHead = `# Settings

Every setting of placeOps, with its default, what is allowed and an example that works. None of them is needed to begin.

Settings come from the environment, or from a file ` + "`.env`" + ` in the folder where placeops is started (` + "`--env-file`" + ` names another).
The environment wins over the file; a flag such as ` + "`--port`" + ` wins over both. An empty value means the default. A comment needs a
line of its own: in a file that systemd reads, what follows a value belongs to it.
[.env.example](../.env.example) lists them all, to be copied.

**All of them are read when a command starts: a change counts after the next start of ` + "`placeops serve`" + `.** Several processes on one
database get the same settings, but for address and port. What is wrong stops the start, and names itself and what is allowed; a name that
begins with ` + "`PLACEOPS_`" + ` and is none of these gives a warning in the log. A **secret** is never printed or logged.
`

const referenceEnd = `
## What else counts

These are not settings of placeOps, but of what is inside it. They come from the environment only, not from ` + "`.env`" + `.

| | |
|---|---|
| ` + "`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`" + ` and the rest of AWS's own | keys to the bucket of ` + "[`PLACEOPS_UPLOADS_URL`](#placeops_uploads_url)" + ` |
| ` + "`PGPASSWORD`, `PGSSLROOTCERT`" + ` and the rest of PostgreSQL's own, ` + "`~/.pgpass`" + ` | what ` + "[`DATABASE_URL`](#database_url)" + ` does not say |
| ` + "`SSL_CERT_FILE`, `SSL_CERT_DIR`" + ` | which certificates of mail servers and buckets are believed |
| ` + "`GOGC`, `GOMEMLIMIT`, `GOMAXPROCS`" + ` | Go's own; ` + "`GOGC`" + ` takes the place of what [placeOps sets](tuning.md#what-follows-the-machine) |
| ` + "`TMPDIR`" + ` | folder for temporary files, such as a download that is being made |

This page is written from the code by ` + "`make generate`" + `.
`

// Reference returns the text of docs/settings.md.
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	for _, chapter := range chapters {
		fmt.Fprintf(&b, "\n## %s\n", chapter.title)
		if chapter.about != "" {
			fmt.Fprintf(&b, "\n%s\n", chapter.about)
		}
		for _, use := range chapter.uses {
			use.write(&b)
		}
	}
	b.WriteString(referenceEnd)
	return b.String()
}

func (u use) write(b *strings.Builder) {
	setting := settingNamed(u.name)
	fmt.Fprintf(b, "\n### `%s`\n\n%s.", u.name, setting.Help)
	if setting.Secret {
		b.WriteString(" **Secret.**")
	}
	b.WriteString("\n\n")
	row := func(what, value string) {
		if value != "" {
			fmt.Fprintf(b, "* %s: %s\n", what, value)
		}
	}
	row("Default", shownDefault(setting.Default))
	row("Unit", u.unit)
	row("Allowed", addresses.ReplaceAllString(strings.ReplaceAll(setting.Allowed, "<", `\<`), "`$0`"))
	row("Example", "`"+u.name+"="+quoted(u.example)+"`")
}

func shownDefault(value string) string {
	if value == "" {
		return "none"
	}
	return "`" + value + "`"
}

// quoted is a value as it stands in .env.
func quoted(value string) string {
	if strings.ContainsAny(value, " #$*<>") {
		return "'" + value + "'"
	}
	return value
}
