package backup_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"placeops/backup"
)

// entry is a part of an archive, as tar shows it.
type entry struct {
	name    string
	content []byte
}

// sealSize is the length of what stands behind the zstd frame.
const sealSize = 48

// unpack opens an archive with nothing but zstd and tar.
func unpack(t *testing.T, archive []byte) []entry {
	t.Helper()
	unpacked, err := zstd.NewReader(bytes.NewReader(archive))
	require.NoError(t, err)
	defer unpacked.Close()
	var entries []entry
	files := tar.NewReader(unpacked)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		require.NoError(t, err)
		content, err := io.ReadAll(files)
		require.NoError(t, err)
		entries = append(entries, entry{header.Name, content})
	}
}

// pack is the reverse, with the seal: nothing but its entries can be wrong with such an archive.
func pack(t *testing.T, entries []entry) []byte {
	t.Helper()
	var plain bytes.Buffer
	files := tar.NewWriter(&plain)
	for _, e := range entries {
		require.NoError(t, files.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: e.name, Size: int64(len(e.content)), Mode: 0o600}))
		_, err := files.Write(e.content)
		require.NoError(t, err)
	}
	require.NoError(t, files.Close())
	return seal(compress(t, plain.Bytes()))
}

func compress(t *testing.T, plain []byte) []byte {
	t.Helper()
	encoder, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, encoder.Close()) }()
	return encoder.EncodeAll(plain, nil)
}

func seal(frame []byte) []byte {
	sum := sha256.Sum256(frame)
	return slices.Concat(frame, []byte("\x5b\x2a\x4d\x18\x28\x00\x00\x00placeops"), sum[:])
}

// change repacks an archive after a change to its entries.
func change(t *testing.T, archive []byte, how func(entries []entry) []entry) []byte {
	t.Helper()
	return pack(t, how(unpack(t, archive)))
}

// at finds an entry by the beginning of its name.
func at(t *testing.T, entries []entry, prefix string) int {
	t.Helper()
	i := slices.IndexFunc(entries, func(e entry) bool { return strings.HasPrefix(e.name, prefix) })
	require.GreaterOrEqual(t, i, 0, prefix)
	return i
}

// changeManifest changes the manifest, and the index so that it agrees.
func changeManifest(t *testing.T, archive []byte, how func(*backup.Manifest)) []byte {
	t.Helper()
	return change(t, archive, func(entries []entry) []entry {
		var manifest backup.Manifest
		require.NoError(t, json.Unmarshal(entries[0].content, &manifest))
		how(&manifest)
		entries[0].content = encoded(t, manifest)
		return indexed(t, entries)
	})
}

// indexed gives entries the index that is right for them.
func indexed(t *testing.T, entries []entry) []entry {
	t.Helper()
	last := len(entries) - 1
	var index backup.Index
	require.NoError(t, json.Unmarshal(entries[last].content, &index))
	index.Entries = nil
	for _, e := range entries[:last] {
		index.Entries = append(index.Entries, indexEntry(e))
	}
	entries[last].content = encoded(t, index)
	return entries
}

func encoded(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}
