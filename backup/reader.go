package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// DamagedError says that something is not a whole archive.
type DamagedError struct{ Cause error }

func (e *DamagedError) Error() string {
	return fmt.Sprintf("this is not a whole placeops backup (%v): use another copy, or take a new one", e.Cause)
}

func (e *DamagedError) Unwrap() error { return e.Cause }

func damaged(format string, args ...any) error { return &DamagedError{fmt.Errorf(format, args...)} }

// visitor is handed what an archive holds, in the archive's order.
type visitor interface {
	manifest(Manifest) error
	// chunk gets some of a table's rows. They are good until it returns.
	chunk(table Table, rows []byte) error
	// file gets an uploaded file; what it leaves unread is passed over.
	file(key string, content io.Reader) error
}

// maxWindow bounds the memory that a damaged archive can ask for.
const maxWindow = 64 << 20

// read reads an archive to its end and proves that it is whole and in order. A chunk is proved before it is handed out
// when an earlier reading has given its index; without one, only the end of the archive proves anything.
func read(ctx context.Context, archive io.Reader, known *Index, v visitor) (Summary, error) {
	unsealed := newUnsealedReader(contextReader{ctx, archive})
	// One thing at a time: what has been read when something fails can be told.
	unpacked, err := zstd.NewReader(unsealed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return Summary{}, err
	}
	defer unpacked.Close()
	r := &reader{entries: tar.NewReader(unpacked), known: known, v: v}
	err = r.all()
	if err == nil {
		err = r.nothingMore(unpacked)
	}
	r.summary.Size = unsealed.read
	var broken *DamagedError
	switch {
	case err == nil:
		return r.summary, nil
	case ctx.Err() != nil:
		return Summary{}, ctx.Err()
	case errors.As(err, &broken) && errors.Is(unsealed.end, errNoSeal):
		return Summary{}, &DamagedError{errNoSeal} // says more than what was being read there
	}
	return Summary{}, err
}

// contextReader ends with the context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// reader reads the entries of an archive.
type reader struct {
	entries *tar.Reader
	known   *Index // from an earlier reading, or nil
	v       visitor
	summary Summary
	rows    bytes.Buffer
	table   int // the index of the table whose rows came last
	chunks  int // how many there were of it
	inFiles bool
}

// all reads the manifest, then entries until the index.
func (r *reader) all() error {
	if err := r.readManifest(); err != nil {
		return err
	}
	for {
		header, err := r.next()
		if err != nil {
			return err
		}
		switch {
		case header.Name == indexName:
			return r.readIndex()
		case strings.HasPrefix(header.Name, tablesFolder):
			err = r.readChunk(header)
		case strings.HasPrefix(header.Name, filesFolder):
			err = r.readFile(header)
		default:
			err = damaged("it holds %q", header.Name)
		}
		if err != nil {
			return err
		}
	}
}

func (r *reader) next() (*tar.Header, error) {
	header, err := r.entries.Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, damaged("its index is missing")
	case err != nil:
		return nil, damaged("%w", err)
	case header.Typeflag != tar.TypeReg:
		return nil, damaged("%q is not a file", header.Name)
	}
	return header, nil
}

func (r *reader) readManifest() error {
	header, err := r.next()
	if err != nil {
		return err
	}
	if header.Name != manifestName {
		return damaged("it begins with %q", header.Name)
	}
	content := r.measure(header)
	if err := readJSON(content, &r.summary.Manifest); err != nil {
		return err
	}
	if err := r.note(content, 0); err != nil {
		return err
	}
	if r.summary.Format != format {
		return fmt.Errorf("the archive has format %d, this placeops reads format %d: use the placeops that took it (%s)",
			r.summary.Format, format, r.summary.Placeops)
	}
	return r.v.manifest(r.summary.Manifest)
}

// readChunk takes chunks in the order of the manifest's tables, each table's counted from 1.
func (r *reader) readChunk(header *tar.Header) error {
	name, n, ok := parseChunkName(header.Name)
	at := slices.IndexFunc(r.summary.Tables, func(t Table) bool { return t.Name == name })
	switch {
	case !ok || at < 0 || r.inFiles || at < r.table:
		return damaged("%q is out of place", header.Name)
	case at > r.table:
		r.table, r.chunks = at, 0
	}
	if r.chunks++; n != r.chunks {
		return damaged("%q is out of place", header.Name)
	}
	content := r.measure(header)
	r.rows.Reset()
	if _, err := r.rows.ReadFrom(content); err != nil {
		return err
	}
	if err := r.note(content, int64(bytes.Count(r.rows.Bytes(), []byte{'\n'}))); err != nil {
		return err
	}
	return r.v.chunk(r.summary.Tables[at], r.rows.Bytes())
}

func (r *reader) readFile(header *tar.Header) error {
	r.inFiles = true
	content := r.measure(header)
	if err := r.v.file(strings.TrimPrefix(header.Name, filesFolder), content); err != nil {
		return errors.Join(content.failed, err)
	}
	return r.note(content, 0)
}

func (r *reader) readIndex() error {
	var index Index
	if err := readJSON(r.entries, &index); err != nil {
		return err
	}
	if !slices.Equal(index.Entries, r.summary.Entries) {
		return damaged("its entries are not those of its index")
	}
	r.summary.Index = index
	return nil
}

// nothingMore expects the end.
func (r *reader) nothingMore(unpacked io.Reader) error {
	_, err := r.entries.Next()
	if err == nil {
		return damaged("something follows its index")
	}
	if !errors.Is(err, io.EOF) {
		return damaged("%w", err)
	}
	rest, err := io.Copy(io.Discard, unpacked)
	if err == nil && rest > 0 {
		err = errors.New("something follows its end")
	}
	if err != nil {
		return damaged("%w", err)
	}
	return nil
}

// note finishes an entry and adds it to those read.
func (r *reader) note(content *measured, rows int64) error {
	if _, err := io.Copy(io.Discard, content); err != nil {
		return err
	}
	r.summary.Entries = append(r.summary.Entries, content.entry(rows))
	return nil
}

func (r *reader) measure(header *tar.Header) *measured {
	m := &measured{r: r.entries, name: header.Name, sum: sha256.New()}
	if r.known != nil && len(r.summary.Entries) < len(r.known.Entries) {
		m.known = &r.known.Entries[len(r.summary.Entries)]
	}
	return m
}

// measured reads an entry. Where it is known what the entry should be, the end comes only if it was that.
type measured struct {
	r      io.Reader
	name   string
	known  *Entry
	sum    hash.Hash
	bytes  int64
	failed error
}

func (m *measured) Read(p []byte) (int, error) {
	if m.failed != nil {
		return 0, m.failed
	}
	n, err := m.r.Read(p)
	m.sum.Write(p[:n])
	m.bytes += int64(n)
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		m.failed = damaged("%s: %w", m.name, err)
	case m.known != nil && (m.known.Name != m.name || m.known.SHA256 != m.entry(0).SHA256):
		m.failed = damaged("%s is not what it was a moment ago", m.name)
	default:
		return n, io.EOF
	}
	return n, m.failed
}

func (m *measured) entry(rows int64) Entry {
	return Entry{Name: m.name, Bytes: m.bytes, Rows: rows, SHA256: hex.EncodeToString(m.sum.Sum(nil))}
}

func readJSON(r io.Reader, into any) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return damaged("%w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return damaged("%w", err)
	}
	return nil
}
