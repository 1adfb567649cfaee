package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/store/dbsqlc"
)

// AuditSealer seals the entries of the audit trail, so that none can be altered, removed or inserted without being found. An entry
// can be sealed when every transaction that may still write one before it is over; so sealing takes two steps, a mark and the seals,
// with some time in between. The zero value is ready; a process needs one, and several processes do not disturb each other.
type AuditSealer struct {
	marked bool
	upTo   int64 // the last entry that there was at the mark
	mark   int64 // the newest transaction then
}

// Step seals what was there at the last mark, if everybody is done who wrote then, and makes a new mark. It returns the entries that
// are not sealed yet; done means that all are that there were at the mark before.
func (s *AuditSealer) Step(ctx context.Context, db DBTX) (unsealed AuditUnsealed, done bool, err error) {
	q := queries(db)
	marked, upTo := s.marked, s.upTo
	if err := s.sealMarked(ctx, q); err != nil {
		s.marked = false // perhaps it is another server from now on
		return unsealed, false, err
	}
	row, err := q.AuditUnsealed(ctx)
	if err != nil {
		return unsealed, false, err
	}
	unsealed = AuditUnsealed{Entries: row.Entries, Since: row.Since}
	done = row.Entries == 0 || marked && row.FirstID > upTo
	if row.Entries > 0 && !s.marked {
		s.upTo = row.LastID // first the entry, then the mark: who wrote an earlier entry has begun before the mark
		s.mark, err = q.TransactionsSoFar(ctx)
		s.marked = err == nil
	}
	return unsealed, done, err
}

func (s *AuditSealer) sealMarked(ctx context.Context, q *dbsqlc.Queries) error {
	if !s.marked {
		return nil
	}
	over, err := q.WrittenBefore(ctx, s.mark)
	if err != nil || !over {
		return err
	}
	s.marked = false
	_, err = q.SealAudit(ctx, s.upTo)
	return err
}

// AuditUnsealed is the end of the audit trail that has no seal yet.
type AuditUnsealed struct {
	Entries int64
	Since   time.Time // of the oldest one
}

// SealAudit seals all entries that there are. It waits for whoever writes at the moment, as long as ctx lets it.
func SealAudit(ctx context.Context, db DBTX) error {
	var s AuditSealer
	for first := true; ; first = false {
		_, done, err := s.Step(ctx, db)
		if err != nil || done {
			return err
		}
		if first {
			continue // mostly nobody writes
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("somebody still writes to the audit trail: %w", ctx.Err())
		case <-time.After(auditSealPause):
		}
	}
}

const auditSealPause = 100 * time.Millisecond

// AuditAnchor is the anchor of all entries that are sealed, without verifying them; "" while none is.
func AuditAnchor(ctx context.Context, db DBTX) (string, error) {
	seal, err := queries(db).LastAuditSeal(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return anchorOf(dbsqlc.AuditSealsRow{SealID: seal.SealID, Hash: seal.Hash}), err
}
