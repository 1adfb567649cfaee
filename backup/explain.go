package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATE codes (PostgreSQL documentation, appendix A) that say what a person can do.
const (
	diskFull              = "53100"
	lockNotAvailable      = "55P03"
	insufficientPrivilege = "42501"
	dependentObjects      = "2BP01"
)

// explain turns an error that the surroundings cause into a sentence that says what to do.
func explain(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("the disk is full: free some space or write to another one: %w", err)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("the file system is read-only: write to another one: %w", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("this user may not write there: give it that right, or choose another place: %w", err)
	}
	return err
}

// explainRestore is explain for what the database says to a restore, too.
func explainRestore(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return explain(err)
	}
	switch pg.Code {
	case diskFull:
		return fmt.Errorf("the database's disk is full: free some space; what is restored needs its room beside what is there: %w", err)
	case lockNotAvailable:
		return fmt.Errorf("somebody has been using the tables for %s: end other programs that work on this database: %w", swapPatience, err)
	case insufficientPrivilege:
		return fmt.Errorf("the database does not allow it; a restore needs GRANT CREATE ON DATABASE and ON SCHEMA: %w", err)
	case dependentObjects:
		return fmt.Errorf("something that placeops did not make needs what would be replaced; remove it first (%s): %w", pg.Detail, err)
	}
	return err
}
