package config

import (
	"log/slog"
	"net"
	"strconv"
	"time"

	"placeops/auth"
)

// Config is the checked settings of one process. Load makes it; what was left
// to be derived is filled in. Printing or logging it never shows a secret.
type Config struct {
	// DatabaseURL is empty when placeops runs its own PostgreSQL. See Embedded.
	DatabaseURL string `env:"DATABASE_URL" json:"-"`
	// ReplicaURL and DirectURL are empty unless DatabaseURL is set.
	ReplicaURL string `env:"DATABASE_REPLICA_URL" json:"-"`
	DirectURL  string `env:"PLACEOPS_DATABASE_DIRECT_URL" json:"-"` // see CommandURL
	Pooler     string `env:"PLACEOPS_DATABASE_POOLER"`              // "none" or "transaction"; see Pooled
	// JWTSecret has at least auth.MinSecretLength bytes, unless Load was told
	// that none is needed.
	JWTSecret string `env:"JWT_SECRET" json:"-"`

	Port           int     `env:"PORT"`          // 0 = any free port
	Host           string  `env:"PLACEOPS_HOST"` // empty = all addresses
	CORSOrigins    Origins `env:"CORS_ORIGIN"`
	TrustedProxies Proxies `env:"PLACEOPS_TRUSTED_PROXIES"`

	DataDir    string `env:"PLACEOPS_DATA_DIR"`
	UploadsDir string `env:"PLACEOPS_UPLOADS_DIR"`
	// UploadsURL, if set, is used in place of UploadsDir, which then only holds temporary copies.
	UploadsURL  string        `env:"PLACEOPS_UPLOADS_URL"`
	ExportTTL   time.Duration `env:"PLACEOPS_EXPORT_TTL"`
	PostgresBin string        `env:"PLACEOPS_POSTGRES_BIN"` // empty = the carried server

	Migrate    Switch `env:"PLACEOPS_MIGRATE"`
	DBMaxConns int    `env:"PLACEOPS_DB_MAX_CONNS"`
	Workers    int    `env:"PLACEOPS_WORKERS"`
	MemoryMB   int    `env:"PLACEOPS_MEMORY_MB"` // for placeops and its own PostgreSQL together

	Zone *time.Location `env:"PLACEOPS_TZ"`

	RefreshInterval string `env:"MATERIALIZED_VIEW_REFRESH_INTERVAL"` // see RefreshSchedule

	BackupCron string `env:"PLACEOPS_BACKUP_CRON"` // empty = never; see BackupSchedule
	BackupDir  string `env:"PLACEOPS_BACKUP_DIR"`
	BackupKeep int    `env:"PLACEOPS_BACKUP_KEEP"`

	Archive         string        `env:"PLACEOPS_ARCHIVE"` // empty = none
	ArchiveTimeout  time.Duration `env:"PLACEOPS_ARCHIVE_TIMEOUT"`
	ArchiveBaseCron string        `env:"PLACEOPS_ARCHIVE_BASE_CRON"` // see BaseSchedule
	ArchiveKeep     int           `env:"PLACEOPS_ARCHIVE_KEEP"`

	SMTPURL   string `env:"PLACEOPS_SMTP_URL" json:"-"` // empty = no e-mail; see Mail
	MailFrom  string `env:"PLACEOPS_MAIL_FROM"`
	PublicURL string `env:"PLACEOPS_PUBLIC_URL"`

	LoginMaxPerAccountAddress auth.Limit `env:"PLACEOPS_LOGIN_MAX_PER_ACCOUNT_ADDRESS"`
	LoginMaxPerAccount        auth.Limit `env:"PLACEOPS_LOGIN_MAX_PER_ACCOUNT"`
	LoginMaxPerAddress        auth.Limit `env:"PLACEOPS_LOGIN_MAX_PER_ADDRESS"`

	LogLevel  slog.Level `env:"PLACEOPS_LOG_LEVEL"`
	LogFormat string     `env:"PLACEOPS_LOG_FORMAT"` // "text" or "json"

	MetricsToken string `env:"PLACEOPS_METRICS_TOKEN" json:"-"` // empty = none
	MetricsAddr  string `env:"PLACEOPS_METRICS_ADDR"`           // for net.Listen; empty = no listener

	// OpenTelemetry's, checked and printed like the others; see Tracing.
	TracesEndpoint     string            `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	TracesProtocol     string            `env:"OTEL_EXPORTER_OTLP_PROTOCOL"`
	TracesHeaders      string            `env:"OTEL_EXPORTER_OTLP_HEADERS" json:"-"`
	TracesService      string            `env:"OTEL_SERVICE_NAME"`
	ResourceAttributes string            `env:"OTEL_RESOURCE_ATTRIBUTES"`
	TracesSampler      string            `env:"OTEL_TRACES_SAMPLER"`
	TracesSamplerArg   string            `env:"OTEL_TRACES_SAMPLER_ARG"`
	otel               map[string]string // all that OpenTelemetry may read

	PprofAddr string `env:"PLACEOPS_PPROF_ADDR"` // on loopback; empty = no listener

	ShutdownTimeout time.Duration `env:"PLACEOPS_SHUTDOWN_TIMEOUT"`
	DrainTime       time.Duration `env:"PLACEOPS_DRAIN_TIME"` // before that

	// Password is for the command user add alone, which also checks it.
	Password string `env:"PLACEOPS_PASSWORD" json:"-"`

	// Warnings are lines for the log about settings that do not stop the start:
	// unknown names, a secret that others can read.
	Warnings []string
}

// Embedded reports whether placeops runs its own PostgreSQL.
func (c Config) Embedded() bool {
	return c.DatabaseURL == ""
}

// Pooled reports whether a pooler gives each transaction another session of the database.
func (c Config) Pooled() bool { return c.Pooler == poolerByTransaction }

// CommandURL is the outside database for commands and migrations, and whether that is through the pooler.
func (c Config) CommandURL() (url string, pooled bool) {
	if c.DirectURL != "" {
		return c.DirectURL, false
	}
	return c.DatabaseURL, c.Pooled()
}

// ListenAddress is the address for net.Listen, such as ":5000".
func (c Config) ListenAddress() string {
	return net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
}

// LoginLimits gathers the three limits on failed sign-ins.
func (c Config) LoginLimits() auth.LoginLimits {
	return auth.LoginLimits{
		PerAccountAndAddress: c.LoginMaxPerAccountAddress,
		PerAccount:           c.LoginMaxPerAccount,
		PerAddress:           c.LoginMaxPerAddress,
	}
}
