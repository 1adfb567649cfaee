package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"placeops/cli"
)

// writeDocuments writes what comes with the program on a machine: man pages, completions, the changelog and the licences.
func (r *release) writeDocuments() error {
	for _, folder := range []string{"man", "completions"} {
		if err := os.MkdirAll(filepath.Join(r.documents, folder), 0o755); err != nil {
			return err
		}
	}
	root := cli.Command()
	return errors.Join(r.writeCompletions(root), r.writeManual(root), r.writeChangelog(), r.writeCopyright())
}

func (r *release) writeCompletions(root *cobra.Command) error {
	folder := filepath.Join(r.documents, "completions")
	return errors.Join(
		root.GenBashCompletionFileV2(filepath.Join(folder, "placeops.bash"), true),
		root.GenZshCompletionFile(filepath.Join(folder, "_placeops")),
		root.GenFishCompletionFile(filepath.Join(folder, "placeops.fish"), true),
	)
}

// writeManual writes a page for each command: placeops(1), placeops-serve(1), placeops-user-add(1) …
func (r *release) writeManual(root *cobra.Command) error {
	root.DisableAutoGenTag = true // a page's date is in its header
	var plain bytes.Buffer
	for _, command := range documented(root) {
		plain.Reset()
		header := &doc.GenManHeader{
			Title: manualName(command), Section: "1", Date: &r.made, Source: "placeOps " + r.version, Manual: "placeOps",
		}
		if err := doc.GenMan(command, header, &plain); err != nil {
			return err
		}
		if err := zip(filepath.Join(r.documents, "man", manualName(command)+".1.gz"), plain.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// documented are the command and all below it that help lists.
func documented(command *cobra.Command) []*cobra.Command {
	found := []*cobra.Command{command}
	for _, sub := range command.Commands() {
		if sub.IsAvailableCommand() && !sub.IsAdditionalHelpTopicCommand() {
			found = append(found, documented(sub)...)
		}
	}
	return found
}

func manualName(command *cobra.Command) string {
	if !command.HasParent() {
		return command.Name()
	}
	return manualName(command.Parent()) + "-" + command.Name()
}

// writeChangelog writes the one entry that Debian's tools look for; what changed is git's to say.
func (r *release) writeChangelog() error {
	entry := fmt.Sprintf("placeops (%s) stable; urgency=medium\n\n  * Release %s.\n\n -- %s  %s\n",
		debianVersion(r.version, r.made), r.version, r.maintainer, r.made.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	return zip(filepath.Join(r.documents, "changelog.gz"), []byte(entry))
}

// zip writes what `gzip -9n` would: neither a name nor a time.
func zip(file string, content []byte) error {
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, bytes.NewReader(content)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, zipped.Bytes(), 0o644)
}
