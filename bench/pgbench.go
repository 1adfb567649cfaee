package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// findPgbench returns the path of pgbench, or "".
func findPgbench() string {
	if path, err := exec.LookPath("pgbench"); err == nil {
		return path
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench") // the pattern is good
	if len(found) == 0 {
		return ""
	}
	return found[len(found)-1]
}

func pgbenchVersion(ctx context.Context) string {
	program := findPgbench()
	if program == "" {
		return "none on this machine"
	}
	output, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(strings.TrimPrefix(string(output), "pgbench "))
}

var (
	pgbenchRate = regexp.MustCompile(`tps = ([0-9.]+) \(without`)
	pgbenchDone = regexp.MustCompile(`number of transactions actually processed: (\d+)/(\d+)`)
)

// runPgbench registers students as pgbench's clients, each the same number: some of the last may remain.
func (s *storms) runPgbench(ctx context.Context, driveID int64) (rate float64, registered int64, err error) {
	first, each := s.students[0].id, len(s.students)/s.connections
	if last := s.students[len(s.students)-1].id; last != first+int64(len(s.students))-1 {
		return 0, 0, fmt.Errorf("pgbench needs students whose ids have no gaps, not %d from %d to %d", len(s.students), first, last)
	}
	statement := strings.NewReplacer("$1", ":drive", "$2", ":student").Replace(registerOneSQL)
	script := filepath.Join(s.c.b.dir, "register.pgbench")
	text := fmt.Sprintf("\\set n :n + 1\n\\set student :first + :client_id + %d * (:n - 1)\n%s;\n", s.connections, statement)
	if err := os.WriteFile(script, []byte(text), 0o644); err != nil { //nolint:gosec // nothing in it is secret
		return 0, 0, err
	}
	number := strconv.Itoa
	output, err := exec.CommandContext(ctx, s.pgbench, "--no-vacuum", "--protocol=prepared", "--client="+number(s.connections), "--jobs=2",
		"--transactions="+number(each), "--define=n=0", fmt.Sprintf("--define=first=%d", first), fmt.Sprintf("--define=drive=%d", driveID),
		"--file="+script, s.c.url).CombinedOutput()
	if err != nil {
		return 0, 0, fmt.Errorf("pgbench: %w: %s", err, output)
	}
	tps, done := pgbenchRate.FindSubmatch(output), pgbenchDone.FindSubmatch(output)
	if tps == nil || done == nil || string(done[1]) != string(done[2]) {
		return 0, 0, fmt.Errorf("pgbench: %s", output)
	}
	rate, err = strconv.ParseFloat(string(tps[1]), 64)
	return rate, int64(s.connections * each), err
}
