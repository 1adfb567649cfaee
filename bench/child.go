package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// children are the parts of a run that need a process of their own: what makes requests must not share memory, garbage
// collection and scheduler with what starts, checks and counts. The benchmark starts itself again with the child's name as
// its only argument. What to do comes as JSON on the standard input, the result goes as JSON to the standard output.
var children = map[string]func(context.Context, io.Reader, io.Writer) error{
	"load":               child(runLoad),
	"first-registration": child(runFirstRegistrations),
	"workbook":           child(runWorkbook),
}

func child[S, R any](run func(context.Context, S) (R, error)) func(context.Context, io.Reader, io.Writer) error {
	return func(ctx context.Context, in io.Reader, out io.Writer) error {
		var spec S
		if err := json.NewDecoder(in).Decode(&spec); err != nil {
			return err
		}
		result, err := run(ctx, spec)
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(result)
	}
}

// beChild does a child's work if that is what this process was started for.
func beChild(ctx context.Context) (is bool, err error) {
	if len(os.Args) != 2 {
		return false, nil
	}
	run, is := children[os.Args[1]]
	if !is {
		return false, nil
	}
	return true, run(ctx, os.Stdin, os.Stdout)
}

// inChild does a child's work and returns its result.
func inChild[S, R any](ctx context.Context, name string, spec S) (R, error) {
	wait, err := startChild[S, R](ctx, name, spec)
	if err != nil {
		var none R
		return none, err
	}
	return wait()
}

// startChild starts a child's work; wait returns its result. It ends with ctx.
func startChild[S, R any](ctx context.Context, name string, spec S) (wait func() (R, error), err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	in, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	var out, failure bytes.Buffer
	process := exec.CommandContext(ctx, program, name)
	process.Stdin, process.Stdout, process.Stderr = bytes.NewReader(in), &out, &failure
	if err := process.Start(); err != nil {
		return nil, err
	}
	return func() (result R, err error) {
		if err := process.Wait(); err != nil {
			return result, errors.Join(ctx.Err(), fmt.Errorf("bench %s: %w: %s", name, err, bytes.TrimSpace(failure.Bytes())))
		}
		return result, json.Unmarshal(out.Bytes(), &result)
	}, nil
}
