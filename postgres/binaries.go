//go:build unix

package postgres

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// binaries is a PostgreSQL server that can be run.
type binaries struct {
	dir     string // holds initdb and postgres
	version string // such as "18.4"
	major   int
}

func (b binaries) initdb() string   { return filepath.Join(b.dir, "initdb") }
func (b binaries) postgres() string { return filepath.Join(b.dir, "postgres") }

// installedPatterns is where distributions put the folders with the binaries.
var installedPatterns = []string{
	"/usr/lib/postgresql/*/bin",          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                   // PostgreSQL's own RPMs
	"/usr/libexec/postgresql*",           // Alpine
	"/opt/homebrew/opt/postgresql@*/bin", // macOS
	"/usr/local/opt/postgresql@*/bin",
	"/usr/local/pgsql/bin",
}

// findBinaries picks the server to run: the configured one, else the bundle,
// else an installed one, preferably of the version that wrote the data.
func findBinaries(cfg Config, place layout) (binaries, error) {
	if cfg.BinDir != "" {
		return inspect(cfg.BinDir)
	}
	if b, found := openBundle(embeddedFiles()); found {
		dir, err := b.extract(place.dir)
		if err != nil {
			return binaries{}, place.explain(fmt.Errorf("extract PostgreSQL: %w", err), "")
		}
		major, err := majorOf(b.version)
		return binaries{dir: dir, version: b.version, major: major}, err
	}
	return newestInstalled(installed(), place.dataMajor())
}

// installed lists the servers found on this machine, the newest first.
func installed() []binaries {
	var dirs []string
	for _, pattern := range installedPatterns {
		found, _ := filepath.Glob(pattern)
		dirs = append(dirs, found...)
	}
	if onPath, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(onPath); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	var servers []binaries
	for _, dir := range dirs {
		if server, err := inspect(dir); err == nil {
			servers = append(servers, server)
		}
	}
	slices.SortStableFunc(servers, func(a, b binaries) int { return cmp.Compare(b.major, a.major) })
	return servers
}

func newestInstalled(servers []binaries, dataMajor int) (binaries, error) {
	for _, server := range servers {
		if server.major == dataMajor {
			return server, nil
		}
	}
	if len(servers) == 0 {
		return binaries{}, ErrNoServer
	}
	return servers[0], nil
}

// inspect asks the server in dir for its version.
func inspect(dir string) (binaries, error) {
	server := binaries{dir: dir}
	if !hasServer(dir) {
		return server, fmt.Errorf("%s holds no PostgreSQL server: it needs initdb and postgres", dir)
	}
	text, err := exec.CommandContext(context.Background(), server.postgres(), "--version").Output()
	if err != nil {
		return server, fmt.Errorf("%s --version: %w", server.postgres(), err)
	}
	server.version = versionPattern.FindString(string(text))
	server.major, err = majorOf(server.version)
	return server, err
}

var versionPattern = regexp.MustCompile(`\d+(\.\d+|devel|beta\d+|rc\d+)?`)

func majorOf(version string) (int, error) {
	digits := regexp.MustCompile(`^\d+`).FindString(version)
	major, err := strconv.Atoi(digits)
	if err != nil {
		return 0, fmt.Errorf("%q is not a PostgreSQL version", version)
	}
	return major, nil
}

func hasServer(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}
