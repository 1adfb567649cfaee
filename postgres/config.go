package postgres

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"
)

// Who holds a data directory.
const (
	HolderServe   = "serve"
	HolderCommand = "command"
)

const (
	// lockPatience is how long to wait for a holder that will soon be done.
	lockPatience = 30 * time.Second
	// giveUpAfter is how long restarts may fail in a row.
	giveUpAfter = time.Minute

	defaultMemoryMB    = 2048
	defaultConnections = 70

	defaultArchiveTimeout = time.Minute
	// spareConnections are for commands that run beside serve, for PostgreSQL's own, and for whoever looks in with psql.
	spareConnections = 30
)

// Config says where and how to run the server.
type Config struct {
	Dir    string // the placeops data directory; everything lives below it
	BinDir string // server binaries to use; "" means the bundle, else the newest installed
	Holder string // HolderServe or HolderCommand; "" means serve in Start, command in Open
	// MemoryMB is what placeops and the server plan with together, in MB; 0 means 2048.
	MemoryMB int
	// Connections is how many the pool of placeops may have; the server allows some more, for commands. 0 means 70.
	Connections int
	Durable     bool              // false only in tests: a crash of the machine may then lose the database
	Settings    map[string]string // extra PostgreSQL settings, they win over the defaults
	Logger      *slog.Logger      // also gets PostgreSQL's own log lines; nil discards them

	// Archive takes a finished file of the write-ahead log; nil means that none is archived. PostgreSQL keeps the file until
	// Archive has returned without an error, and asks again after one. Taking the same file twice must succeed.
	Archive func(ctx context.Context, name, path string) error
	// ArchiveTimeout is how old a change may get before its file is finished though it is not full; 0 means a minute.
	ArchiveTimeout time.Duration

	giveUpAfter time.Duration // shortened by tests
	recovery    *Recovery     // set while Restore makes a cluster
}

// checked returns the configuration with defaults filled in.
func (c Config) checked(holder string) (Config, error) {
	if c.Dir == "" {
		return c, errors.New("no data directory given: set PLACEOPS_DATA_DIR, or DATABASE_URL to use another PostgreSQL")
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return c, err
	}
	c.Dir = dir
	if c.Holder == "" {
		c.Holder = holder
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Logger = c.Logger.With("component", "postgres")
	if c.MemoryMB == 0 {
		c.MemoryMB = defaultMemoryMB
	}
	if c.Connections == 0 {
		c.Connections = defaultConnections
	}
	if c.ArchiveTimeout == 0 {
		c.ArchiveTimeout = defaultArchiveTimeout
	}
	if c.giveUpAfter == 0 {
		c.giveUpAfter = giveUpAfter
	}
	return c, nil
}
