//go:build unix

package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user of the operating system that PostgreSQL runs as.
type account struct {
	name     string
	uid, gid uint32
	// switched: placeops is root, which PostgreSQL refuses to be.
	switched bool
}

// chooseAccount picks the user: our own, or, as root, the data's owner, else
// user placeops, else nobody. initdb insists on a user that has a name.
func chooseAccount(place layout) (account, error) {
	owner, hasOwner := ownerOf(place.data())
	if self := os.Geteuid(); self != 0 {
		if hasOwner && owner.uid != uint32(self) { //nolint:gosec // user ids have 32 bits
			return account{}, fmt.Errorf("%s belongs to user %s, but placeops runs as %s: run it as %s, or give it the files (chown -R %s %s)",
				place.data(), owner.name, currentUser(), owner.name, currentUser(), place.dir)
		}
		return account{name: currentUser(), uid: uint32(self), gid: uint32(os.Getegid())}, nil //nolint:gosec // as above
	}
	if hasOwner && owner.uid != 0 {
		owner.switched = true
		return owner, nil
	}
	for _, name := range []string{"placeops", "nobody"} {
		if found, err := user.Lookup(name); err == nil {
			return accountOf(found)
		}
	}
	return account{}, errors.New("PostgreSQL refuses to run as root and there is no user placeops: " +
		"create it (useradd --system placeops) or run placeops as an ordinary user")
}

func accountOf(u *user.User) (account, error) {
	uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(uidErr, gidErr); err != nil {
		return account{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	return account{name: u.Username, uid: uint32(uid), gid: uint32(gid), switched: true}, nil
}

func ownerOf(path string) (account, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return account{}, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return account{}, false
	}
	return account{name: userName(stat.Uid), uid: stat.Uid, gid: stat.Gid}, true
}

func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if found, err := user.LookupId(id); err == nil {
		return found.Username
	}
	return id
}

func currentUser() string { return userName(uint32(os.Geteuid())) } //nolint:gosec // user ids have 32 bits

// credential is what a child process needs to become the account; nil when
// nothing has to change.
func (a account) credential() *syscall.Credential {
	if !a.switched {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid}
}

// own gives path to the account.
func (a account) own(path string) error {
	if !a.switched {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

// checkReach fails when the account cannot pass through every folder down to dir.
func (a account) checkReach(dir string) error {
	if !a.switched {
		return nil
	}
	for folder := dir; ; folder = filepath.Dir(folder) {
		info, err := os.Stat(folder)
		if err != nil {
			return err
		}
		if !a.mayEnter(info) {
			return fmt.Errorf("PostgreSQL does not run as root but as user %s, which cannot enter %s (mode %04o): "+
				"choose a data directory outside it, such as /var/lib/placeops (PLACEOPS_DATA_DIR), or run placeops as an ordinary user",
				a.name, folder, info.Mode().Perm())
		}
		if folder == filepath.Dir(folder) {
			return nil
		}
	}
}

func (a account) mayEnter(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	switch {
	case stat.Uid == a.uid:
		return info.Mode()&0o100 != 0
	case stat.Gid == a.gid:
		return info.Mode()&0o010 != 0
	default:
		return info.Mode()&0o001 != 0
	}
}
