package postgres

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// childAttributes make a child run as the account, out of reach of a Ctrl-C at
// the terminal (jobs drain before the database stops), and have the kernel
// send it onParentDeath when placeops is killed.
func childAttributes(as account, onParentDeath syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as.credential(), Setpgid: true, Pdeathsig: onParentDeath}
}

// serverProcesses lists the PostgreSQL processes that work on this directory.
func serverProcesses(place layout) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && isServerOf(place, pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// isServerOf tells a process of this directory's server from any other. Every
// server process has the data directory as its working directory; the cluster
// name in its title has to do where /proc hides the former from us.
func isServerOf(place layout, pid int) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	name, err := os.ReadFile(filepath.Join(proc, "comm"))
	if err != nil || strings.TrimSpace(string(name)) != "postgres" {
		return false
	}
	cwd, err := os.Readlink(filepath.Join(proc, "cwd"))
	if err == nil {
		return cwd == place.data() || cwd == place.unfinished()
	}
	if !errors.Is(err, os.ErrPermission) {
		return false // gone, or a zombie
	}
	title, err := os.ReadFile(filepath.Join(proc, "cmdline"))
	return err == nil && strings.Contains(string(title), place.clusterName())
}
