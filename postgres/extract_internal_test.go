//go:build unix

package postgres

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// testBundle packs a server that is none, with its checksum.
func testBundle(t *testing.T, entries ...tar.Header) fstest.MapFS {
	t.Helper()
	var packed bytes.Buffer
	squeeze, err := zstd.NewWriter(&packed)
	require.NoError(t, err)
	archive := tar.NewWriter(squeeze)
	for _, entry := range entries {
		content := []byte("content of " + entry.Name)
		if entry.Typeflag == tar.TypeReg {
			entry.Size = int64(len(content))
		}
		require.NoError(t, archive.WriteHeader(&entry))
		if entry.Typeflag == tar.TypeReg {
			_, err := archive.Write(content)
			require.NoError(t, err)
		}
	}
	require.NoError(t, archive.Close())
	require.NoError(t, squeeze.Close())
	sum := sha256.Sum256(packed.Bytes())
	return fstest.MapFS{
		archiveName: {Data: packed.Bytes()},
		sumName:     {Data: []byte("# PostgreSQL 18.4, package x, recipe y\n" + hex.EncodeToString(sum[:]) + "  " + archiveName + "\n")},
	}
}

var serverEntries = []tar.Header{
	{Typeflag: tar.TypeDir, Name: "bin/", Mode: 0o755},
	{Typeflag: tar.TypeReg, Name: "bin/initdb", Mode: 0o755},
	{Typeflag: tar.TypeReg, Name: "bin/postgres", Mode: 0o755},
	{Typeflag: tar.TypeSymlink, Name: "bin/postmaster", Linkname: "postgres", Mode: 0o777},
	{Typeflag: tar.TypeReg, Name: "NOTICE", Mode: 0o644},
}

func TestABundleIsExtractedOnceAndOldOnesGo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, left := range []string{"pg-0123456789abcdef", ".extract-123", "data"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, left), 0o755))
	}
	b, found := openBundle(testBundle(t, serverEntries...))
	require.True(t, found)
	require.Equal(t, "18.4", b.version)

	bin, err := b.extract(dir)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, b.folder(), "bin"), bin)
	content, err := os.ReadFile(filepath.Join(bin, "postmaster"))
	require.NoError(t, err)
	require.Equal(t, "content of bin/postgres", string(content))
	info, err := os.Stat(filepath.Join(bin, "postgres"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o755), info.Mode().Perm())

	again, err := bundle{sum: b.sum}.extract(dir) // needs no archive
	require.NoError(t, err)
	require.Equal(t, bin, again)
	require.ElementsMatch(t, []string{b.folder(), "data"}, names(t, dir))
}

func TestAnExtractionThatLostSomethingIsDoneAgain(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(bin string) error{
		"all of it": os.RemoveAll,
		"a file":    func(bin string) error { return os.Remove(filepath.Join(bin, "postmaster")) },
		"contents":  func(bin string) error { return os.Truncate(filepath.Join(bin, "postgres"), 0) },
		"receipt":   func(bin string) error { return os.Truncate(filepath.Join(bin, "..", receiptName), 0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			b, _ := openBundle(testBundle(t, serverEntries...))
			bin, err := b.extract(dir)
			require.NoError(t, err)
			require.NoError(t, lose(bin))

			bin, err = b.extract(dir)
			require.NoError(t, err)
			require.True(t, isExtracted(filepath.Dir(bin)))
		})
	}
}

func TestADamagedBundleIsRefused(t *testing.T) {
	t.Parallel()
	whole := testBundle(t, serverEntries...)
	other := testBundle(t, serverEntries[:4]...)
	archive := whole[archiveName].Data
	flipped := bytes.Clone(archive)
	flipped[len(flipped)/2] ^= 0x40

	for name, damaged := range map[string][]byte{
		"cut off":         archive[:len(archive)-20],
		"changed":         flipped,
		"another archive": other[archiveName].Data,
		"no archive":      []byte("version https://git-lfs.github.com/spec/v1"),
		"empty":           {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			b, found := openBundle(fstest.MapFS{archiveName: {Data: damaged}, sumName: whole[sumName]})
			require.True(t, found)
			_, err := b.extract(dir)
			require.ErrorContains(t, err, "damaged")
			require.Empty(t, names(t, dir), "nothing of it stays")
		})
	}
}

func TestNoEntryIsWrittenOutside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b, _ := openBundle(testBundle(t, tar.Header{Typeflag: tar.TypeReg, Name: "../../outside", Mode: 0o644}))
	_, err := b.extract(dir)
	require.Error(t, err)
	require.Empty(t, names(t, dir))
	require.NoFileExists(t, filepath.Join(dir, "..", "outside"))
}

func TestWithoutAnArchiveThereIsNoBundle(t *testing.T) {
	t.Parallel()
	whole := testBundle(t, serverEntries...)
	for name, files := range map[string]fstest.MapFS{
		"only the README":   {"README": {}},
		"only the checksum": {sumName: whole[sumName]},
		"only the archive":  {archiveName: whole[archiveName]},
		"odd checksum":      {archiveName: whole[archiveName], sumName: {Data: []byte("# PostgreSQL 18.4, x\nabc\n")}},
	} {
		_, found := openBundle(files)
		require.False(t, found, name)
	}
}

func TestTheInstalledServerThatWroteTheDataIsPreferred(t *testing.T) {
	t.Parallel()
	servers := []binaries{{major: 18}, {major: 16}, {major: 15}}
	for dataMajor, want := range map[int]int{0: 18, 16: 16, 14: 18} {
		got, err := newestInstalled(servers, dataMajor)
		require.NoError(t, err)
		require.Equal(t, want, got.major, "data of %d", dataMajor)
	}
	_, err := newestInstalled(nil, 18)
	require.ErrorIs(t, err, ErrNoServer)
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var found []string
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	return found
}
