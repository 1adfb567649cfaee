package server

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/danielgtaylor/huma/v2"

	"placeops/store"
)

// sendSpooled has make write an answer into a temporary file first, and sends that. So what make reads from the database is
// read as fast as it comes, whoever slowly fetches it, and a fault comes before the first byte.
func (s *Server) sendSpooled(hctx huma.Context, make func(store.Source, io.Writer) error) {
	err := spool(hctx.BodyWriter(), func(file *os.File) error {
		return s.reader.Read(hctx.Context(), func(db store.Source) error {
			if err := errors.Join(file.Truncate(0), rewind(file)); err != nil { // what was written before the replica failed
				return err
			}
			return make(db, file)
		})
	})
	if err != nil {
		s.breakOff(hctx, err)
	}
}

func spool(to io.Writer, make func(*os.File) error) error {
	file, err := os.CreateTemp("", "placeops-download-")
	if err != nil {
		return fmt.Errorf("download: %w", err)
	}
	defer func() { _ = file.Close() }()            // it has been read
	if err := os.Remove(file.Name()); err != nil { // it lives as long as it is open
		return fmt.Errorf("download: %w", err)
	}
	if err := make(file); err != nil {
		return err
	}
	if err := rewind(file); err != nil {
		return err
	}
	_, err = io.Copy(to, file)
	return err
}

func rewind(file *os.File) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("download: %w", err)
	}
	return nil
}
