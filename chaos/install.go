package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"placeops/postgres"
)

const (
	secret   = "a secret of the chaos harness, 32 bytes or more"
	patience = time.Minute // for what happens in any case
)

// install is a folder with everything in it that a run starts: placeops and its PostgreSQL.
type install struct {
	shape     shape
	dir       string
	binary    string
	log       *os.File // what all of them have logged, one after the other
	noDisk    error    // why the data folder has no disk of its own; nil: it has one
	processes []*placeops
	postgres  *postgres.Server // the outside one; nil where placeops runs its own, or Patroni does
	layers    layers           // of the shapes of docs/scaling.md
}

// build builds the real placeops into a folder.
func build(ctx context.Context, dir string) (binary string, err error) {
	binary = filepath.Join(dir, "placeops")
	output, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "placeops").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build placeops: %w: %s", err, output)
	}
	return binary, nil
}

// newInstall makes a folder, with a small disk for the data where it can. As root, PostgreSQL runs as another user, who must be
// able to pass.
func newInstall(ctx context.Context, c config) (in *install, err error) {
	in = &install{shape: c.shape, binary: c.binary}
	if in.dir, err = os.MkdirTemp(c.parent, "placeops-chaos-"); err != nil {
		return nil, err
	}
	if err := os.Chmod(in.dir, 0o755); err != nil { //nolint:gosec // nothing in it is secret
		return nil, err
	}
	if err := os.Mkdir(in.data(), 0o755); err != nil { //nolint:gosec // the same
		return nil, err
	}
	if in.noDisk = errOrdinaryDisk; c.smallDisk && slices.Contains(allShapes, c.shape) {
		in.noDisk = mountSmallDisk(in.data())
	}
	if in.log, err = os.Create(filepath.Join(in.dir, "placeops.log")); err != nil {
		return nil, errors.Join(err, in.close(false))
	}
	if in.shape == embedded {
		in.processes = []*placeops{{in: in, settings: []string{"PLACEOPS_DATA_DIR=" + in.data()}}}
		return in, nil
	}
	start := in.startOutside
	if in.shape != outside {
		start = in.startLayers
	}
	if err := start(ctx); err != nil {
		return nil, errors.Join(err, in.close(true))
	}
	return in, nil
}

func (in *install) data() string { return filepath.Join(in.dir, "placeops-data") }

// start starts all processes, one after the other, and calls atReady before anybody sends them a request.
func (in *install) start(atReady func()) error {
	for _, p := range in.processes {
		if err := p.begin(); err != nil {
			return err
		}
	}
	var urls []string
	for _, p := range in.processes {
		url, err := p.awaitReady()
		if err != nil {
			return err
		}
		urls = append(urls, url)
	}
	atReady()
	for i, p := range in.processes {
		p.url.Store(&urls[i])
	}
	return nil
}

// stop asks all processes to end and requires that they end well.
func (in *install) stop() error {
	for _, p := range in.processes {
		if err := p.stop(); err != nil {
			return err
		}
	}
	if in.shape == embedded && !in.awaitNoServers(patience) {
		return errors.New("a PostgreSQL outlived its placeops, which had been stopped in order")
	}
	return nil
}

// kill ends all processes as the kernel does.
func (in *install) kill() error {
	var errs []error
	for _, p := range in.processes {
		errs = append(errs, p.kill())
	}
	return errors.Join(errs...)
}

// close ends what still runs and removes everything, or says where it is.
func (in *install) close(keep bool) error {
	var errs []error
	for _, p := range in.processes {
		if p.now != nil {
			errs = append(errs, p.kill())
		}
	}
	errs = append(errs, in.layers.end())
	if in.postgres != nil {
		errs = append(errs, in.stopOutside())
	}
	in.endServers()
	if in.log != nil {
		errs = append(errs, in.log.Close())
	}
	if keep {
		return errors.Join(errs...)
	}
	if in.noDisk == nil {
		errs = append(errs, unmount(in.data()))
	}
	return errors.Join(append(errs, os.RemoveAll(in.dir))...)
}

// remains says where a kept installation is.
func (in *install) remains() string {
	if in.noDisk == nil {
		return fmt.Sprintf("kept for a look: %s (before you remove it: umount %s)", in.dir, in.data())
	}
	return "kept for a look: " + in.dir
}

func (in *install) logger() *slog.Logger { return slog.New(slog.NewTextHandler(in.log, nil)) }

const lastBytes = 4 << 10

// lastWords is the end of what was logged.
func (in *install) lastWords() string {
	data, err := os.ReadFile(in.log.Name())
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(data[max(0, len(data)-lastBytes):]))
}

// wait returns after a time, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
