// Command notices writes the licences of everything that the program of an architecture contains and others have made:
// PostgreSQL, fonts, what runs in the browser, Go, and each Go module that is linked. The same sources give the same bytes.
//
//	go run ./deploy/notices [-arch amd64] [-o THIRD_PARTY_NOTICES]
//	go run ./deploy/notices -console     writes console.txt anew, from web/node_modules
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
)

func main() {
	arch := flag.String("arch", runtime.GOARCH, "architecture of the program, as Go names it")
	out := flag.String("o", "THIRD_PARTY_NOTICES", "file to write")
	console := flag.Bool("console", false, "write "+consoleFile+" instead")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var text []byte
	var err error
	if *console {
		*out = consoleFile
		text, err = consoleNotices(".")
	} else {
		text, err = notices(ctx, ".", *arch)
	}
	stop()
	if err == nil {
		err = os.WriteFile(*out, text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

// carried are the licences that are kept with what they are of.
var carried = []struct{ what, file string }{
	{"PostgreSQL and how it is packed", "postgres/bundle/NOTICE"},
	{"Fonts", "sheets/fonts/LICENSE"},
	{"Programs that run in the browser, inside the modules below", "deploy/notices/browser.txt"},
	{"The web console, which runs in the browser, and the packages it is made of", consoleFile},
}

const introduction = `placeOps contains works of others. These are their licences. placeOps itself is under the MIT License, in the
file LICENSE. The sources of a Go module, unchanged, are what "go mod download MODULE@VERSION" fetches.
`

// notices is the whole text for the program whose sources are in a folder.
func notices(ctx context.Context, top, arch string) ([]byte, error) {
	text := bytes.NewBufferString(introduction)
	for _, c := range carried {
		if err := section(text, c.what, filepath.Join(top, c.file)); err != nil {
			return nil, err
		}
	}
	root, err := goRoot(ctx)
	if err != nil {
		return nil, err
	}
	if err := section(text, "Go, its runtime and standard library", filepath.Join(root, "LICENSE")); err != nil {
		return nil, err
	}
	modules, err := linked(ctx, top, arch)
	if err != nil {
		return nil, err
	}
	for _, m := range modules {
		files, err := m.licences()
		if err != nil {
			return nil, err
		}
		if err := section(text, m.Path+" "+m.Version, files...); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}

// section writes what a thing is called, and the files with its licences.
func section(text *bytes.Buffer, title string, files ...string) error {
	fmt.Fprintf(text, "\n%s\n%s\n", bytes.Repeat([]byte("="), 80), title)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
		fmt.Fprintf(text, "%s\n\n%s\n", bytes.Repeat([]byte("-"), 80), bytes.Trim(content, "\n\f "))
	}
	return nil
}
