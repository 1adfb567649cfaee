package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"placeops/deploy/npm"
)

// carried is what the fetcher of PostgreSQL says of an architecture's bundle.
type carried struct {
	Version, SHA256, Package string
	PackageVersion           string `json:"package_version"`
	PackageSHA512            string `json:"package_sha512"`
	Libraries                []struct{ Name, SHA256 string }
}

// list writes what the program of an architecture contains, as CycloneDX: the Go modules, which are read from the program
// itself, PostgreSQL with the libraries beside it, and the packages that the web console is made of.
func (r *release) list(ctx context.Context, arch, file string) error {
	program, err := os.ReadFile(r.binary(arch))
	if err != nil {
		return err
	}
	if err := run(ctx, nil, r.cyclonedx, "bin", "-json", "-std", "-notimestamp", "-serial", serial(program),
		"-version", r.version, "-output", file, r.binary(arch)); err != nil {
		return err
	}
	postgres, err := inside(ctx, arch)
	if err != nil {
		return err
	}
	console, err := npm.Console(r.top)
	if err != nil {
		return err
	}
	modules, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	whole, err := add(modules, append([]object{postgres.component()}, components(console)...), r.made)
	if err != nil {
		return err
	}
	return os.WriteFile(file, whole, 0o644)
}

// serial names the list after the program it is of: a version 8 UUID (RFC 9562), the same for the same bytes.
func serial(program []byte) string {
	sum := sha256.Sum256(program)
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func inside(ctx context.Context, arch string) (carried, error) {
	var said, complaint bytes.Buffer
	ask := exec.CommandContext(ctx, "go", "run", "./postgres/bundle/fetch", "-arch", arch, "-describe")
	ask.Stdout, ask.Stderr = &said, &complaint
	if err := ask.Run(); err != nil {
		return carried{}, fmt.Errorf("%w: %s", err, strings.TrimSpace(complaint.String()))
	}
	var answer carried
	return answer, json.Unmarshal(said.Bytes(), &answer)
}

type object = map[string]any

// add adds what is not Go's to a list of modules, as something that the program depends on, and the time.
func add(modules []byte, inside []object, made time.Time) ([]byte, error) {
	var bom struct {
		Schema       string   `json:"$schema"`
		Format       string   `json:"bomFormat"`
		Spec         string   `json:"specVersion"`
		Serial       string   `json:"serialNumber"`
		Version      int      `json:"version"`
		Metadata     object   `json:"metadata"`
		Components   []object `json:"components"`
		Dependencies []object `json:"dependencies"`
		Compositions []object `json:"compositions,omitempty"`
	}
	strict := json.NewDecoder(bytes.NewReader(modules))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&bom); err != nil {
		return nil, err
	}
	program, _ := bom.Metadata["component"].(object)
	its := slices.IndexFunc(bom.Dependencies, func(d object) bool { return d["ref"] == program["bom-ref"] })
	if its < 0 {
		return nil, fmt.Errorf("the list of modules does not say what %v depends on", program["bom-ref"])
	}
	dependsOn, _ := bom.Dependencies[its]["dependsOn"].([]any)
	for _, component := range inside {
		dependsOn = append(dependsOn, component["bom-ref"])
		bom.Dependencies = append(bom.Dependencies, object{"ref": component["bom-ref"]})
	}
	bom.Dependencies[its]["dependsOn"] = dependsOn
	bom.Metadata["timestamp"] = made.Format(time.RFC3339)
	bom.Components = append(bom.Components, inside...)

	var whole bytes.Buffer
	pretty := json.NewEncoder(&whole)
	pretty.SetEscapeHTML(false)
	pretty.SetIndent("", "  ")
	err := pretty.Encode(bom)
	return whole.Bytes(), err
}

// component is PostgreSQL as it is inside: the version, for those who look for its faults, and the package it was taken from.
func (p carried) component() object {
	from := packageURL(p.Package, p.PackageVersion)
	libraries := make([]object, 0, len(p.Libraries))
	for _, l := range p.Libraries {
		libraries = append(libraries, object{
			"bom-ref": from + "#lib/" + l.Name, "type": "library", "name": l.Name, "hashes": hash("SHA-256", l.SHA256),
		})
	}
	return object{
		"bom-ref": from, "type": "application", "name": "postgresql", "version": p.Version,
		"description": "the PostgreSQL server inside, as postgres.tar.zst",
		"cpe":         "cpe:2.3:a:postgresql:postgresql:" + p.Version + ":*:*:*:*:*:*:*",
		"licenses":    []object{{"license": object{"id": "PostgreSQL"}}},
		"hashes":      hash("SHA-256", p.SHA256),
		"components":  libraries,
		"pedigree": object{
			"ancestors": []object{{
				"type": "library", "name": p.Package, "version": p.PackageVersion, "purl": from, "hashes": hash("SHA-512", p.PackageSHA512),
			}},
			"notes": "postgres/bundle/fetch/recipe.go lists the files of the package that are left out; none is changed",
		},
	}
}

// components are the packages of the console, each as npm knows it.
func components(console []npm.Package) []object {
	found := make([]object, 0, len(console))
	for _, p := range console {
		purl := packageURL(p.Name, p.Version)
		found = append(found, object{
			"bom-ref": purl, "type": "library", "name": p.Name, "version": p.Version, "purl": purl,
			"description": "part of the web console",
			"licenses":    []object{{"expression": p.Licence}},
			"hashes":      hash("SHA-512", p.SHA512),
		})
	}
	return found
}

func packageURL(name, version string) string {
	return "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + version
}

func hash(algorithm, content string) []object {
	return []object{{"alg": algorithm, "content": content}}
}
