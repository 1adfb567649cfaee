package server

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"placeops/jobs"
	"placeops/store"
)

const (
	// mostRegistrations go into one statement: it runs for a few milliseconds, and whoever comes meanwhile waits that long.
	mostRegistrations = 256
	// crowdsAtOnce is one: while a statement runs and commits the next crowd gathers, and larger crowds cost less than is gained by
	// computing one statement while another one commits (docs/benchmarks.md).
	crowdsAtOnce = 1
)

// registering gathers the registrations that wait anyway, of all drives: one statement and one commit for many. Those whose
// drive is being changed are gathered apart, by drive, and wait for the change; so it holds up nobody else's.
type registering struct {
	all     gatherer[struct{}, store.Candidate, store.Registration]
	ofDrive gatherer[int64, int64, store.Registration]
}

func (s *Server) newRegistering() *registering {
	return &registering{
		all: gatherer[struct{}, store.Candidate, store.Registration]{
			most: mostRegistrations, atOnce: crowdsAtOnce, timeout: requestTimeout, name: "registrations", ask: s.registerCrowd,
		},
		ofDrive: gatherer[int64, int64, store.Registration]{
			most: mostRegistrations, atOnce: 1, timeout: requestTimeout, name: "registrations after a change", ask: s.registerAfterChange,
		},
	}
}

// registerMe registers the caller; the answer comes after the commit.
func (s *Server) registerMe(ctx context.Context, driveID int64) (store.Registration, error) {
	return store.RegisterBy(ctx, s.registering.try, s.pool, driveID, me(ctx).UserID)
}

func (r *registering) try(ctx context.Context, driveID, studentID int64) (store.Registration, bool, error) {
	candidate := store.Candidate{DriveID: driveID, StudentID: studentID}
	registration, ok, first, err := r.all.do(ctx, struct{}{}, candidate)
	if err == nil && !ok {
		registration, ok, first, err = r.ofDrive.do(ctx, driveID, studentID)
	}
	registration.Created = registration.Created && first
	return registration, ok, err
}

func (s *Server) registerCrowd(ctx context.Context, _ struct{}, candidates []store.Candidate) (map[store.Candidate]store.Registration, error) {
	return registerAndConfirm(ctx, s, func(db store.DBTX) (map[store.Candidate]store.Registration, error) {
		return store.RegisterMany(ctx, db, candidates)
	})
}

func (s *Server) registerAfterChange(ctx context.Context, driveID int64, students []int64) (map[int64]store.Registration, error) {
	return registerAndConfirm(ctx, s, func(db store.DBTX) (map[int64]store.Registration, error) {
		return store.RegisterForDrive(ctx, db, driveID, students)
	})
}

// registerAndConfirm registers, and in the same transaction asks for the e-mails that confirm it. The notice needs nothing:
// it is there for every registration.
func registerAndConfirm[K comparable](ctx context.Context, s *Server, register func(store.DBTX) (map[K]store.Registration, error),
) (registered map[K]store.Registration, err error) {
	if !s.mails {
		return register(s.pool)
	}
	err = store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if registered, err = register(tx); err != nil {
			return err
		}
		var mails []river.InsertManyParams
		for _, r := range registered {
			if r.Created {
				args := jobs.SendEmailArgs{DriveID: r.DriveID, Event: store.EventRegistered, UserID: r.StudentID}
				mails = append(mails, river.InsertManyParams{Args: args})
			}
		}
		if len(mails) == 0 {
			return nil
		}
		_, err := s.jobs.InsertManyTx(ctx, tx, mails)
		return err
	})
	return registered, err
}
