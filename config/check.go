package config

import (
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/auth"
	"placeops/uploads"
)

const (
	minConns = 4 // the queue holds two of its own, requests need the rest
	maxConns = 10000

	minShutdown = time.Second
	maxShutdown = 10 * time.Minute

	maxDrain = 5 * time.Minute

	noPooler            = "none"
	poolerByTransaction = "transaction"

	minMemoryMB = 256
	maxMemoryMB = 4 << 20

	minArchiveTimeout = time.Second // PostgreSQL counts in seconds
	maxArchiveTimeout = time.Hour

	minExportTTL = time.Minute
	maxExportTTL = 7 * 24 * time.Hour // the job, which leads to the file, is not known any longer
)

// Levels in between, such as info+1, would mean nothing here.
var logLevels = []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

// bearerToken is what RFC 6750 lets stand in a header, long enough not to be guessed.
var bearerToken = regexp.MustCompile(`^[A-Za-z0-9._~+/-]{16,512}=*$`)

// check returns the settings that have the right type but not a usable value.
func (c *Config) check(options LoadOptions) Faults {
	usable := map[string]bool{
		"PORT":                      c.Port >= 0 && c.Port <= 65535,
		"PLACEOPS_HOST":             c.Host == "" || isHost(c.Host),
		"PLACEOPS_POSTGRES_BIN":     c.PostgresBin == "" || holdsServer(c.PostgresBin),
		"PLACEOPS_DB_MAX_CONNS":     c.DBMaxConns == 0 || c.DBMaxConns >= minConns && c.DBMaxConns <= maxConns,
		"PLACEOPS_WORKERS":          c.Workers == 0 || c.Workers >= 1 && c.Workers <= 1000 && c.Workers < c.maxConns(),
		"PLACEOPS_MEMORY_MB":        c.MemoryMB == 0 || c.MemoryMB >= minMemoryMB && c.MemoryMB <= maxMemoryMB,
		"PLACEOPS_BACKUP_KEEP":      c.BackupKeep >= 1 && c.BackupKeep <= 10000,
		"PLACEOPS_ARCHIVE_TIMEOUT":  c.ArchiveTimeout >= minArchiveTimeout && c.ArchiveTimeout <= maxArchiveTimeout,
		"PLACEOPS_ARCHIVE_KEEP":     c.ArchiveKeep >= 1 && c.ArchiveKeep <= 10000,
		"PLACEOPS_LOG_LEVEL":        slices.Contains(logLevels, c.LogLevel),
		"PLACEOPS_LOG_FORMAT":       c.LogFormat == "text" || c.LogFormat == "json",
		"PLACEOPS_METRICS_TOKEN":    c.MetricsToken == "" || bearerToken.MatchString(c.MetricsToken),
		"PLACEOPS_METRICS_ADDR":     c.MetricsAddr == "" || isHostPort(c.MetricsAddr),
		"PLACEOPS_PPROF_ADDR":       c.PprofAddr == "" || isLoopback(c.PprofAddr),
		"PLACEOPS_EXPORT_TTL":       c.ExportTTL >= minExportTTL && c.ExportTTL <= maxExportTTL,
		"PLACEOPS_SHUTDOWN_TIMEOUT": c.ShutdownTimeout >= minShutdown && c.ShutdownTimeout <= maxShutdown,
		"PLACEOPS_DRAIN_TIME":       c.DrainTime >= 0 && c.DrainTime <= maxDrain,
		"PLACEOPS_DATABASE_POOLER":  c.Pooler == noPooler || c.Pooler == poolerByTransaction && !c.Embedded(),
	}
	var faults Faults
	for name, ok := range usable {
		if !ok {
			faults = append(faults, Fault{Setting: name})
		}
	}
	faults = append(faults, c.checkUploadsURL()...)
	faults = append(faults, c.checkArchive()...)
	faults = append(faults, c.checkSchedules()...)
	faults = append(faults, c.checkMail()...)
	faults = append(faults, c.checkTracing()...)
	faults = append(faults, c.checkDatabaseURLs()...)
	return append(faults, c.checkJWTSecret(options)...)
}

// checkDatabaseURLs checks the database's three addresses; the others are for beside DATABASE_URL.
func (c *Config) checkDatabaseURLs() (faults Faults) {
	for name, address := range map[string]string{
		"DATABASE_URL": c.DatabaseURL, "DATABASE_REPLICA_URL": c.ReplicaURL, "PLACEOPS_DATABASE_DIRECT_URL": c.DirectURL,
	} {
		switch {
		case address == "":
		case c.Embedded():
			faults = append(faults, Fault{Setting: name})
		default:
			faults = append(faults, checkDatabaseURL(name, address)...)
		}
	}
	return faults
}

// checkDatabaseURL never passes on what the parser says: it may quote parts of
// the password.
func checkDatabaseURL(name, address string) Faults {
	_, err := pgxpool.ParseConfig(address)
	if err == nil && !hasBrokenPassword(address) {
		return nil
	}
	fault := Fault{Setting: name}
	var file *fs.PathError
	if errors.As(err, &file) {
		fault.Detail = "names a file that cannot be read: " + file.Error()
	}
	return Faults{fault}
}

// hasBrokenPassword finds URLs whose password holds a bare #, / or ?. Read by
// the rules, such a URL ends there: the user becomes the host, and the start of
// the password may become a port, to be shown in messages.
func hasBrokenPassword(databaseURL string) bool {
	u, err := url.Parse(databaseURL)
	return err == nil && u.Scheme != "" && u.User == nil && strings.Contains(databaseURL, "@")
}

// checkUploadsURL does not show the value: somebody may have put a password into it.
func (c *Config) checkUploadsURL() Faults {
	const name = "PLACEOPS_UPLOADS_URL"
	if c.UploadsURL == "" {
		return nil
	}
	if err := uploads.CheckURL(c.UploadsURL); err != nil {
		return Faults{{Setting: name, Detail: "must be " + settingNamed(name).Allowed + "; it is wrong because " + err.Error()}}
	}
	return nil
}

// checkArchive does not show the value, either.
func (c *Config) checkArchive() Faults {
	const name = "PLACEOPS_ARCHIVE"
	if c.Archive == "" {
		return nil
	}
	if !c.Embedded() {
		return Faults{{Setting: name, Detail: "is for placeops's own PostgreSQL: with DATABASE_URL that server archives its write-ahead log itself (PostgreSQL's documentation, continuous archiving)"}}
	}
	if err := uploads.CheckPlace(c.Archive); err != nil {
		return Faults{{Setting: name, Detail: "must be " + settingNamed(name).Allowed + "; it is wrong because " + err.Error()}}
	}
	return nil
}

func (c *Config) checkJWTSecret(options LoadOptions) Faults {
	switch {
	case c.JWTSecret != "" && len(c.JWTSecret) < auth.MinSecretLength:
		return Faults{{Setting: "JWT_SECRET"}}
	case c.JWTSecret == "" && !c.Embedded() && !options.WithoutJWTSecret:
		return Faults{{Setting: "JWT_SECRET", Detail: "must be set when DATABASE_URL is: make one with openssl rand -hex 32 and give all processes the same"}}
	}
	return nil
}

// derive fills in what depends on other settings or on the machine.
func (c *Config) derive() {
	c.DataDir = filepath.Clean(c.DataDir)
	if c.BackupDir == "" {
		c.BackupDir = filepath.Join(c.DataDir, "backups")
	}
	if c.UploadsDir == "" {
		c.UploadsDir = filepath.Join(c.DataDir, "uploads")
	}
	c.DBMaxConns = c.maxConns()
	if c.Workers == 0 {
		c.Workers = min(max(4, 2*cores()), c.DBMaxConns/2)
	}
	if c.MemoryMB == 0 {
		c.MemoryMB = MachineMemoryMB()
	}
}

// MachineMemoryMB is what the machine has, or less where a container has its limit; where neither can be told, what the smallest
// machines have.
func MachineMemoryMB() int {
	system, err := memlimit.FromSystem()
	if err != nil {
		system = 1 << 30
	}
	if limit, err := memlimit.FromCgroup(); err == nil && limit > 0 {
		system = min(system, limit)
	}
	return int(min(max(system>>20, minMemoryMB), maxMemoryMB))
}

func (c *Config) maxConns() int {
	if c.DBMaxConns != 0 {
		return c.DBMaxConns
	}
	return max(10, 4*cores())
}

// cores respects the share of a container, which NumCPU does not.
func cores() int {
	return runtime.GOMAXPROCS(0)
}

func isHost(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || hostName.MatchString(host)
}

// isHostPort wants the port as a number: names of services differ from machine to machine.
func isHostPort(address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host != "" && !isHost(host) {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func holdsServer(folder string) bool {
	for _, program := range []string{"postgres", "initdb"} {
		info, err := os.Stat(filepath.Join(folder, program))
		if err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}
