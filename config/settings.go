package config

// Setting describes one setting for people: in .env.example, in help texts and
// in errors.
type Setting struct {
	// Name is the name of the environment variable.
	Name string
	// Default is what holds while the setting is absent or empty.
	Default string
	// Help says in a few words what the setting is for.
	Help string
	// Allowed completes the sentence "NAME must be …".
	Allowed string
	// Secret settings are never printed.
	Secret bool
}

// Settings returns all settings in the order of .env.example.
func Settings() []Setting {
	return []Setting{
		{
			Name:    "DATABASE_URL",
			Help:    "PostgreSQL server to use; empty = placeops runs its own in the data directory",
			Allowed: "a PostgreSQL URL such as postgres://user:password@host:5432/database (write special characters in the password as %XX), or key=value words",
			Secret:  true,
		},
		{
			Name:    "DATABASE_REPLICA_URL",
			Help:    "Streaming replica of that server, for long lists and figures; empty = they are read from the primary too",
			Allowed: "like DATABASE_URL, which has to be set too",
			Secret:  true,
		},
		{
			Name: "PLACEOPS_DATABASE_POOLER", Default: "none",
			Help:    "What stands between placeops and the server of DATABASE_URL: transaction = a PgBouncer that pools by transaction",
			Allowed: "none, or transaction together with DATABASE_URL",
		},
		{
			Name:    "PLACEOPS_DATABASE_DIRECT_URL",
			Help:    "The same database past the pooler, for commands and migrations; empty = DATABASE_URL",
			Allowed: "like DATABASE_URL, which has to be set too",
			Secret:  true,
		},
		{
			Name:    "JWT_SECRET",
			Help:    "Secret that signs the sign-in tokens; empty = made once and kept in the data directory (not with DATABASE_URL)",
			Allowed: "at least 32 bytes of randomness, for example from: openssl rand -hex 32",
			Secret:  true,
		},
		{
			Name: "PORT", Default: "5000",
			Help:    "Port to listen on",
			Allowed: "a whole number from 0 to 65535 (0 = any free port)",
		},
		{
			Name:    "PLACEOPS_HOST",
			Help:    "Address to listen on; empty = all addresses of this machine",
			Allowed: "an IP address or a host name, without a port",
		},
		{
			Name:    "CORS_ORIGIN",
			Help:    "Web sites on other addresses that may call the API from a browser",
			Allowed: "a comma-separated list of scheme://host[:port], without paths or *",
		},
		{
			Name:    "PLACEOPS_TRUSTED_PROXIES",
			Help:    "Reverse proxies whose X-Forwarded-For is believed; empty = none",
			Allowed: "a comma-separated list of IP addresses or networks such as 10.0.0.0/8",
		},
		{
			Name: "PLACEOPS_DATA_DIR", Default: "./placeops-data",
			Help:    "Folder for everything that placeops keeps in files",
			Allowed: "the path of a folder; it is made when missing",
		},
		{
			Name:    "PLACEOPS_UPLOADS_DIR",
			Help:    "Folder for job descriptions and exports; empty = uploads in the data directory",
			Allowed: "the path of a folder; it is made when missing",
		},
		{
			Name:    "PLACEOPS_UPLOADS_URL",
			Help:    "Store for job descriptions and exports instead of that folder, one for each installation; the keys to a bucket come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment",
			Allowed: "s3://bucket?region=eu-central-1 (also &endpoint=https://…&use_path_style=true, &prefix=folder/) or file:///folder",
		},
		{
			Name: "PLACEOPS_EXPORT_TTL", Default: "24h",
			Help:    "How long an export can be downloaded",
			Allowed: "a duration from 1m to 168h",
		},
		{
			Name:    "PLACEOPS_POSTGRES_BIN",
			Help:    "Folder with another PostgreSQL server to run instead of the carried one",
			Allowed: "the path of a folder that holds the programs postgres and initdb",
		},
		{
			Name: "PLACEOPS_MIGRATE", Default: "on",
			Help:    "Whether serve brings the database up to date when it starts",
			Allowed: "on or off",
		},
		{
			Name: "PLACEOPS_DB_MAX_CONNS", Default: "0",
			Help:    "Database connections of this process; 0 = four per core, at least 10",
			Allowed: "0 or a whole number from 4 to 10000",
		},
		{
			Name: "PLACEOPS_WORKERS", Default: "0",
			Help:    "Jobs that this process works on at once; 0 = two per core, at least 4",
			Allowed: "0 or a whole number from 1 to 1000, less than PLACEOPS_DB_MAX_CONNS",
		},
		{
			Name: "PLACEOPS_MEMORY_MB", Default: "0",
			Help:    "Memory that placeops and its own PostgreSQL plan with, in MB; 0 = all of the machine or container",
			Allowed: "0 or a whole number from 256 to 4194304",
		},
		{
			Name: "PLACEOPS_TZ", Default: "Asia/Kolkata",
			Help:    "Time zone of the office, for dates without one",
			Allowed: "the name of an IANA time zone such as Asia/Kolkata or UTC",
		},
		{
			Name: "MATERIALIZED_VIEW_REFRESH_INTERVAL", Default: "0 * * * *",
			Help:    "When the figures of the analytics are refreshed, in the office's time zone",
			Allowed: "five cron fields (minute hour day month weekday), or a word such as @hourly",
		},
		{
			Name:    "PLACEOPS_BACKUP_CRON",
			Help:    "When a backup is taken, in the office's time zone; empty = never",
			Allowed: "five cron fields (minute hour day month weekday), or a word such as @daily",
		},
		{
			Name:    "PLACEOPS_BACKUP_DIR",
			Help:    "Folder for those backups; empty = backups in the data directory. Better on another disk, or copied from there",
			Allowed: "the path of a folder; it is made when missing",
		},
		{
			Name: "PLACEOPS_BACKUP_KEEP", Default: "7",
			Help:    "How many of those backups are kept; older ones are removed",
			Allowed: "a whole number from 1 to 10000",
		},
		{
			Name:    "PLACEOPS_ARCHIVE",
			Help:    "Where placeops's own PostgreSQL archives its write-ahead log and base backups, to go back to any moment; empty = nowhere. Keys to a bucket as for PLACEOPS_UPLOADS_URL",
			Allowed: "the path of a folder, or s3://bucket/prefix?region=eu-central-1 (also &endpoint=https://…&use_path_style=true)",
		},
		{
			Name: "PLACEOPS_ARCHIVE_TIMEOUT", Default: "60s",
			Help:    "How old a change may get before it is archived",
			Allowed: "a duration from 1s to 1h",
		},
		{
			Name: "PLACEOPS_ARCHIVE_BASE_CRON", Default: "0 1 * * *",
			Help:    "When a base backup goes into that archive, in the office's time zone; the first one goes there at once",
			Allowed: "five cron fields (minute hour day month weekday), or a word such as @daily",
		},
		{
			Name: "PLACEOPS_ARCHIVE_KEEP", Default: "7",
			Help:    "How many base backups are kept there; what only older ones need is removed",
			Allowed: "a whole number from 1 to 10000",
		},
		{
			Name:    "PLACEOPS_SMTP_URL",
			Help:    "Mail server that takes the e-mails; empty = none are sent, people are told inside placeops only",
			Allowed: "smtp://user:password@host:587 or smtps://user:password@host:465 (write special characters in the password as %XX), and needs PLACEOPS_MAIL_FROM",
			Secret:  true,
		},
		{
			Name:    "PLACEOPS_MAIL_FROM",
			Help:    "Sender of the e-mails",
			Allowed: "an e-mail address, with a name or without: Placement Office <placement@college.example>",
		},
		{
			Name:    "PLACEOPS_PUBLIC_URL",
			Help:    "Where people open placeops in a browser, for the links in e-mails; empty = e-mails without links",
			Allowed: "http://host or https://host, with a port or a path if needed",
		},
		{
			Name: "PLACEOPS_LOGIN_MAX_PER_ACCOUNT_ADDRESS", Default: "10/15m",
			Help:    "Failed sign-ins of one address at one account",
			Allowed: limitAllowed,
		},
		{
			Name: "PLACEOPS_LOGIN_MAX_PER_ACCOUNT", Default: "50/15m",
			Help:    "Failed sign-ins at one account from all addresses",
			Allowed: limitAllowed,
		},
		{
			Name: "PLACEOPS_LOGIN_MAX_PER_ADDRESS", Default: "100/5m",
			Help:    "Failed sign-ins of one address at all accounts (a campus may share one address)",
			Allowed: limitAllowed,
		},
		{
			Name: "PLACEOPS_LOG_LEVEL", Default: "info",
			Help:    "What is logged",
			Allowed: "debug, info, warn or error",
		},
		{
			Name: "PLACEOPS_LOG_FORMAT", Default: "text",
			Help:    "How it is logged",
			Allowed: "text or json",
		},
		{
			Name:    "PLACEOPS_METRICS_TOKEN",
			Help:    "Bearer token with which Prometheus may read GET /metrics; empty = only a head of placement may",
			Allowed: "at least 16 characters, letters, digits and -._~+/=, for example from: openssl rand -hex 32",
			Secret:  true,
		},
		{
			Name:    "PLACEOPS_METRICS_ADDR",
			Help:    "Address that answers GET /metrics without a token, and nothing else; empty = none",
			Allowed: "host:port such as 127.0.0.1:9464, or :9464 for all addresses of this machine",
		},
		{
			Name:    "OTEL_EXPORTER_OTLP_ENDPOINT",
			Help:    "Collector of OpenTelemetry that gets traces of requests and jobs; empty = none are made. OpenTelemetry's other settings work as well, from the environment",
			Allowed: "http://host:4318 or https://host, without a user",
		},
		{
			Name: "OTEL_EXPORTER_OTLP_PROTOCOL", Default: onlyProtocol,
			Help:    "How they are sent",
			Allowed: onlyProtocol,
		},
		{
			Name:    "OTEL_EXPORTER_OTLP_HEADERS",
			Help:    "What the collector wants to know the sender by",
			Allowed: "a comma-separated list of name=value, with special characters as %XX",
			Secret:  true,
		},
		{
			Name: "OTEL_SERVICE_NAME", Default: "placeops",
			Help:    "What traces are filed under",
			Allowed: "a name",
		},
		{
			Name:    "OTEL_RESOURCE_ATTRIBUTES",
			Help:    "What else stands with them, for example deployment.environment.name=production",
			Allowed: "a comma-separated list of name=value",
		},
		{
			Name: "OTEL_TRACES_SAMPLER", Default: "parentbased_always_on",
			Help:    "Which requests are traced; parentbased = those for which whoever asks wants it, and the others by the rest of the word",
			Allowed: "always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio",
		},
		{
			Name:    "OTEL_TRACES_SAMPLER_ARG",
			Help:    "How many of them, for …traceidratio; empty = all",
			Allowed: "a number from 0 to 1, such as 0.05 for one in twenty",
		},
		{
			Name:    "PLACEOPS_PPROF_ADDR",
			Help:    "Address that answers Go's profiles under /debug/pprof/ to people on this machine; empty = none",
			Allowed: "host:port on this machine alone, such as 127.0.0.1:6060",
		},
		{
			Name: "PLACEOPS_SHUTDOWN_TIMEOUT", Default: "20s",
			Help:    "How long running requests and jobs may take to finish when the server stops",
			Allowed: "a duration from 1s to 10m",
		},
		{
			Name: "PLACEOPS_DRAIN_TIME", Default: "0s",
			Help:    "How long a server that was told to stop goes on serving while /readyz says no, so that a load balancer sends nobody any more",
			Allowed: "a duration from 0s to 5m",
		},
		{
			Name:    "PLACEOPS_PASSWORD",
			Help:    "Password of the person that the command user add makes; nothing else reads it",
			Allowed: "8 to 128 characters, not a common password",
			Secret:  true,
		},
	}
}

const limitAllowed = "failures/window such as 10/15m, 1 to 1000000 failures in 1s to 24h"

func settingNamed(name string) Setting {
	for _, setting := range Settings() {
		if setting.Name == name {
			return setting
		}
	}
	return Setting{Name: name}
}
