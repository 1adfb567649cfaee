package server

import (
	"fmt"
	"io"
	"os"

	"github.com/danielgtaylor/huma/v2"
)

// sendSpooled has make write an answer into a temporary file first, and sends that. So what make reads from the database is
// read as fast as it comes, whoever slowly fetches it, and a fault comes before the first byte.
func (s *Server) sendSpooled(hctx huma.Context, make func(io.Writer) error) {
	if err := spool(hctx.BodyWriter(), make); err != nil {
		s.breakOff(hctx, err)
	}
}

func spool(to io.Writer, make func(io.Writer) error) error {
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
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("download: %w", err)
	}
	_, err = io.Copy(to, file)
	return err
}
