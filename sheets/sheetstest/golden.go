package sheetstest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Golden holds content against the file of that name in testdata/golden, which -update writes anew.
func Golden(t testing.TB, name string, content []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // a file of the source
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lines(golden), lines(content)); diff != "" {
		t.Fatalf("%s is not what it was (-before +now); if it should be so: go test -run '%s' -update\n%s", path, t.Name(), diff)
	}
}

func lines(text []byte) []string { return strings.SplitAfter(string(text), "\n") }
