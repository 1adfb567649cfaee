package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"placeops/postgres"
)

// machineFacts describes what the figures depend on.
func (b *bench) machineFacts(ctx context.Context) ([][2]string, error) {
	version, err := b.serverVersion(ctx)
	if err != nil {
		return nil, err
	}
	return [][2]string{
		{"Date", time.Now().UTC().Format("2006-01-02 15:04 UTC")},
		{"placeops", commit(ctx)},
		{"Go", runtime.Version()},
		{"PostgreSQL", version},
		{"pgbench", pgbenchVersion(ctx)},
		{"Processor", fmt.Sprintf("%s, %d cores", field("/proc/cpuinfo", "model name"), runtime.NumCPU())},
		{"Memory", memoryOf(field("/proc/meminfo", "MemTotal"))},
		{"System", runtime.GOOS + "/" + runtime.GOARCH + ", kernel " + firstLine("/proc/sys/kernel/osrelease")},
		{"File system of the data", fileSystem(b.dir)},
	}, nil
}

// serverVersion starts the server once to ask; that also warms the files which every scenario reads.
func (b *bench) serverVersion(ctx context.Context) (version string, err error) {
	c := &college{b: b}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.openDatabase(ctx, nil); err != nil {
		return "", err
	}
	err = c.pool.QueryRow(ctx, "SELECT current_setting('server_version')").Scan(&version)
	if postgres.Bundled() {
		version += " (carried in the binary)"
	}
	return version, err
}

func commit(ctx context.Context) string {
	hash, err := exec.CommandContext(ctx, "git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return "unknown commit"
	}
	text := "commit " + strings.TrimSpace(string(hash))
	changed, err := exec.CommandContext(ctx, "git", "status", "--porcelain", "--", "*.go", "*.sql").Output()
	if err == nil && len(bytes.TrimSpace(changed)) > 0 {
		text += " and changes not yet committed"
	}
	return text
}

// field is the value of the first line "name: value" of a file of the kernel.
func field(path, name string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(data)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func firstLine(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return line
}

func memoryOf(kilobytes string) string {
	n, err := strconv.Atoi(strings.TrimSuffix(kilobytes, " kB"))
	if err != nil {
		return kilobytes
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(1<<20))
}

// fileSystem is the type of the file system that holds dir: the mount with the longest path that leads there.
func fileSystem(dir string) string {
	data, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return "unknown"
	}
	found, longest := "unknown", -1
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		if len(words) < 3 {
			continue
		}
		point := strings.TrimSuffix(words[1], "/")
		if (dir == point || strings.HasPrefix(dir, point+"/")) && len(point) >= longest {
			found, longest = words[2], len(point)
		}
	}
	return found
}

// otherWork is what the machine did for others while a scenario was not measuring.
type otherWork struct {
	load string    // at the scenario's start
	busy []float64 // cores that others used, before each round
	wait time.Duration
}

const (
	quietLook  = time.Second
	quietCores = 0.1 // what others may use
)

// startScenario waits until the machine has little else to do, and notes how that went.
func (b *bench) startScenario(ctx context.Context) {
	b.others = otherWork{}
	b.others.wait = b.awaitQuiet(ctx, b.size.waitForQuiet)
	b.others.load, _, _ = strings.Cut(firstLine("/proc/loadavg"), " ")
}

// startRound is startScenario for one round: a short wait, so that a build next door spoils few figures.
func (b *bench) startRound(ctx context.Context) {
	b.others.wait += b.awaitQuiet(ctx, b.size.waitForQuietPerRound)
}

func (b *bench) awaitQuiet(ctx context.Context, atMost time.Duration) time.Duration {
	if atMost == 0 {
		return 0
	}
	began := time.Now()
	for {
		busy := busyCores(ctx, quietLook)
		if busy <= quietCores || time.Since(began) >= atMost || ctx.Err() != nil {
			b.others.busy = append(b.others.busy, busy)
			return max(0, time.Since(began)-quietLook)
		}
	}
}

// busyCores tells how many cores were at work during the next moment.
func busyCores(ctx context.Context, during time.Duration) float64 {
	before := busyTicks()
	began := time.Now()
	select {
	case <-ctx.Done():
	case <-time.After(during):
	}
	return float64(busyTicks()-before) / ticksPerSecond / time.Since(began).Seconds()
}

const ticksPerSecond = 100 // USER_HZ, on every Linux that Go runs on

// busyTicks sums user, nice, system, irq, softirq and steal of /proc/stat: all but idle and waiting for the disk.
func busyTicks() (sum int64) {
	words := strings.Fields(firstLine("/proc/stat"))
	for i, word := range words {
		n, err := strconv.ParseInt(word, 10, 64)
		if err == nil && i <= 8 && i != 4 && i != 5 {
			sum += n
		}
	}
	return sum
}

// conditions is a sentence about the machine's other work during the scenario.
func (b *bench) conditions() string {
	if len(b.others.busy) == 0 {
		return ""
	}
	s := newSeries(b.others.busy)
	text := fmt.Sprintf("Load average at the start %s; before the rounds others used %.2f cores in the median, %.2f at most; waited %s for quiet.",
		cmp.Or(b.others.load, "unknown"), s.median(), s.max(), b.others.wait.Round(time.Second))
	if s.median() > quietCores {
		text += " **The machine was busy: measure again.**"
	}
	return text
}
