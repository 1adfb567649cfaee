package server

import (
	"context"

	"github.com/jackc/pgx/v5"

	"placeops/jobs"
)

// mail asks, in the transaction of an event of a drive, for the e-mails that tell of it. Without a mail server there is
// nothing to ask for.
func (s *Server) mail(ctx context.Context, tx pgx.Tx, driveID int64, event string) error {
	return s.insertMail(ctx, tx, jobs.SendEmailArgs{DriveID: driveID, Event: event})
}

func (s *Server) insertMail(ctx context.Context, tx pgx.Tx, args jobs.SendEmailArgs) error {
	if !s.mails {
		return nil
	}
	_, err := s.jobs.InsertTx(ctx, tx, args, nil)
	return err
}
