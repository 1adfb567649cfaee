//go:build unix

package postgres

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const (
	socketPort = "5432" // part of the socket's file name, no port is opened
	socketFile = ".s.PGSQL." + socketPort
	// maxSocketPath is what the address of a Unix socket holds on every system
	// placeops runs on (Linux 107, macOS and the BSDs 103).
	maxSocketPath = 103
	// notInSocketPath separates or quotes paths, for PostgreSQL and for clients.
	notInSocketPath = `,"`
)

const databaseName, userOfDatabase = "placeops", "placeops"

// socketDir is where the socket goes: below the data directory, or, if its
// path does not do for a socket, in a temporary directory named after it.
func (l layout) socketDir() (string, error) {
	private := "placeops-" + l.hash()
	candidates := []string{
		filepath.Join(l.dir, "run"),
		filepath.Join(os.TempDir(), private),
		filepath.Join("/tmp", private),
	}
	for _, dir := range candidates {
		if len(filepath.Join(dir, socketFile)) <= maxSocketPath && !strings.ContainsAny(dir, notInSocketPath) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("the path %s is too long for a socket and so is %s: choose a shorter data directory (PLACEOPS_DATA_DIR)", l.dir, os.TempDir())
}

// freshSocketDir makes the directory anew: a socket's lock file left there can
// name a process id that meanwhile belongs to another program. In a shared
// temporary directory a stranger's folder of that name makes it fail.
func (l layout) freshSocketDir(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return l.explain(err, "")
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return l.explain(err, "")
	}
	if err := l.account.own(dir); err != nil {
		return l.explain(err, "")
	}
	return l.account.checkReach(dir)
}

// connectionURL is the URL of a database behind the socket in dir.
func connectionURL(dir, database string) string {
	query := url.Values{"host": {dir}, "port": {socketPort}}
	encoded := strings.ReplaceAll(query.Encode(), "+", "%20") // in these URLs a + is a +
	target := url.URL{Scheme: "postgres", User: url.User(userOfDatabase), Path: "/" + database, RawQuery: encoded}
	return target.String()
}
