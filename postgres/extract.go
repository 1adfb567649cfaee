//go:build unix

package postgres

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/klauspost/compress/zstd"
)

const (
	extractPrefix = ".extract-"
	// receiptName is written last and says how much was extracted.
	receiptName = "extracted"
)

// extract makes the bundle's files present below dir and returns the folder
// with the server's binaries. Call it with the directory's lock held.
func (b bundle) extract(dir string) (string, error) {
	final := filepath.Join(dir, b.folder())
	if isExtracted(final) {
		return filepath.Join(final, "bin"), nil
	}
	removeOldBundles(dir, b.folder())
	tmp, err := os.MkdirTemp(dir, extractPrefix)
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	if err := os.Chmod(tmp, 0o755); err != nil {
		return "", err
	}
	if err := b.unpack(tmp); err != nil {
		return "", err
	}
	if err := writeReceipt(tmp); err != nil {
		return "", err
	}
	if err := os.Rename(tmp, final); err != nil {
		return "", err
	}
	// The decoder's buffers would weigh on an otherwise small idle process.
	debug.FreeOSMemory()
	return filepath.Join(final, "bin"), nil
}

// removeOldBundles removes what earlier versions and interrupted extractions left.
func removeOldBundles(dir, current string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		name := entry.Name()
		old := strings.HasPrefix(name, bundlePrefix) || strings.HasPrefix(name, extractPrefix)
		if old && name != current {
			_ = os.RemoveAll(filepath.Join(dir, name))
		}
	}
	// Present but not as extracted: make room for the rename.
	_ = os.RemoveAll(filepath.Join(dir, current))
}

// isExtracted reports whether dir holds all that was extracted. After a power
// failure files can be short, since nothing here waits for the disk; that is
// found at the next start, and it costs a first start no time.
func isExtracted(dir string) bool {
	receipt, err := os.ReadFile(filepath.Join(dir, receiptName))
	if err != nil {
		return false
	}
	found, err := inventory(dir)
	return err == nil && string(receipt) == found && hasServer(filepath.Join(dir, "bin"))
}

func writeReceipt(dir string) error {
	found, err := inventory(dir)
	if err != nil {
		return err
	}
	receipt := filepath.Join(dir, receiptName)
	// Readable whatever the umask, like all the files it speaks of.
	return errors.Join(os.WriteFile(receipt, []byte(found), 0o644), os.Chmod(receipt, 0o644))
}

// inventory counts the files below dir and their bytes.
func inventory(dir string) (string, error) {
	files, size := 0, int64(0)
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == receiptName {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		files++
		size += info.Size()
		return nil
	})
	return fmt.Sprintf("%d files, %d bytes\n", files, size), err
}

// unpack writes the archive's files into dir while checking its checksum.
func (b bundle) unpack(dir string) error {
	archive, err := b.files.Open(archiveName)
	if err != nil {
		return err
	}
	defer func() { _ = archive.Close() }()
	sum := sha256.New()
	decoder, err := zstd.NewReader(io.TeeReader(archive, sum))
	if err != nil {
		return err
	}
	defer decoder.Close()

	unpackErr := unpackTar(decoder, dir)
	var onDisk *os.PathError
	var link *os.LinkError
	if errors.As(unpackErr, &onDisk) || errors.As(unpackErr, &link) {
		return unpackErr // the disk's fault, not the archive's
	}
	if unpackErr == nil {
		_, unpackErr = io.Copy(io.Discard, decoder)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); unpackErr != nil || got != b.sum {
		return fmt.Errorf("the PostgreSQL inside this placeops is damaged (sha256 %s, want %s): install placeops again", got, b.sum)
	}
	return nil
}

func unpackTar(archive io.Reader, dir string) error {
	root, err := os.OpenRoot(dir) // no entry can point outside
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for entries := tar.NewReader(archive); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := writeEntry(root, entry, entries); err != nil {
			return err
		}
	}
}

func writeEntry(root *os.Root, entry *tar.Header, content io.Reader) error {
	name := path.Clean(entry.Name)
	mode := os.FileMode(entry.Mode & 0o755)
	switch entry.Typeflag {
	case tar.TypeDir:
		if err := root.Mkdir(name, mode); err != nil {
			return err
		}
		// Whatever the umask: PostgreSQL may run as another user.
		return root.Chmod(name, mode)
	case tar.TypeSymlink:
		return root.Symlink(entry.Linkname, name)
	case tar.TypeReg:
		return writeFile(root, name, mode, content)
	default:
		return fmt.Errorf("unexpected kind of entry %q: %s", entry.Typeflag, name)
	}
}

func writeFile(root *os.Root, name string, mode os.FileMode, content io.Reader) error {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Chmod(mode), f.Close())
}
