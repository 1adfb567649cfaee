package backup

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"
)

// writer writes an archive, entry by entry.
type writer struct {
	out     *sealingWriter
	packed  *zstd.Encoder
	entries *tar.Writer
	index   Index
	at      time.Time // the entries' time
}

func newWriter(to io.Writer) (*writer, error) {
	out := newSealingWriter(to)
	packed, err := zstd.NewWriter(out)
	if err != nil {
		return nil, err
	}
	return &writer{out: out, packed: packed, entries: tar.NewWriter(packed)}, nil
}

// add writes an entry of size bytes.
func (w *writer) add(name string, size, rows int64, content io.Reader) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: w.at}
	if err := w.entries.WriteHeader(header); err != nil {
		return err
	}
	sum := sha256.New()
	copied, err := io.Copy(io.MultiWriter(w.entries, sum), content)
	if err == nil && copied != size {
		err = fmt.Errorf("%d bytes instead of %d", copied, size)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	w.index.Entries = append(w.index.Entries, Entry{Name: name, Bytes: size, Rows: rows, SHA256: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

func (w *writer) addJSON(name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return w.add(name, int64(len(text)), 0, bytes.NewReader(text))
}

// finish writes the index and the seal: from here on the archive is whole.
func (w *writer) finish() (Summary, error) {
	index := w.index // which does not list itself
	if err := w.addJSON(indexName, index); err != nil {
		return Summary{}, err
	}
	for _, end := range []func() error{w.entries.Close, w.packed.Close, w.out.seal} {
		if err := end(); err != nil {
			return Summary{}, err
		}
	}
	return Summary{Index: index, Size: w.out.written}, nil
}

// abandon ends an archive that will not be whole.
func (w *writer) abandon() { w.packed.Reset(nil) }
