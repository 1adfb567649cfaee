package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// carried is what the fetcher of PostgreSQL says of an architecture's bundle.
type carried struct {
	Version, SHA256, Package string
	PackageVersion           string `json:"package_version"`
	PackageSHA512            string `json:"package_sha512"`
	Libraries                []struct{ Name, SHA256 string }
}

// list writes what the program of an architecture contains, as CycloneDX: the Go modules, which are read from the program
// itself, and PostgreSQL with the libraries beside it.
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
	modules, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	whole, err := addPostgres(modules, postgres, r.made)
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

// addPostgres adds PostgreSQL to a list of modules, as something that the program depends on, and the time.
func addPostgres(modules []byte, postgres carried, made time.Time) ([]byte, error) {
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
	component := postgres.component()
	depends := false
	for _, dependency := range bom.Dependencies {
		if dependency["ref"] == program["bom-ref"] {
			others, _ := dependency["dependsOn"].([]any)
			dependency["dependsOn"] = append(others, component["bom-ref"])
			depends = true
		}
	}
	if !depends {
		return nil, fmt.Errorf("the list of modules does not say what %v depends on", program["bom-ref"])
	}
	bom.Metadata["timestamp"] = made.Format(time.RFC3339)
	bom.Components = append(bom.Components, component)
	bom.Dependencies = append(bom.Dependencies, object{"ref": component["bom-ref"]})

	var whole bytes.Buffer
	pretty := json.NewEncoder(&whole)
	pretty.SetEscapeHTML(false)
	pretty.SetIndent("", "  ")
	err := pretty.Encode(bom)
	return whole.Bytes(), err
}

// component is PostgreSQL as it is inside: the version, for those who look for its faults, and the package it was taken from.
func (p carried) component() object {
	from := "pkg:npm/" + strings.Replace(p.Package, "@", "%40", 1) + "@" + p.PackageVersion
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

func hash(algorithm, content string) []object {
	return []object{{"alg": algorithm, "content": content}}
}
