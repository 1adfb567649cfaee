// Package npm reads, from web/package-lock.json, which packages the console is made of. Those that only build and test it are left out.
package npm

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Package is one that the console is made of.
type Package struct {
	Name    string
	Version string
	// Licence is what the package says of itself, an SPDX expression.
	Licence string
	// SHA512 is of the archive that npm fetches, in hexadecimal.
	SHA512 string
	// Dir is its folder once it is installed.
	Dir string
}

// locked is what the lock file says of a package.
type locked struct {
	Version   string `json:"version"`
	Licence   string `json:"license"`
	Integrity string `json:"integrity"`
	Dev       bool   `json:"dev"`
	Optional  bool   `json:"optional"`
	// DevOptional is one that something optional wants, too.
	DevOptional bool `json:"devOptional"`
}

// Console are the packages that the console in the sources of a folder is made of, in the order of their names. A package that
// has nothing but types is none: they are gone when it is built.
func Console(top string) ([]Package, error) {
	web := filepath.Join(top, "web")
	text, err := os.ReadFile(filepath.Join(web, "package-lock.json"))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]locked `json:"packages"`
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, fmt.Errorf("web/package-lock.json: %w", err)
	}
	var found []Package
	for folder, p := range lock.Packages {
		if folder == "" { // the console itself
			continue
		}
		name := folder[strings.LastIndex(folder, "node_modules/")+len("node_modules/"):]
		if p.Dev || p.Optional || p.DevOptional || strings.HasPrefix(name, "@types/") {
			continue
		}
		sum, err := sha512(p.Integrity)
		if err != nil {
			return nil, fmt.Errorf("web/package-lock.json does not say what %s is: %w", folder, err)
		}
		if p.Licence == "" {
			return nil, fmt.Errorf("web/package-lock.json does not say under what licence %s is", folder)
		}
		found = append(found, Package{
			Name: name, Version: p.Version, Licence: p.Licence, SHA512: sum, Dir: filepath.Join(web, filepath.FromSlash(folder)),
		})
	}
	slices.SortFunc(found, func(a, b Package) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version)) })
	return found, nil
}

func sha512(integrity string) (string, error) {
	encoded, ok := strings.CutPrefix(integrity, "sha512-")
	if !ok {
		return "", fmt.Errorf("%q is no SHA-512", integrity)
	}
	sum, err := base64.StdEncoding.DecodeString(encoded)
	return hex.EncodeToString(sum), err
}
