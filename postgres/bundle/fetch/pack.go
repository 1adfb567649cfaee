package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

const (
	archiveName = "postgres.tar.zst"
	sumName     = "postgres.sha256"
)

// upToDate reports whether dir holds an undamaged bundle made by this recipe.
func upToDate(src source, dir string) bool {
	sum, err := os.ReadFile(filepath.Join(dir, sumName))
	if err != nil {
		return false
	}
	archive, err := os.ReadFile(filepath.Join(dir, archiveName))
	return err == nil && string(sum) == sumFile(src, archive)
}

// sumFile is the text beside the archive: `sha256sum -c` reads it, and so does
// package postgres at run time.
func sumFile(src source, archive []byte) string {
	sum := sha256.Sum256(archive)
	return stamp(src) + "\n" + hex.EncodeToString(sum[:]) + "  " + archiveName + "\n"
}

// writeBundle writes archive and checksum into dir and returns the archive's size.
func writeBundle(src source, files []file, dir string) (int, error) {
	archive, err := pack(files)
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	// The checksum goes last: without it the bundle does not count as there.
	if err := os.WriteFile(filepath.Join(dir, archiveName), archive, 0o644); err != nil {
		return 0, err
	}
	return len(archive), os.WriteFile(filepath.Join(dir, sumName), []byte(sumFile(src, archive)), 0o644)
}

func pack(files []file) ([]byte, error) {
	var packed bytes.Buffer
	// One encoder goroutine, so that the bytes do not depend on the machine.
	squeeze, err := zstd.NewWriter(&packed, zstd.WithEncoderLevel(zstd.SpeedBestCompression),
		zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20))
	if err != nil {
		return nil, err
	}
	archive := tar.NewWriter(squeeze)
	made := map[string]bool{}
	for _, f := range files {
		if err := addFolders(archive, path.Dir(f.name), made); err != nil {
			return nil, err
		}
		if err := addFile(archive, f); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	if err := squeeze.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// addFolders writes the folder's entry, its parents first, once each.
func addFolders(archive *tar.Writer, folder string, made map[string]bool) error {
	if folder == "." || made[folder] {
		return nil
	}
	made[folder] = true
	if err := addFolders(archive, path.Dir(folder), made); err != nil {
		return err
	}
	return archive.WriteHeader(header(tar.TypeDir, strings.TrimSuffix(folder, "/")+"/", 0o755))
}

func addFile(archive *tar.Writer, f file) error {
	if f.link != "" {
		entry := header(tar.TypeSymlink, f.name, 0o777)
		entry.Linkname = f.link
		return archive.WriteHeader(entry)
	}
	mode := int64(0o644)
	if f.run {
		mode = 0o755
	}
	entry := header(tar.TypeReg, f.name, mode)
	entry.Size = int64(len(f.content))
	if err := archive.WriteHeader(entry); err != nil {
		return err
	}
	_, err := archive.Write(f.content)
	return err
}

// header carries no owner and no time, so that the archive is reproducible.
func header(kind byte, name string, mode int64) *tar.Header {
	return &tar.Header{Typeflag: kind, Name: name, Mode: mode, ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR}
}
