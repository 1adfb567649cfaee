package backup

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"placeops/store"
)

// format is the version of the archive's own form. A change that an older placeops would misread makes it one more.
const format = 1

const (
	manifestName = "manifest.json"
	indexName    = "index.json"
	tablesFolder = "tables/"
	filesFolder  = "uploads/"
	chunkSuffix  = ".copy"
)

// Manifest is the first entry: what the archive holds and what it takes to restore it.
type Manifest struct {
	Format      int        `json:"format"`
	Placeops    string     `json:"placeops"` // the version of the program that took it
	Postgres    string     `json:"postgres"` // the version of the server it was taken from
	TakenAt     time.Time  `json:"taken_at"` // everything committed before is in it
	Schema      int64      `json:"schema_version"`
	QueueSchema int        `json:"queue_schema_version"`
	Tables      []Table    `json:"tables"`
	Sequences   []Sequence `json:"sequences"`
}

func (m Manifest) versions() store.Versions {
	return store.Versions{Schema: m.Schema, Queue: m.QueueSchema}
}

// Table is a table and the order in which its columns stand in the rows.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// Sequence is where a sequence stands.
type Sequence struct {
	Name   string `json:"name"`
	Last   int64  `json:"last"`
	Called bool   `json:"called"` // Last has been given out
}

// Index is the last entry: what stands before it.
type Index struct {
	Entries []Entry `json:"entries"`
	// Missing are files that the database refers to and that were gone before they could be copied.
	Missing []string `json:"missing,omitempty"`
}

// Entry is a part of the archive.
type Entry struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	Rows   int64  `json:"rows,omitempty"`
	SHA256 string `json:"sha256"`
}

// Summary is what there is to say about an archive.
type Summary struct {
	Manifest
	Index
	Size int64 // of the archive
}

// Rows counts the rows of all tables.
func (s Summary) Rows() (rows int64) {
	for _, entry := range s.Entries {
		rows += entry.Rows
	}
	return rows
}

// Files counts the uploaded files and their bytes.
func (s Summary) Files() (files int, size int64) {
	for _, entry := range s.Entries {
		if strings.HasPrefix(entry.Name, filesFolder) {
			files++
			size += entry.Bytes
		}
	}
	return files, size
}

// chunkName is the name of the nth part of a table's rows, counted from 1.
func chunkName(table string, n int) string {
	return fmt.Sprintf("%s%s/%06d%s", tablesFolder, url.PathEscape(table), n, chunkSuffix)
}

// parseChunkName is the reverse of chunkName.
func parseChunkName(name string) (table string, n int, ok bool) {
	escaped, number, _ := strings.Cut(strings.TrimPrefix(name, tablesFolder), "/")
	table, err := url.PathUnescape(escaped)
	if err != nil {
		return "", 0, false
	}
	n, err = strconv.Atoi(strings.TrimSuffix(number, chunkSuffix))
	return table, n, err == nil && chunkName(table, n) == name
}
