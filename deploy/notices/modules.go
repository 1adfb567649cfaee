package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// module is one of which something is linked.
type module struct {
	Path, Version, Dir string

	folders map[string]bool // of what is linked
}

// listed is what `go list` says of a package.
type listed struct {
	ImportPath, Dir string
	EmbedFiles      []string
	Module          *struct {
		Path, Version, Dir string
		Main               bool
		Replace            *struct{ Path, Version, Dir string }
	}
}

// linked are the modules of which the program contains something, in order.
func linked(ctx context.Context, top, arch string) ([]*module, error) {
	output, err := run(ctx, top, []string{"GOOS=linux", "GOARCH=" + arch, "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off"},
		"list", "-deps", "-json=ImportPath,Dir,EmbedFiles,Module", ".")
	if err != nil {
		return nil, err
	}
	found := map[string]*module{}
	for packages := json.NewDecoder(bytes.NewReader(output)); ; {
		var p listed
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if p.Module == nil || p.Module.Main { // the standard library, and ourselves
			continue
		}
		m := found[p.Module.Path]
		if m == nil {
			m = &module{Path: p.Module.Path, Version: p.Module.Version, Dir: p.Module.Dir, folders: map[string]bool{}}
			if r := p.Module.Replace; r != nil {
				m.Path, m.Version, m.Dir = r.Path, r.Version, r.Dir
			}
			found[p.Module.Path] = m
		}
		m.add(p)
	}
	if len(found) == 0 {
		return nil, errors.New("the program has no modules: that cannot be")
	}
	modules := slices.Collect(maps.Values(found))
	slices.SortFunc(modules, func(a, b *module) int { return strings.Compare(a.Path, b.Path) })
	return modules, nil
}

// add remembers the folders of a package and of the files that it carries, up to the module's own.
func (m *module) add(p listed) {
	folders := []string{p.Dir}
	for _, file := range p.EmbedFiles {
		folders = append(folders, filepath.Dir(filepath.Join(p.Dir, file)))
	}
	for _, folder := range folders {
		for ; len(folder) > len(m.Dir); folder = filepath.Dir(folder) {
			m.folders[folder] = true
		}
	}
	m.folders[m.Dir] = true
}

// licenceName is what files with a licence or a notice are called.
var licenceName = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|copyright|notice|patents)s?([-._].*)?$`)

// licences are the files with a module's licences, the module's own folder first.
func (m *module) licences() ([]string, error) {
	var files []string
	for _, folder := range slices.Sorted(maps.Keys(m.folders)) {
		entries, err := os.ReadDir(folder) // sorted
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if entry.Type().IsRegular() && licenceName.MatchString(entry.Name()) && filepath.Ext(entry.Name()) != ".go" {
				files = append(files, filepath.Join(folder, entry.Name()))
			}
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s %s has no file with a licence: it may not be given to others", m.Path, m.Version)
	}
	return files, nil
}

func goRoot(ctx context.Context) (string, error) {
	root, err := run(ctx, ".", nil, "env", "GOROOT")
	return strings.TrimSpace(string(root)), err
}

// run asks go.
func run(ctx context.Context, dir string, environment []string, args ...string) ([]byte, error) {
	var output, complaint bytes.Buffer
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir, command.Stdout, command.Stderr = dir, &output, &complaint
	command.Env = append(os.Environ(), environment...)
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", args[0], err, strings.TrimSpace(complaint.String()))
	}
	return output.Bytes(), nil
}
