//go:build unix && !linux

package postgres

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// childAttributes make a child run as the account, out of reach of a Ctrl-C at
// the terminal. Only Linux can tell it of our death; the next start sees to it.
func childAttributes(as account, _ syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as.credential(), Setpgid: true}
}

// serverProcesses lists the PostgreSQL processes that work on this directory,
// as far as the process list shows the cluster's name.
func serverProcesses(place layout) []int {
	list, err := exec.Command("ps", "-axo", "pid=,command=").Output()
	if err != nil {
		return nil
	}
	var pids []int
	for line := range strings.Lines(string(list)) {
		number, command, _ := strings.Cut(strings.TrimSpace(line), " ")
		pid, err := strconv.Atoi(number)
		if err == nil && strings.Contains(command, "postgres") && strings.Contains(command, place.clusterName()) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// isServerOf tells a process of this directory's server from any other.
func isServerOf(place layout, pid int) bool {
	command, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(command), "postgres") && strings.Contains(string(command), place.clusterName())
}
