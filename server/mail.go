package server

import (
	"context"

	"github.com/jackc/pgx/v5"

	"placeops/jobs"
	"placeops/store"
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

// registerAndConfirm registers the caller and asks for the e-mail that confirms it. The notice needs nothing: it is there for
// every registration.
func (s *Server) registerAndConfirm(ctx context.Context, driveID int64) (registration store.Registration, err error) {
	student := me(ctx).UserID
	if !s.mails {
		return store.Register(ctx, s.pool, driveID, student)
	}
	err = store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		registration, err = store.Register(ctx, tx, driveID, student)
		if err != nil || !registration.Created {
			return err
		}
		return s.insertMail(ctx, tx, jobs.SendEmailArgs{DriveID: driveID, Event: store.EventRegistered, UserID: student})
	})
	return registration, err
}
