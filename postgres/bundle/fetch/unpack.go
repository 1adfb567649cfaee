package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// file is one entry of the bundle.
type file struct {
	name    string // below the bundle's root, with slashes
	link    string // target when it is a symbolic link
	content []byte
	run     bool // executable
}

// link is one entry of pg-symlinks.json: npm packages cannot hold symbolic
// links, so the package lists them.
type link struct {
	Source string `json:"source"`
	Target string `json:"target"`
}

// readPackage returns the files to bundle, sorted by name.
func readPackage(pkg string) ([]file, error) {
	all, err := readTarball(pkg)
	if err != nil {
		return nil, err
	}
	links, err := readLinks(all)
	if err != nil {
		return nil, err
	}
	kept := slices.DeleteFunc(append(all, links...), func(f file) bool { return !keeps(f.name) })
	slices.SortFunc(kept, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return kept, nil
}

func readTarball(pkg string) ([]file, error) {
	packed, err := os.Open(pkg)
	if err != nil {
		return nil, err
	}
	defer func() { _ = packed.Close() }()
	unzipped, err := gzip.NewReader(packed)
	if err != nil {
		return nil, err
	}
	var all []file
	for entries := tar.NewReader(unzipped); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		name, native := strings.CutPrefix(path.Clean(entry.Name), "package/native/")
		if !native || entry.Typeflag != tar.TypeReg {
			continue
		}
		content, err := io.ReadAll(entries)
		if err != nil {
			return nil, err
		}
		all = append(all, file{name: name, content: content, run: entry.Mode&0o100 != 0})
	}
}

func readLinks(all []file) ([]file, error) {
	listed := slices.IndexFunc(all, func(f file) bool { return f.name == "pg-symlinks.json" })
	if listed < 0 {
		return nil, errors.New("the package has no pg-symlinks.json")
	}
	var links []link
	if err := json.Unmarshal(all[listed].content, &links); err != nil {
		return nil, fmt.Errorf("pg-symlinks.json: %w", err)
	}
	var files []file
	for _, l := range links {
		name := strings.TrimPrefix(l.Target, "native/")
		target, err := filepath.Rel(path.Dir(l.Target), l.Source)
		if err != nil {
			return nil, fmt.Errorf("pg-symlinks.json: %w", err)
		}
		files = append(files, file{name: name, link: filepath.ToSlash(target)})
	}
	return files, nil
}
