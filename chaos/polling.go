package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	pollingTime   = 5 * time.Second
	pollingDrives = 5
)

// poll lets the crowd's pages ask what they ask every 3 s: the list of drives, and twice for each of those that are open. It prints
// what PostgreSQL does for each request, where its processes can be told.
func (r *run) poll(ctx context.Context, out io.Writer, crowd []person) error {
	var drives []int64
	for n := range pollingDrives {
		drive, err := r.openDrive(ctx, fmt.Sprintf("polled %d", n+1))
		if err != nil {
			return err
		}
		drives = append(drives, drive)
	}
	worked := r.in.databaseTime()
	polling, cancel := context.WithTimeout(ctx, pollingTime)
	defer cancel()
	var answered, failed atomic.Int64
	var next atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range stormConnections / 2 {
		all.Go(func() {
			client := &http.Client{Timeout: answerTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
			defer client.CloseIdleConnections()
			c := r.newCaller(uint64(next.Add(1))) //nolint:gosec // small
			c.http, c.calm = client, true
			for polling.Err() == nil {
				r.pollOnce(ctx, c, crowd[int(next.Add(1))%len(crowd)], drives, &answered, &failed)
			}
		})
	}
	all.Wait()
	took := time.Since(began).Seconds()
	fmt.Fprintf(out, "polling: %.0f requests/s", float64(answered.Load())/took)
	if now := r.in.databaseTime(); now > worked {
		fmt.Fprintf(out, ", of which PostgreSQL works %.1f µs for each", (now-worked).Seconds()*1e6/float64(answered.Load()))
	}
	fmt.Fprintln(out)
	if n := failed.Load(); n > 0 {
		r.violation("polling: %d of %d requests failed", n, n+answered.Load())
	}
	return ctx.Err()
}

func (r *run) pollOnce(ctx context.Context, c *caller, who person, drives []int64, answered, failed *atomic.Int64) {
	paths := []string{"/drives"}
	for _, drive := range drives {
		paths = append(paths, fmt.Sprintf("/registrations/%d/check", drive), fmt.Sprintf("/eligibility/%d/check", drive))
	}
	for _, path := range paths {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address(ctx, c.rng)+path, nil)
		if err != nil {
			failed.Add(1)
			return
		}
		request.Header.Set("Authorization", "Bearer "+who.token)
		if status, _, err := c.exchange(request); err != nil || status != http.StatusOK {
			failed.Add(1)
			continue
		}
		answered.Add(1)
	}
}

const clockTick = 10 * time.Millisecond // of the kernel's accounts, on all that Linux runs on today

// databaseTime is how long the processor has worked for the outside PostgreSQL's processes that are there.
func (in *install) databaseTime() (sum time.Duration) {
	for _, pid := range in.servers() {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		for _, field := range slices.Clone(fields[11:13]) { // utime and stime
			ticks, err := strconv.ParseInt(field, 10, 64)
			if err == nil {
				sum += time.Duration(ticks) * clockTick
			}
		}
	}
	return sum
}
