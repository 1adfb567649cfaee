package config

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"placeops/auth"
)

const (
	jwtSecretFile   = "jwt-secret"
	jwtSecretRandom = 32 // bytes; written as 64 hex digits
)

// keepJWTSecret takes the secret from the data directory and makes it there
// first when there is none. Processes that do so at once get the same one.
func (c *Config) keepJWTSecret() error {
	path := filepath.Join(c.DataDir, jwtSecretFile)
	secret, err := readSecret(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = createSecret(path); err == nil {
			secret, err = readSecret(path)
		}
	}
	if err != nil {
		return Faults{{Setting: "JWT_SECRET", Detail: "is not set and could not be kept in the data directory: " + err.Error()}}
	}
	c.JWTSecret = secret
	c.warnIfReadable(path)
	return nil
}

// readSecret returns the text of the file without the line end, so that the
// same text works as JWT_SECRET.
func readSecret(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	text = bytes.TrimSpace(text)
	if len(text) < auth.MinSecretLength {
		return "", fmt.Errorf("%s has fewer than %d bytes: restore it, or delete it to have a new one made (everybody must then sign in again)", path, auth.MinSecretLength)
	}
	return string(text), nil
}

// createSecret writes a new secret beside its place and then links it there.
// Linking fails when another process was faster; that one's secret then counts.
func createSecret(path string) error {
	folder := filepath.Dir(path)
	// Others may pass through: as root, PostgreSQL runs as another user below this folder. What is secret has its own mode.
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // see above
		return err
	}
	temporary, err := os.CreateTemp(folder, jwtSecretFile+"-*.tmp") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	if err := writeSecret(temporary); err != nil {
		return err
	}
	if err := os.Link(temporary.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(folder)
}

func writeSecret(file *os.File) error {
	random := make([]byte, jwtSecretRandom)
	_, _ = rand.Read(random) // never fails: the program stops if there is no randomness
	_, writeErr := file.WriteString(hex.EncodeToString(random) + "\n")
	return errors.Join(writeErr, file.Sync(), file.Close())
}

// syncFolder makes the new name survive a power failure.
func syncFolder(folder string) error {
	opened, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}

// warnIfReadable only warns: volumes of some container platforms force wider modes.
func (c *Config) warnIfReadable(path string) {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		c.Warnings = append(c.Warnings, fmt.Sprintf("%s can be read by others (mode %04o): run chmod 600 on it", path, info.Mode().Perm()))
	}
}
