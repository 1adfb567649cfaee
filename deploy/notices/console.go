package main

import (
	"bytes"
	"fmt"
	"path/filepath"

	"placeops/deploy/npm"
)

// consoleFile holds the licences of what the web console is made of. It is kept, so that nobody needs npm to write the notices.
const consoleFile = "deploy/notices/console.txt"

// withoutFile are packages that come without a file with their licence.
var withoutFile = map[string]string{
	"client-only": "The MIT License. Its one script is empty.",
	"wouter": `This is free and unencumbered software released into the public domain (https://unlicense.org).
The author is Alexey Taktarov; the package says that it is under the Unlicense.`,
}

// consoleNotices are the licences of the packages that the console in the sources of a folder is made of, from web/node_modules.
func consoleNotices(top string) ([]byte, error) {
	packages, err := npm.Console(top)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	text.WriteString("Written by `make generate`. The sources of a package, unchanged, are what \"npm pack PACKAGE@VERSION\" fetches.\n")
	for _, p := range packages {
		title := consoleTitle(p)
		if words, ok := withoutFile[p.Name]; ok {
			fmt.Fprintf(&text, "\n%s\n%s\n%s\n\n%s\n", bytes.Repeat([]byte("="), 80), title, bytes.Repeat([]byte("-"), 80), words)
			continue
		}
		m := module{Path: p.Name, Version: p.Version, folders: map[string]bool{filepath.FromSlash(p.Dir): true}}
		files, err := m.licences()
		if err != nil {
			return nil, fmt.Errorf("%w (make console installs the packages)", err)
		}
		if err := section(&text, title, files...); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}

func consoleTitle(p npm.Package) string { return p.Name + " " + p.Version + " (" + p.Licence + ")" }
