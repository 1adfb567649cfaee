package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// memory is what a group of processes uses, in MB.
type memory struct {
	pss   float64
	rss   float64
	files float64 // the part of pss that are pages of program files, which the system can drop and read again
}

func (m memory) plus(other memory) memory {
	return memory{pss: m.pss + other.pss, rss: m.rss + other.rss, files: m.files + other.files}
}

// memory returns placeops' own share and that of its PostgreSQL, whose processes descend from it. PSS counts a page that n
// processes share as 1/n in each, so the sum is what they use together; RSS counts it n times.
func (p *process) memory() (own, database memory, err error) {
	if own, err = memoryOfProcess(p.pid()); err != nil {
		return own, database, err
	}
	descendants := readProcesses().descendants(p.pid())
	if len(descendants) == 0 {
		return own, database, errors.New("placeops has no PostgreSQL")
	}
	for _, pid := range descendants {
		m, err := memoryOfProcess(pid)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // a connection that has just been closed
		}
		if err != nil {
			return own, database, err
		}
		database = database.plus(m)
	}
	return own, database, nil
}

func memoryOfProcess(pid int) (memory, error) {
	values, err := megabytes(fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Pss", "Rss", "Pss_File")
	return memory{pss: values[0], rss: values[1], files: values[2]}, err
}

// megabytes reads lines such as "Rss:   1234 kB".
func megabytes(path string, names ...string) ([]float64, error) {
	values := make([]float64, len(names))
	data, err := os.ReadFile(path)
	if err != nil {
		return values, err
	}
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		if i := slices.Index(names, strings.TrimSuffix(words[0], ":")); i >= 0 {
			kilobytes, err := strconv.ParseFloat(words[1], 64)
			if err != nil {
				return values, err
			}
			values[i] = kilobytes / 1024
		}
	}
	return values, nil
}

// processes are all of the machine at one moment, by id.
type processes map[int]processState

type processState struct {
	parent  int
	seconds float64 // of processor time, with that of its children that have ended
}

func readProcesses() processes {
	all := processes{}
	found, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is good
	for _, path := range found {
		data, err := os.ReadFile(path)
		_, rest, ok := strings.Cut(string(data), ") ") // a program's name may hold spaces
		words := strings.Fields(rest)
		if err != nil || !ok || len(words) < 15 {
			continue // it has just ended
		}
		number := func(i int) int {
			n, _ := strconv.Atoi(words[i]) // the kernel writes numbers
			return n
		}
		pid, _ := strconv.Atoi(strings.Split(path, "/")[2])
		ticks := number(11) + number(12) + number(13) + number(14) // own and of children, user's and system's
		all[pid] = processState{parent: number(1), seconds: float64(ticks) / ticksPerSecond}
	}
	return all
}

// descendants lists the children of a process, their children, and so on.
func (all processes) descendants(pid int) []int {
	var found []int
	for child := range all {
		for parent := all[child].parent; parent > 1; parent = all[parent].parent {
			if parent == pid {
				found = append(found, child)
				break
			}
		}
	}
	return found
}

// processorSeconds is the processor time of a process and of all that descend from it.
func (all processes) processorSeconds(pid int) float64 {
	sum := all[pid].seconds
	for _, each := range all.descendants(pid) {
		sum += all[each].seconds
	}
	return sum
}

// peak is the most memory that a process has used since peakFromNow, in MB.
type peak struct {
	rss  float64 // with the pages of the program itself that were touched
	anon float64 // without: Go's heap, stacks and the rest of the runtime
}

// peakFromNow makes the kernel forget the process's highest RSS so far.
func (p *process) peakFromNow() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.pid()), []byte("5"), 0o200)
}

// updatePeak looks at the memory now; the kernel itself remembers the highest RSS between two looks.
func (p *process) updatePeak(so *peak) error {
	values, err := megabytes(fmt.Sprintf("/proc/%d/status", p.pid()), "VmHWM", "RssAnon")
	so.rss, so.anon = max(so.rss, values[0]), max(so.anon, values[1])
	return err
}
