package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
)

// writeSums writes the checksums of all that was built: `sha256sum -c SHA256SUMS`.
func writeSums(dist string) error {
	built, err := os.ReadDir(dist) // sorted
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, entry := range built {
		content, err := os.ReadFile(filepath.Join(dist, entry.Name()))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		sums.WriteString(hex.EncodeToString(sum[:]) + "  " + entry.Name() + "\n")
	}
	return os.WriteFile(filepath.Join(dist, "SHA256SUMS"), []byte(sums.String()), 0o644)
}
