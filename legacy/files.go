package legacy

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/jackc/pgx/v5"

	"placeops/uploads"
)

// maxPDF is the size that placeops takes.
const maxPDF = 25 << 20

// pdf is the file of a drive.
type pdf struct {
	DriveID int64
	Path    string
}

// bringFiles stores the PDF files. A drive whose file is not to be had comes without.
func (i *importing) bringFiles(ctx context.Context) error {
	rows, err := i.tx.Query(ctx, "SELECT drive_id, btrim(pdf_path) FROM legacy_placement_drives WHERE btrim(pdf_path) <> '' ORDER BY drive_id")
	if err != nil {
		return err
	}
	wanted, err := pgx.CollectRows(rows, pgx.RowToStructByPos[pdf])
	if err != nil {
		return err
	}
	if i.Files == "" {
		return i.withoutFiles(ctx, wanted)
	}
	folder, err := os.OpenRoot(i.Files)
	if err != nil {
		return fmt.Errorf("--uploads: %w", err)
	}
	defer func() { _ = folder.Close() }()
	for _, p := range wanted {
		i.progress(fmt.Sprintf("%d PDF files stored", i.report.Files))
		if err := i.bringFile(ctx, folder, p); err != nil {
			return err
		}
	}
	return nil
}

func (i *importing) withoutFiles(ctx context.Context, wanted []pdf) error {
	for _, p := range wanted {
		if err := i.noFile(ctx, p, "no folder was given with --uploads"); err != nil {
			return err
		}
	}
	return nil
}

func (i *importing) noFile(ctx context.Context, p pdf, why string) error {
	_, err := i.tx.Exec(ctx, `
INSERT INTO legacy_findings (kind, source_table, key, field, was, why) VALUES ('repaired', 'placement_drives', $1::text, 'pdf_path', left($2, 100), $3)`,
		fmt.Sprint(p.DriveID), p.Path, why)
	return err
}

// open finds the file under the folder uploads, or under its job-descriptions; the folder is never left.
func (p pdf) open(folder *os.Root) (*os.File, error) {
	below := strings.TrimLeft(path.Clean("/"+strings.ReplaceAll(p.Path, `\`, "/")), "/")
	if _, after, found := strings.Cut("/"+below, "/uploads/"); found {
		below = after
	}
	file, err := folder.Open(below)
	if errors.Is(err, fs.ErrNotExist) {
		return folder.Open(path.Base(below))
	}
	return file, err
}

func (i *importing) bringFile(ctx context.Context, folder *os.Root, p pdf) error {
	file, err := p.open(folder)
	if err != nil {
		return i.noFile(ctx, p, "the file is not there")
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	key, _, err := i.uploads.Save(ctx, uploads.JobDescription, io.TeeReader(file, sum), maxPDF)
	var content *uploads.ContentError
	switch {
	case errors.As(err, &content):
		return i.noFile(ctx, p, "the file is not a PDF")
	case errors.Is(err, uploads.ErrTooLarge):
		return i.noFile(ctx, p, "the file is larger than 25 MB")
	case err != nil:
		return err
	}
	i.saved = append(i.saved, key)
	i.report.Files++
	if err := i.compareFile(ctx, key, sum.Sum(nil)); err != nil {
		return err
	}
	_, err = i.tx.Exec(ctx, "UPDATE legacy_want_drives SET pdf_key = $2 WHERE drive_id = $1", p.DriveID, key)
	return err
}

// compareFile reads back what was stored.
func (i *importing) compareFile(ctx context.Context, key string, want []byte) error {
	stored, err := i.uploads.Open(ctx, key)
	if err != nil {
		return err
	}
	defer func() { _ = stored.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, stored); err != nil {
		return err
	}
	if string(sum.Sum(nil)) != string(want) {
		return fmt.Errorf("the file %s is not what was written to it", key)
	}
	return nil
}

// removeFiles takes back what an import has stored that was not committed.
func (i *importing) removeFiles(ctx context.Context) (err error) {
	for _, key := range i.saved {
		err = errors.Join(err, i.uploads.Delete(context.WithoutCancel(ctx), key))
	}
	return err
}
