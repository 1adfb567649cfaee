// Package check holds the files with which placeops is run in containers against what they are written for: compose files
// against the compose specification, manifests against Kubernetes' types and its restricted standard for pods, the Dockerfile
// against its grammar, and all of them against what is good practice. It is a module of its own, so that what it needs is nothing
// that placeops needs. Whether the files agree with the program is held by the tests one folder up.
package check

import (
	"fmt"
	"io/fs"
	"path"
)

// Faults are all that is wrong with the files below the top of the repository.
func Faults(files fs.FS) (faults []string, err error) {
	for name, check := range map[string]func(fs.FS, string) ([]string, error){
		"Dockerfile":                  Dockerfile,
		"deploy/compose.yaml":         Compose,
		"deploy/compose.outside.yaml": Compose,
		"deploy/kubernetes/outside":   Overlay,
		"deploy/kubernetes/embedded":  Overlay,
		"deploy/kubernetes/examples":  Examples,
	} {
		found, err := check(files, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, fault := range found {
			faults = append(faults, path.Base(name)+": "+fault)
		}
	}
	return faults, nil
}
