package pitr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// baseStream reads the answer to BASE_BACKUP (PostgreSQL documentation, streaming replication protocol). The server proves the
// checksums of its pages on the way, and ends the answer when the write-ahead log that the copy needs is archived.
type baseStream struct {
	conn        *pgconn.PgConn
	start, stop LSN
	timeline    uint32
	archives    int // one for each tablespace
	copied      bool
	positions   int
}

const baseCommand = "BASE_BACKUP (LABEL 'placeops', CHECKPOINT 'fast', WAIT true, MANIFEST 'no')"

// copyTo writes the one tar that the server sends.
func (s *baseStream) copyTo(ctx context.Context, to io.Writer) error {
	s.conn.Frontend().SendQuery(&pgproto3.Query{String: baseCommand})
	if err := s.conn.Frontend().Flush(); err != nil {
		return err
	}
	var refused error
	for {
		message, err := s.conn.ReceiveMessage(ctx)
		if err != nil {
			return err
		}
		switch message := message.(type) {
		case *pgproto3.ErrorResponse:
			refused = pgconn.ErrorResponseToPgError(message)
		case *pgproto3.DataRow:
			err = s.position(message.Values)
		case *pgproto3.CopyData:
			err = s.data(message.Data, to)
		case *pgproto3.CopyDone:
			s.copied = true
		case *pgproto3.ReadyForQuery:
			return errors.Join(refused, s.complete(refused))
		}
		if err != nil {
			return err
		}
	}
}

func (s *baseStream) complete(refused error) error {
	if refused == nil && (s.positions != 2 || !s.copied) {
		return errors.New("the server's answer is not whole")
	}
	return nil
}

// position reads where the backup starts, the first row, or stops, the first row after the copy. Other rows are tablespaces.
func (s *baseStream) position(row [][]byte) error {
	if s.positions > 0 && !s.copied || s.positions > 1 || len(row) != 2 {
		return nil
	}
	lsn, err := ParseLSN(string(row[0]))
	if err != nil {
		return err
	}
	timeline, err := strconv.ParseUint(string(row[1]), 10, 32)
	if err != nil {
		return err
	}
	if s.positions++; s.positions == 1 {
		s.start, s.timeline = lsn, uint32(timeline)
	} else {
		s.stop = lsn
	}
	return nil
}

func (s *baseStream) data(message []byte, to io.Writer) error {
	if len(message) == 0 {
		return errors.New("an empty message")
	}
	switch message[0] {
	case 'n': // a new tar begins
		if s.archives++; s.archives > 1 {
			return errors.New("the database has tablespaces, which placeops does not make: move what is in them to the default one")
		}
		return nil
	case 'd':
		_, err := to.Write(message[1:])
		return err
	case 'p': // how far it is
		return nil
	}
	return fmt.Errorf("a message of an unknown kind, %q", message[0])
}
