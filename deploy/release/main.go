// Command release builds what a release of placeops is made of, the same bytes each time for the same commit.
//
//	go run ./deploy/release -version v1.2.0 -epoch 1795863544 [-arch amd64,arm64] [-dist dist] -nfpm PROGRAM -cyclonedx PROGRAM
//
// For each architecture: the program with its PostgreSQL inside, the licences of all that is in it, a Debian package and a list of
// what is in it (SBOM); and placeOps' own licence and the checksums of them all. Each architecture's PostgreSQL has to be in
// postgres/bundle already, and the console in web/dist/app.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// release is what is being built.
type release struct {
	version    string    // as git describes the commit
	made       time.Time // the commit's date, which all files get
	top        string    // of the sources
	dist       string
	documents  string // folder of man pages and completions
	maintainer string
	nfpm       string
	cyclonedx  string
	log        io.Writer
}

func main() {
	r := release{log: os.Stdout, top: "."}
	flag.StringVar(&r.version, "version", "", "version, as git describe says it")
	flag.StringVar(&r.dist, "dist", "dist", "folder to build into; what was in it goes")
	flag.StringVar(&r.maintainer, "maintainer", "", "name and address for the Debian package")
	flag.StringVar(&r.nfpm, "nfpm", "nfpm", "the program nfpm")
	flag.StringVar(&r.cyclonedx, "cyclonedx", "cyclonedx-gomod", "the program cyclonedx-gomod")
	epoch := flag.Int64("epoch", 0, "date of the commit, in seconds since 1970")
	arch := flag.String("arch", "amd64,arm64", "architectures, as Go names them")
	flag.Parse()
	r.made = time.Unix(*epoch, 0).UTC()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := r.build(ctx, strings.Split(*arch, ","))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func (r *release) build(ctx context.Context, architectures []string) error {
	if r.version == "" || r.maintainer == "" || r.made.Unix() == 0 {
		return errors.New("-version, -epoch and -maintainer are needed; make release gives them")
	}
	if err := errors.Join(os.RemoveAll(r.dist), os.MkdirAll(r.dist, 0o755)); err != nil {
		return err
	}
	documents, err := os.MkdirTemp("", "placeops-release-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(documents) }()
	r.documents = documents
	if err := errors.Join(r.writeDocuments(), r.writeLicence()); err != nil {
		return err
	}
	for _, arch := range architectures {
		if err := r.buildFor(ctx, arch); err != nil {
			return fmt.Errorf("%s: %w", arch, err)
		}
	}
	return writeSums(r.dist)
}

func (r *release) buildFor(ctx context.Context, arch string) error {
	steps := []struct {
		file  string
		write func(ctx context.Context, arch, file string) error
	}{
		{r.binary(arch), r.compile},
		{r.notices(arch), r.writeNotices},
		{filepath.Join(r.dist, "placeops_"+debianVersion(r.version, r.made)+"_"+arch+".deb"), r.pack},
		{r.binary(arch) + ".cdx.json", r.list},
	}
	for _, step := range steps {
		began := time.Now()
		if err := step.write(ctx, arch, step.file); err != nil {
			return fmt.Errorf("%s: %w", step.file, err)
		}
		info, err := os.Stat(step.file)
		if err != nil {
			return err
		}
		fmt.Fprintf(r.log, "%s: %.1f MB, in %.1f s\n", step.file, float64(info.Size())/1e6, time.Since(began).Seconds())
	}
	return nil
}

// binary is where the program of an architecture is built.
func (r *release) binary(arch string) string {
	return filepath.Join(r.dist, "placeops_"+r.version+"_linux_"+arch)
}

// notices is where the licences of what the program contains are written.
func (r *release) notices(arch string) string {
	return r.binary(arch) + "_THIRD_PARTY_NOTICES"
}

// run runs a tool; what it prints is shown when it fails.
func run(ctx context.Context, environment []string, program string, args ...string) error {
	command := exec.CommandContext(ctx, program, args...)
	command.Env = append(os.Environ(), environment...)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(program), err, strings.TrimSpace(string(output)))
	}
	return nil
}
