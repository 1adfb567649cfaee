package postgres

import (
	"io/fs"
	"strings"
)

const (
	archiveName  = "postgres.tar.zst"
	sumName      = "postgres.sha256"
	bundlePrefix = "pg-" // of the folder a bundle is extracted to
)

// Bundled reports whether this binary carries a PostgreSQL server.
func Bundled() bool {
	_, found := openBundle(embeddedFiles())
	return found
}

// Version returns the bundled PostgreSQL's version, such as "18.4", or "".
func Version() string {
	b, _ := openBundle(embeddedFiles())
	return b.version
}

func embeddedFiles() fs.FS {
	files, err := fs.Sub(embedded, embeddedFolder)
	if err != nil {
		return embedded
	}
	return files
}

// bundle is a packed PostgreSQL server.
type bundle struct {
	files   fs.FS
	sum     string // sha256 of the archive, in hex
	version string
}

// openBundle finds the bundle in files. The checksum file holds a comment
// "# PostgreSQL <version>, …" and a line as sha256sum prints it.
func openBundle(files fs.FS) (bundle, bool) {
	text, err := fs.ReadFile(files, sumName)
	if err != nil {
		return bundle{}, false
	}
	if _, err := fs.Stat(files, archiveName); err != nil {
		return bundle{}, false
	}
	b := bundle{files: files}
	for line := range strings.Lines(string(text)) {
		if comment, isComment := strings.CutPrefix(line, "# PostgreSQL "); isComment {
			b.version, _, _ = strings.Cut(comment, ",")
		} else {
			b.sum, _, _ = strings.Cut(line, " ")
		}
	}
	return b, b.version != "" && len(b.sum) == 64
}

// folder is the name of the directory the bundle is extracted to.
func (b bundle) folder() string { return bundlePrefix + b.sum[:16] }
