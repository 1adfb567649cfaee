package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// soon is when PostgreSQL has nearly always ended after its placeops. One that is told to end while it recovers from a crash
// may hang for ever; the next placeops on the data directory then ends it.
const soon = 3 * time.Second

func (in *install) cluster() string { return filepath.Join(in.data(), "data") }

// endServers ends what is left of PostgreSQL when nobody will come any more who would.
func (in *install) endServers() {
	if in.awaitNoServers(soon) {
		return
	}
	for _, pid := range in.servers() {
		_ = syscall.Kill(pid, syscall.SIGKILL) // gone, at best
	}
	in.awaitNoServers(patience)
}

func (in *install) awaitNoServers(within time.Duration) bool {
	for deadline := time.Now().Add(within); time.Now().Before(deadline); {
		if len(in.servers()) == 0 {
			return true
		}
		wait(context.Background(), 5*time.Millisecond)
	}
	return false
}

// servers are the processes of this install's PostgreSQL, which are told by the folder that they work in.
func (in *install) servers() (pids []int) {
	folders, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is good
	for _, folder := range folders {
		if cwd, err := os.Readlink(folder); err == nil && cwd == in.cluster() {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// postmaster is the main process of PostgreSQL and the others, 0 and none while it is down.
func (in *install) postmaster() (pid int, others []int) {
	text, err := os.ReadFile(filepath.Join(in.cluster(), "postmaster.pid"))
	if err != nil {
		return 0, nil
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	wanted, _ := strconv.Atoi(string(first))
	for _, server := range in.servers() {
		if server == wanted {
			pid = server
		} else {
			others = append(others, server)
		}
	}
	return pid, others
}

// databaseURL is where the running PostgreSQL is, with no network between.
func (in *install) databaseURL() (string, error) {
	if in.layers.databaseURL != "" {
		return in.layers.databaseURL, nil
	}
	text, err := os.ReadFile(filepath.Join(in.data(), "placeops.lock"))
	if err != nil {
		return "", err
	}
	var holder struct {
		URL string `json:"url"`
	}
	return holder.URL, json.Unmarshal(text, &holder)
}
