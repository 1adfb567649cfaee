package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"

	"github.com/joho/godotenv"
)

// readEnvFile reads a .env file. One that is missing counts as empty. The
// parser's own error is not passed on: it quotes lines that may hold secrets.
func readEnvFile(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, Faults{{Setting: path, Detail: "cannot be read: " + err.Error()}}
	}
	values, err := godotenv.UnmarshalBytes(bytes.TrimPrefix(text, []byte("\ufeff")))
	if err != nil {
		return nil, Faults{{Setting: path, Detail: "must hold lines of the form NAME=value; put a value with spaces, # or $ in single quotes and begin comments with #"}}
	}
	return values, nil
}
