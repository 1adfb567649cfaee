package sheets

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"strings"
)

// Limits of a workbook when unpacked. A zip says how large its parts are and may not exceed that.
const (
	maxUnpackedBytes = 1 << 30
	// maxRatio is what no honest sheet reaches: a full one packs 10:1, one of empty formatted cells 100:1.
	maxRatio = 250
	// freeRatioBytes may be unpacked at any ratio; it hurts nobody.
	freeRatioBytes = 32 << 20
	// maxDirectoryBytes is for the list of the parts: thousands of them, where Excel makes dozens.
	maxDirectoryBytes = 1 << 20
	// maxLinks is how many sheets, and how many links of one part to others, a workbook may have.
	maxLinks = 10_000
)

var (
	errTooManyParts = errors.New("too many parts")
	// errManyLinks stands for a workbook that nobody could look through.
	errManyLinks = fileError(ErrTooLarge, "The workbook has more than %d sheets. Keep only the students' sheet in it.", maxLinks)
)

// workbook is the parts of an .xlsx file by their name in lower case, without a leading slash.
type workbook map[string]*zip.File

// openXLSX opens the first visible sheet of a workbook.
func openXLSX(source io.ReaderAt, size int64) (Table, error) {
	opening := &limitedAt{source: source, left: maxDirectoryBytes + sampleBytes}
	archive, err := zip.NewReader(opening, size)
	if err != nil {
		return nil, xlsxError(err)
	}
	opening.left = math.MaxInt64
	if err := checkUnpackedSize(archive.File, size); err != nil {
		return nil, err
	}
	book := workbook{}
	for _, file := range archive.File {
		book[partName(file.Name)] = file
	}
	plan, err := book.plan()
	if err != nil {
		return nil, err
	}
	return newXLSXTable(book, plan)
}

// limitedAt bounds what is read while the zip package builds the list of all parts in memory.
type limitedAt struct {
	source io.ReaderAt
	left   int64
}

func (l *limitedAt) ReadAt(p []byte, offset int64) (int, error) {
	if l.left < int64(len(p)) {
		return 0, errTooManyParts
	}
	l.left -= int64(len(p))
	return l.source.ReadAt(p, offset)
}

// checkUnpackedSize refuses a zip bomb by what its directory admits; the zip package holds it to that.
func checkUnpackedSize(files []*zip.File, packed int64) error {
	total := uint64(0)
	for _, file := range files {
		if total += file.UncompressedSize64; total > maxUnpackedBytes || file.UncompressedSize64 > maxUnpackedBytes {
			return fileError(ErrTooLarge, "The workbook is too large when unpacked. Keep only the students' sheet in it, or save that as .csv.")
		}
	}
	if total > freeRatioBytes && total > maxRatio*uint64(packed) { //nolint:gosec // a size
		return fileError(ErrTooLarge, "The workbook is mostly empty cells. Copy the students' rows into a new workbook and send that.")
	}
	return nil
}

// partName makes the names in the zip and those in relations comparable.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean(strings.ReplaceAll(name, `\`, "/")), "/"))
}

// open returns the named part. A missing one is ErrDamaged.
func (b workbook) open(name string) (*xmlPart, error) {
	file, ok := b[partName(name)]
	if !ok {
		return nil, ErrDamaged
	}
	content, err := file.Open()
	if err != nil {
		return nil, xlsxError(err)
	}
	return newXMLPart(content), nil
}

// elements calls visit with each element of the named part and its parent's name.
func (b workbook) elements(name string, visit elementVisitor) error {
	part, err := b.open(name)
	if err != nil {
		return err
	}
	return errors.Join(part.elements(visit), part.Close())
}

// xlsxError sorts errors of the disk from everything that zip and XML find wrong with the content.
func xlsxError(err error) error {
	var disk *fs.PathError
	switch {
	case isFileError(err):
		return err
	case errors.Is(err, errTooManyParts):
		return fileError(ErrTooLarge, "The workbook has too many parts. Copy the students' rows into a new workbook and send that.")
	case errors.Is(err, errRecordTooLong):
		return fileError(ErrTooLarge, "A cell of the workbook is too long. Keep only the students' columns in it.")
	case errors.As(err, &disk):
		return fmt.Errorf("read the workbook: %w", err)
	}
	return ErrDamaged
}
