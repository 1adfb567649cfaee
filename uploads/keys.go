package uploads

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"time"
)

// Kind is what a file is for. It is the first part of the file's key.
type Kind string

const (
	// JobDescription is the PDF of a drive.
	JobDescription Kind = "job-descriptions"
	// StudentFile is a list of students on its way to the import. Its content is judged by who reads it.
	StudentFile Kind = "student-imports"
	// Export is a table that a job made for somebody to fetch.
	Export Kind = "exports"
)

// kinds are all of them.
var kinds = []Kind{JobDescription, StudentFile, Export}

// validKey is the form of every key that newKey makes. Nothing that climbs out of the folder has it.
var validKey = regexp.MustCompile(`^[a-z0-9-]+/\d{4}/\d{2}/[0-9a-f]{32}\.[a-z0-9]+$`)

// extension is the ending of the names of this kind of file, "" for an unknown kind.
func (k Kind) extension() string {
	switch k {
	case JobDescription:
		return "pdf"
	case StudentFile:
		return "dat"
	case Export:
		return "csv"
	}
	return ""
}

// newKey makes a key that nobody can guess; nothing in it comes from the sender.
func newKey(kind Kind, now time.Time) (string, error) {
	extension := kind.extension()
	if extension == "" {
		return "", fmt.Errorf("uploads: unknown kind of file %q", kind)
	}
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", fmt.Errorf("uploads: random name: %w", err)
	}
	return fmt.Sprintf("%s/%s/%s.%s", kind, now.UTC().Format("2006/01"), hex.EncodeToString(random[:]), extension), nil
}
