// Package web carries the web console: the files that were built of its pages, if they were. Package server serves them.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Placeholder is the page that stands in for a console that was not built.
//
//go:embed placeholder.html
var Placeholder []byte

// Files are what was built, index.html and all that it loads; none where nothing was.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist/app")
	if err != nil {
		panic("web: " + err.Error()) // only for a path that is none
	}
	if _, err := fs.Stat(files, "."); err != nil {
		return embed.FS{}
	}
	return files
}
