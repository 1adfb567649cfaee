package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/store/dbsqlc"
)

// Access is what every request of a signed-in person is checked against.
type Access = dbsqlc.AccessOfRow

// AccessOf reads the present standing of an account, or NotFound.
func AccessOf(ctx context.Context, db DBTX, userID int64) (Access, error) {
	access, err := queries(db).AccessOf(ctx, userID)
	return one(access, err, "user")
}

// ConfirmPassword returns the moment, on the database's clock, at which passwordHash was still the password of an active
// account: the issue time of a token. Ok is false when it is not any more.
func ConfirmPassword(ctx context.Context, db DBTX, userID int64, passwordHash string) (issuedAt time.Time, ok bool, err error) {
	issuedAt, err = queries(db).ConfirmPassword(ctx, dbsqlc.ConfirmPasswordParams{UserID: userID, PasswordHash: &passwordHash})
	return issuedAt, err == nil, ignoreNoRow(err)
}

// UseCode takes the one-time code of an account and returns the issue time of a token. Ok is false for a wrong code, a
// used one and an inactive account.
func UseCode(ctx context.Context, db DBTX, userID int64, codeHash []byte) (issuedAt time.Time, ok bool, err error) {
	issuedAt, err = queries(db).UseCode(ctx, dbsqlc.UseCodeParams{UserID: userID, CodeHash: codeHash})
	return issuedAt, err == nil, ignoreNoRow(err)
}

// SetPassword gives an account a new password; every token issued until the returned moment is refused.
func SetPassword(ctx context.Context, db DBTX, userID int64, passwordHash string) (time.Time, error) {
	from, err := queries(db).SetPassword(ctx, dbsqlc.SetPasswordParams{UserID: userID, PasswordHash: &passwordHash})
	if from == nil {
		from = &time.Time{}
	}
	return one(*from, err, "user")
}

// SetCode replaces an account's password by a one-time code.
func SetCode(ctx context.Context, db DBTX, userID int64, codeHash []byte) error {
	return queries(db).SetCode(ctx, dbsqlc.SetCodeParams{UserID: userID, CodeHash: codeHash})
}

// RecordLoginFailure counts a failed log-in against account (the e-mail address as typed, folded) and client address.
func RecordLoginFailure(ctx context.Context, db DBTX, account, address string) error {
	return queries(db).RecordLoginFailure(ctx, dbsqlc.RecordLoginFailureParams{Account: account, Address: address})
}

// LoginWindows are how far back (from the database's now) failed log-ins count: against an account from one address,
// against an account from anywhere, and against an address.
type LoginWindows struct{ AccountAndAddress, Account, Address time.Duration }

// LoginFailures are how many log-ins failed within each window.
type LoginFailures struct{ AccountAndAddress, Account, Address int64 }

// CountLoginFailures counts in the database, so the limits hold for all processes together.
func CountLoginFailures(ctx context.Context, db DBTX, w LoginWindows, account, address string) (LoginFailures, error) {
	failures, err := queries(db).CountLoginFailures(ctx, dbsqlc.CountLoginFailuresParams{
		Account:       account,
		Address:       address,
		PairWindow:    w.AccountAndAddress.Seconds(),
		AccountWindow: w.Account.Seconds(),
		AddressWindow: w.Address.Seconds(),
	})
	return LoginFailures{AccountAndAddress: failures.Pair, Account: failures.Account, Address: failures.Address}, err
}

// ForgetLoginFailures removes failures that no window reaches any more.
func ForgetLoginFailures(ctx context.Context, db DBTX, w LoginWindows) error {
	longest := max(w.AccountAndAddress, w.Account, w.Address)
	return queries(db).ForgetOldLoginFailures(ctx, longest.Seconds())
}

func ignoreNoRow(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}
