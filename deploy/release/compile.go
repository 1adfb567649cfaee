package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// compile builds the program of an architecture. What the machine or the environment says about Go has no part in it.
func (r *release) compile(ctx context.Context, arch, file string) error {
	bundle := filepath.Join("postgres", "bundle", "linux-"+arch, "postgres.sha256")
	if _, err := os.Stat(bundle); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("PostgreSQL is missing: go run ./postgres/bundle/fetch -arch %s", arch)
	}
	if _, err := os.Stat(filepath.Join("web", "dist", "app", "index.html")); errors.Is(err, os.ErrNotExist) {
		return errors.New("the web console is missing: make console")
	}
	pinned := []string{
		"CGO_ENABLED=0", "GOOS=linux", "GOARCH=" + arch, "GOAMD64=v1", "GOARM64=v8.0",
		"GOFLAGS=", "GOEXPERIMENT=", "GODEBUG=", "GOFIPS140=off", "GOWORK=off",
		"GOTOOLCHAIN=" + runtime.Version(), // which is go.mod's: see make
	}
	return run(ctx, pinned, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w -buildid= -X placeops/cli.buildVersion="+r.version, "-o", file, ".")
}
