package postgres

import (
	"errors"
	"fmt"
)

// ErrNoServer says that there are no PostgreSQL server binaries to run.
var ErrNoServer = errors.New("this placeops was built without PostgreSQL and none is installed: " +
	"set DATABASE_URL to a PostgreSQL server, install PostgreSQL 18, or build placeops with `make`")

// InUseError says that another placeops process holds the data directory.
type InUseError struct {
	Dir    string
	Pid    int    // 0 when not known
	Holder string // HolderServe or HolderCommand, "" when not known
	URL    string // of its server, "" while that is starting
}

func (e InUseError) Error() string {
	who := "another placeops"
	if e.Pid != 0 {
		who += fmt.Sprintf(" (pid %d)", e.Pid)
	}
	return fmt.Sprintf("%s is in use by %s: stop it or choose another data directory (PLACEOPS_DATA_DIR)", e.Dir, who)
}

// VersionError says that the data directory belongs to another major version.
type VersionError struct {
	Dir       string // the cluster's directory
	Data, Bin int    // major versions: of the data, of the server's binaries
}

func (e VersionError) Error() string {
	return fmt.Sprintf("%s was created by PostgreSQL %d, but this placeops runs PostgreSQL %d and cannot read it: "+
		"move the data with the placeops that created it (back up there, restore here; docs/upgrade.md), or choose another data directory (PLACEOPS_DATA_DIR)",
		e.Dir, e.Data, e.Bin)
}
